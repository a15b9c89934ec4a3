// Which blocks of addresses are in use: the networks of a Docker engine, and the routes and addresses of the network
// namespace that we run in. Whether that hurts is decided in conflict.ts.
import { readFileSync } from "node:fs"
import { networkInterfaces } from "node:os"
import type { Docker } from "../../docker/index.ts"
import { networkLabel, ownerLabel } from "../../protocol/index.ts"
import { blockOf, parseBlock } from "./cidr.ts"
import type { Taken } from "./conflict.ts"

/** `GET /networks`, the members that we look at. */
export interface DockerNetwork {
  readonly Id: string
  readonly Name: string
  readonly Labels: Readonly<Record<string, string>> | null
  readonly IPAM?: { readonly Config?: readonly { readonly Subnet?: string; readonly Gateway?: string }[] | null }
  readonly Options?: Readonly<Record<string, string>> | null
}

export const listNetworks = async (docker: Docker): Promise<DockerNetwork[]> =>
  (await docker.request<DockerNetwork[]>("GET", "/networks")).body

/** The blocks of an engine's networks, as `owner` sees them. */
export const takenByNetworks = (networks: readonly DockerNetwork[], owner: string): Taken[] =>
  networks.flatMap((network) => {
    const vpc = network.Labels?.[networkLabel]
    const labelled = network.Labels?.[ownerLabel]
    const whose = labelled === undefined || labelled === owner ? {} : { other: labelled }
    const by = { kind: "docker-network", name: network.Name, ...(vpc !== undefined && { vpc }), ...whose } as const
    return (network.IPAM?.Config ?? []).flatMap(({ Subnet }) => {
      const block = Subnet === undefined ? undefined : parseBlock(Subnet)
      return block ? [{ block, by }] : []
    })
  })

const littleEndian = (hex: string): number => Buffer.from(hex, "hex").readUInt32LE()

/** The routes in a /proc/net/route: columns device, destination, gateway, …, mask (eighth), in host byte order. */
export const takenByRoutes = (table: string): Taken[] =>
  table
    .split("\n")
    .slice(1)
    .flatMap((line) => {
      const [device, destination, , , , , , mask] = line.trim().split(/\s+/)
      if (!device || !destination || !mask) return []
      const prefix = 32 - Math.log2(2 ** 32 - littleEndian(mask))
      return [{ block: blockOf(littleEndian(destination), prefix), by: { kind: "route", device } } as const]
    })

const takenByAddresses = (): Taken[] =>
  Object.entries(networkInterfaces()).flatMap(([device, addresses = []]) =>
    addresses.flatMap(({ family, cidr }) => {
      const block = family === "IPv4" && cidr ? parseBlock(cidr) : undefined
      return block ? [{ block, by: { kind: "address", device } } as const] : []
    }),
  )

/** Routes and addresses of the namespace of this process. */
export const takenByMachine = (): Taken[] => [
  ...takenByRoutes(readFileSync("/proc/net/route", "utf8")),
  ...takenByAddresses(),
]
