// Why a block of addresses cannot become a network here: the first thing of this machine that it collides with, in
// words for the user. Pure; what is taken is looked up in taken.ts.
import { type Block, formatBlock, holds, overlap } from "./cidr.ts"

/** A block that is in use already. */
export interface Taken {
  readonly block: Block
  readonly by: /** `vpc` is the key of the VPC whose network it is; `other` the data folder id of another Roadstead. */
    | { readonly kind: "docker-network"; readonly name: string; readonly vpc?: string; readonly other?: string }
    | { readonly kind: "route"; readonly device: string }
    | { readonly kind: "address"; readonly device: string }
}

const describe = ({ block, by }: Taken): string => {
  switch (by.kind) {
    case "docker-network": {
      const what = by.vpc === undefined ? `the Docker network ${by.name}` : `the VPC ${by.vpc}`
      const whose = by.other === undefined ? "" : ` of the Roadstead with data folder id ${by.other}`
      return `${what} (${formatBlock(block)})${whose}`
    }
    case "route":
      return `a route of this machine to ${formatBlock(block)} over ${by.device}`
    case "address":
      return `the network ${formatBlock(block)} of this machine's ${by.device}`
  }
}

/** `0.0.0.0/0`, and the two halves by which VPN clients stand in for it: they say nothing about a block. */
const isDefault = (block: Block): boolean => block.prefix <= 1

/** A conflict, for the log and for a fact's reason; `other` is the Roadstead that has the block, if it is one. */
export interface Conflict {
  readonly reason: string
  readonly other?: string
}

const conflictWith = (wanted: Block, taken: Taken): Conflict => ({
  reason: `${formatBlock(wanted)} overlaps ${describe(taken)}`,
  ...(taken.by.kind === "docker-network" && taken.by.other !== undefined && { other: taken.by.other }),
})

/** What keeps a VPC from being made: anything that shares an address with it, or undefined. */
export const vpcConflict = (wanted: Block, taken: readonly Taken[]): Conflict | undefined => {
  const found = taken.find(({ block }) => !isDefault(block) && overlap(block, wanted))
  return found && conflictWith(wanted, found)
}

/**
 * The same for the link network. A wider route or network around it is no conflict: many machines route the whole of
 * 169.254.0.0/16 to some device, and the narrower network goes before it.
 */
export const linkConflict = (wanted: Block, taken: readonly Taken[]): Conflict | undefined => {
  const found = taken.find(
    ({ block, by }) => overlap(block, wanted) && (by.kind === "docker-network" || holds(wanted, block)),
  )
  return found && conflictWith(wanted, found)
}
