// The records of a machine: its own, with the key that its agent signs with, and the wish for a VPC's network on one.
// Who decides that there is to be one are controllers.
import { type Ids, type Scope, scopeKey } from "../kernel/index.ts"
import type { Tx } from "./schema.ts"
import type { MachineRow, NetworkRow } from "./tables/machines.ts"

/** What a new machine is to be. */
export interface NewMachine extends Pick<MachineRow, "kind" | "place" | "instance" | "boots"> {
  /** Whose key its agent signs with. */
  readonly account: string
}

/** Makes the wish for a machine and the key of its agent; answers its id. */
export const makeMachine = (tx: Tx, ids: Ids, now: number, { account, ...wanted }: NewMachine): string => {
  const id = `m-${ids.hex(17)}`
  const accessKeyId = `ASIA${ids.hex(16).toUpperCase()}`
  tx.accessKeys.insert({
    accessKeyId,
    secretAccessKey: ids.hex(40),
    account,
    principal: { kind: "machine", machineId: id },
    createdAt: now,
  })
  tx.machines.insert({
    ...wanted,
    id,
    desired: "up",
    accessKeyId,
    generation: 1,
    observed: { generation: 0, status: "UNKNOWN", at: now },
  })
  return id
}

/** A machine that is gone, with its keys. */
export const dropMachine = (tx: Tx, machine: MachineRow): void => {
  for (const { accessKeyId } of machine.role?.keys ?? []) tx.accessKeys.delete(accessKeyId)
  tx.accessKeys.delete(machine.accessKeyId)
  tx.machines.delete(machine.id)
}

/** A new wish, about which nothing has been observed yet. */
export const wishAgain = ({ generation }: { readonly generation: number }, now: number) => ({
  generation: generation + 1,
  observed: { generation, status: "UNKNOWN" as const, at: now },
})

/**
 * The record of a VPC's network, made now if this is the first time that something needs it. Undefined without a VPC or
 * host.
 */
export const wantNetwork = (tx: Tx, scope: Scope, vpcId: string, now: number): NetworkRow | undefined => {
  const known = tx.networks.get(`${scopeKey(scope)}/${vpcId}`)
  if (known && known.desired === "up") return known
  const vpc = tx.vpcs.get(`${scopeKey(scope)}/${vpcId}`)
  const shared = tx.machines.by("desired", "up").find((m) => m.place === "shared")
  if (!vpc || !shared) return undefined
  return tx.networks.put({
    vpcId,
    account: scope.account,
    region: scope.region,
    cidr: vpc.cidr,
    gateway: firstAddress(vpc.cidr),
    machineId: shared.id,
    desired: "up",
    generation: (known?.generation ?? 0) + 1,
    observed: { generation: known?.generation ?? 0, status: "UNKNOWN", at: now },
  })
}

/** The first address of a block: the host's own in a VPC. */
const firstAddress = (cidr: string): string => {
  const [base = ""] = cidr.split("/")
  const parts = base.split(".")
  return [...parts.slice(0, 3), String(Number(parts[3]) + 1)].join(".")
}
