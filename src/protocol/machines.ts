// Between the control plane and the supervisor that makes networks and hosts: whole wishes one way, facts the other,
// as lines of JSON over a unix socket in the run folder. Either end may restart at any time and says everything again.

import type { InstanceMetadata } from "./instance-metadata.ts"

/** A host that is to exist: an engine with an agent of ours. */
export interface MachineWish {
  readonly id: string
  readonly kind: "fargate-host" | "ec2-instance"
  readonly place: "shared" | "apart" | "instance"
  readonly desired: "up" | "stopped" | "gone"
  readonly generation: number
  /** Of a machine that is an EC2 instance. */
  readonly instance?: InstanceWish
  /** What that instance is told about itself; may change while it runs. */
  readonly metadata?: InstanceMetadata
  /** What the agent needs to join. */
  readonly agent: {
    readonly cluster: string
    readonly region: string
    readonly accessKeyId: string
    readonly secretAccessKey: string
    /** The control plane's address for agents. */
    readonly endpoint: string
  }
}

/** What makes a machine this EC2 instance and no other. */
export interface InstanceWish {
  readonly id: string
  /** The key of its VPC's network, which must be up before it. */
  readonly network: string
  readonly cidr: string
  /** The network's gateway: its way to everything, the APIs among it. */
  readonly gateway: string
  readonly address: string
  readonly macAddress: string
  readonly vcpus: number
  readonly memoryMiB: number
  readonly architecture: "x86_64" | "arm64"
  /** What its user data writes into /etc/ecs/ecs.config. */
  readonly settings: Readonly<Record<string, string>>
  /** It is started anew when this grows. */
  readonly boots: number
}

/** Supervisor → agent of an instance, when the agent asks with {@link asksMetadata}, and at each change. */
export interface MetadataMessage {
  readonly type: "metadata"
  readonly metadata: InstanceMetadata
}

/** What the agent of an instance says first. */
export const asksMetadata = { type: "asks-metadata" } as const

/** A VPC's network on a machine. */
export interface NetworkWish {
  /** `<account>/<region>/<vpc id>`. */
  readonly key: string
  readonly vpcId: string
  readonly cidr: string
  readonly gateway: string
  readonly machineId: string
  readonly desired: "up" | "gone"
  readonly generation: number
  /** Blocks inside the CIDR from which nothing is to leave the VPC: subnets without a route to the internet. */
  readonly closed?: readonly string[]
  /** Addresses of load balancers, which a proxy of this machine listens on: they are to be on the network's bridge. */
  readonly addresses?: readonly string[]
}

/** Names that the VPC resolver answers, and nothing more: the rest is forwarded. */
export interface NameWish {
  /** The network's key. */
  readonly network: string
  /** Lower case, without a dot at the end. */
  readonly name: string
  readonly address: string
}

/** Control plane → supervisor. `wishes` is everything and replaces what was said before. */
export type ToSupervisor =
  | { readonly type: "wishes"; readonly machines: readonly MachineWish[]; readonly networks: readonly NetworkWish[] }
  | { readonly type: "names"; readonly names: readonly NameWish[] }

/** What came of a wish. */
export interface Fact<Status extends string> {
  readonly id: string
  readonly generation: number
  readonly status: Status
  readonly reason?: string
}

/** Supervisor → control plane. Said at every change, and all of them after a connection is made. */
export type FromSupervisor =
  | ({ readonly type: "machine" } & Fact<"STARTING" | "UP" | "FAILED" | "STOPPED" | "GONE">)
  /** `OVERLAPS`: the CIDR cannot be made on this machine; it needs one of its own. `id` is the network's key. */
  | ({ readonly type: "network" } & Fact<"UP" | "FAILED" | "GONE" | "OVERLAPS">)
  /**
   * Where containers reach the APIs on each network that is up: gateways on which the control plane is to listen, on the
   * port of the APIs. Relays in machines apart forward to its unix socket instead.
   */
  | { readonly type: "listeners"; readonly addresses: readonly string[] }

/** The label on every Docker network that belongs to a VPC: its value is `<account>/<region>/<vpc id>`. */
export const networkLabel = "io.roadstead.network"
/** The label on everything that we create in Docker: its value is the id of the data folder. */
export const ownerLabel = "io.roadstead.owner"
/** The label on the link network (DESIGN section 7). */
export const linkLabel = "io.roadstead.link"

/** The link network: every container has an address in it, the host has 169.254.170.2. */
export const link = {
  subnet: "169.254.168.0/22",
  /** Metadata and credentials, port 80. */
  address: "169.254.170.2",
  prefix: 22,
} as const
