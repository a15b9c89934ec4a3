// What a session needs from outside: the control plane's API, signatures, and the host that it speaks for.
// The real ones are put together in agent.ts; tests hand in their own.
import type { Clock, Ids, Log } from "../../kernel/index.ts"
import type { OpenSocket } from "../channel/index.ts"
import type { AwsCall, Checkpoint, CredentialsStore, TaskEngine } from "../types.ts"

/** Signs with the agent's key for service `ecs`. */
export interface Signer {
  /** Headers (`Authorization`, `X-Amz-Date`, with a session also `X-Amz-Security-Token`) for a GET of `url`. */
  upgrade(url: string): Readonly<Record<string, string>>
  /** A telemetry frame: the signed header block and `body` behind it. */
  frame(url: string, body: string): string
}

/** What the agent says about itself and its host. */
export interface HostFacts {
  readonly agentVersion: string
  readonly agentHash: string
  /** The container engine's own version, `20.10.24`. */
  readonly engineVersion: string
  readonly cpus: number
  readonly memoryMiB: number
  /** Which of the kernel's access controls the engine puts containers under. */
  readonly accessControls?: readonly ("apparmor" | "selinux")[]
  /** `x86_64` or `arm64`; the attribute is left out when it is not known. */
  readonly architecture?: "x86_64" | "arm64"
  /** The user's own attributes; sent at the first registration only. */
  readonly attributes: readonly { readonly name: string; readonly value?: string }[]
  /** What settings of the host change about its registration. */
  readonly registration?: {
    readonly tags?: readonly { readonly key: string; readonly value: string }[]
    /** Ports that tasks do not get, besides those of the agent and the engine. */
    readonly ports?: readonly string[]
    readonly portsUdp?: readonly string[]
    /** All log drivers that tasks may use; absent: those that this agent knows. */
    readonly loggingDrivers?: readonly string[]
    /** Capabilities that are turned off. */
    readonly lacking?: readonly string[]
  }
}

/** The parts that every piece of a session shares. */
export interface SessionParts {
  /** As configured: a name or an ARN. It is sent as it is. */
  readonly cluster: string
  readonly ecs: AwsCall<"ecs">
  readonly signer: Signer
  readonly open: OpenSocket
  readonly engine: TaskEngine
  readonly credentials: CredentialsStore
  readonly checkpoint: Checkpoint
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
}
