// What the supervisor is asked to make outside the records: VPC networks and hosts, and what it said came of it.
// Wishes are written by controllers/machines, `observed` by fleet/machine-channel.
import { defineTable } from "../table.ts"

/** A place with a container engine and an agent on it. */
export interface MachineRow {
  readonly id: string
  readonly kind: "fargate-host"
  /** `shared`: the engine of this machine. `apart`: a network namespace with an engine of its own, for a VPC whose CIDR overlaps. */
  readonly place: "shared" | "apart"
  readonly desired: "up" | "gone"
  /** The access key that its agent signs with (tables/access-keys.ts). */
  readonly accessKeyId: string
  /** Grows with each change of the wish. */
  readonly generation: number
  readonly observed: {
    readonly generation: number
    readonly status: "UNKNOWN" | "STARTING" | "UP" | "FAILED" | "GONE"
    readonly reason?: string
    readonly at: number
  }
}

export const machines = defineTable<MachineRow>()({
  name: "machines",
  version: 1,
  key: (m) => m.id,
  indexes: { desired: (m) => m.desired },
})

/** The network behind a VPC on one machine. Made when the first task needs it. */
export interface NetworkRow {
  readonly vpcId: string
  readonly account: string
  readonly region: string
  readonly cidr: string
  /** The address of the host in it, `.1` of the CIDR: gateway, resolver and the APIs' address for containers. */
  readonly gateway: string
  readonly machineId: string
  readonly desired: "up" | "gone"
  readonly generation: number
  readonly observed: {
    readonly generation: number
    readonly status: "UNKNOWN" | "UP" | "FAILED" | "GONE" | "OVERLAPS"
    readonly reason?: string
    readonly at: number
  }
}

export const networks = defineTable<NetworkRow>()({
  name: "networks",
  version: 1,
  key: (n) => `${n.account}/${n.region}/${n.vpcId}`,
  indexes: { machine: (n) => n.machineId, vpc: (n) => n.vpcId },
})
