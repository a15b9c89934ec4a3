// What every host is to the rest of this room: an engine's networks, their gateways and an agent. How one comes to be
// is in shared-host.ts, contained-host.ts, apart-host.ts and simulated-host.ts.
import type { Docker } from "../../docker/index.ts"
import type { Clock, Log } from "../../kernel/index.ts"
import type { MachineWish } from "../../protocol/index.ts"
import type { HelperProgram } from "../helper/container.ts"
import type { Networks } from "../networks/networks.ts"
import type { Record } from "../record.ts"
import type { Upstream } from "../resolver/upstream.ts"
import { Child, type Command, isReady } from "./child.ts"
import type { Gateways } from "./gateways.ts"
import type { Proxies } from "./proxies.ts"

/** Where an agent runs. */
export type AgentPlace =
  | {
      /** `contained`: inside the helper container, where the paths below are. */
      readonly kind: "shared" | "apart" | "contained"
      /** The engine that the agent drives. */
      readonly dockerSocket: string
      /** The socket of an engine to copy images from that cannot be pulled (ROADSTEAD_IMAGE_SOURCE). */
      readonly imageSource?: string
      /** The name of the network namespace that the agent is started in. */
      readonly namespace?: string
      /** The cgroup under which the agent may make groups; all of it is removed with the host. */
      readonly cgroup: string
      /** A folder of the agent's own that outlives it; removed with the host. */
      readonly folder: string
    }
  | {
      /** In an EC2 instance. */
      readonly kind: "instance"
      readonly dockerSocket: string
      readonly imageSource?: string
      readonly namespace: string
      readonly cgroup: string
      readonly folder: string
      /** The folder below which host paths of its tasks are. */
      readonly hostRoot: string
      /** Whether tasks can have network interfaces of their own there. */
      readonly interfaces: boolean
    }
  | { readonly kind: "simulated"; readonly folder: string }

/** What becomes of a host's agent. */
export interface HostEvents {
  /** The agent is ready. */
  up(): void
  /** The agent died and will be started again. */
  down(reason: string): void
  /** The agent dies again and again, and is no longer started. */
  failed(reason: string): void
}

export interface Host {
  /** The network namespace that its networks are in, when that is not our own. */
  readonly namespace?: string
  readonly networks: Networks
  readonly gateways: Gateways
  /** Puts addresses of load balancers on a network's bridge, and takes off others of theirs. Absent: there are no bridges. */
  readonly setAddresses?: (device: string, addresses: readonly string[]) => Promise<void>
  /** Whether the host carries connections on its gateways to the control plane itself; else that is to listen on them. */
  readonly reachesApisByItself: boolean
  /** Ends what lives with the supervisor. Containers, networks and daemons stay. */
  close(): Promise<void>
  /** Removes the host and everything on it. */
  remove(): Promise<void>
}

/** What hosts are made with. */
export interface HostContext {
  readonly owner: string
  readonly runFolder: string
  readonly dataFolder: string
  readonly record: Record
  readonly clock: Clock
  readonly log: Log
  readonly apiPort: number
  readonly controlSocket: string
  readonly upstream: Upstream
  readonly agentCommand: (wish: MachineWish, place: AgentPlace) => Command
  readonly relayCommand: () => Command
  /** Our own program, when the agent of the shared host runs in a helper container; else it is a process of ours. */
  readonly helperProgram?: () => HelperProgram
  /** Of load balancers; absent when the engine is simulated. */
  readonly proxies?: Proxies
  /** The main engine; absent when it is simulated. */
  readonly docker?: Docker
}

/** Starts an agent and keeps it alive. */
export const startAgent = (cx: HostContext, wish: MachineWish, command: Command, events: HostEvents): Child =>
  new Child({
    name: `agent of ${wish.id}`,
    command,
    clock: cx.clock,
    log: cx.log,
    events: {
      heard: (message) => {
        if (isReady(message)) events.up()
      },
      died: events.down,
      givenUp: events.failed,
    },
  })
