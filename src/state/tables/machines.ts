// What the supervisor is asked to make outside the records: VPC networks and hosts, and what it said came of it.
// Wishes are written by controllers/machines, `observed` by fleet/machine-channel.
import { defineTable } from "../table.ts"

/** A place with a container engine and an agent on it. */
export interface MachineRow {
  readonly id: string
  readonly kind: "fargate-host" | "ec2-instance"
  /**
   * `shared`: the engine of this machine. `apart`: a network namespace with an engine of its own, for a VPC whose CIDR
   * overlaps. `instance`: a namespace with an engine of its own and an address in a VPC.
   */
  readonly place: "shared" | "apart" | "instance"
  /** `stopped`: nothing of it runs, and what it has on disk stays. */
  readonly desired: "up" | "stopped" | "gone"
  /** The key of the instance (tables/instances.ts) that it is under. */
  readonly instance?: string
  /** Of that instance: the machine is started anew when it grows. */
  readonly boots?: number
  /** The access key that its agent signs with (tables/access-keys.ts), unless its instance has a profile. */
  readonly accessKeyId: string
  /** Of an instance that has a profile. */
  readonly role?: InstanceRoleSession
  /** Grows with each change of the wish. */
  readonly generation: number
  readonly observed: {
    readonly generation: number
    readonly status: "UNKNOWN" | "STARTING" | "UP" | "FAILED" | "STOPPED" | "GONE"
    readonly reason?: string
    readonly at: number
  }
}

/** What came of the role of an instance's profile, and the session of it that the instance is given. */
export interface InstanceRoleSession {
  readonly profileArn: string
  /** When this was found, in milliseconds of the wall clock. */
  readonly at: number
  /** Absent for a profile that is gone or has no role. */
  readonly roleName?: string
  /** The role's unique id. Absent when EC2 may not assume it; so are the keys then. */
  readonly roleId?: string
  /** The newest key is the last; older ones are good until they expire. */
  readonly keys: readonly { readonly accessKeyId: string; readonly expiresAt: number }[]
}

export const machines = defineTable<MachineRow>()({
  name: "machines",
  version: 1,
  key: (m) => m.id,
  indexes: { desired: (m) => m.desired, instance: (m) => m.instance },
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
