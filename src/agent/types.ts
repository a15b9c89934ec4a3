// What the parts of the agent say to each other: the task engine knows tasks and containers; sessions, metadata,
// logs and stats look at its snapshots and hear its changes. None of them imports another.
import type { Cancel } from "../kernel/index.ts"
import type { Operations } from "../model/operations.ts"
import type { AcsContainer, AcsTask, IamRoleCredentials, PreparedSandbox } from "../protocol/index.ts"

export type KnownStatus = "NONE" | "MANIFEST_PULLED" | "PULLED" | "CREATED" | "RUNNING" | "STOPPED"

/** A container as the engine knows it. Snapshots: never changed after they were handed out. Times: epoch milliseconds. */
export interface ContainerSnapshot {
  readonly name: string
  readonly definition: AcsContainer
  /**
   * `NORMAL` for the user's, `CNI_PAUSE` for the one that holds the network (and the process and IPC namespaces when they
   * are the task's), `NAMESPACE_PAUSE` for one that holds those alone.
   */
  readonly type: "NORMAL" | "CNI_PAUSE" | "NAMESPACE_PAUSE"
  readonly known: KnownStatus
  readonly desired: "RUNNING" | "STOPPED"
  /** The id in the metadata URIs; a UUID per container, kept for its life. */
  readonly metadataId: string
  readonly runtimeId?: string
  readonly runtimeName?: string
  readonly imageId?: string
  readonly imageDigest?: string
  readonly exitCode?: number
  /** `Name: text`, at most 1024 characters. */
  readonly reason?: string
  readonly createdAt?: number
  readonly startedAt?: number
  readonly finishedAt?: number
  readonly health?: {
    readonly status: "HEALTHY" | "UNHEALTHY" | "UNKNOWN"
    readonly since: number
    readonly output?: string
    readonly exitCode?: number
  }
  readonly restartCount?: number
  readonly networkBindings?: readonly {
    readonly bindIP: string
    readonly containerPort: number
    readonly hostPort: number
    readonly protocol: "tcp" | "udp"
  }[]
  readonly labels: Readonly<Record<string, string>>
  readonly mounts: readonly { readonly name?: string; readonly source: string; readonly destination: string }[]
  /** Docker's json-file of the container, as this process can open it. */
  readonly logPath?: string
  /** Addresses on a bridge network; awsvpc addresses are those of the definition's network interface. */
  readonly addresses?: readonly string[]
  /** The `LogConfig` of the task definition as compiled into hostConfig: the driver that the user asked for. */
  readonly logDriver?: string
  readonly logOptions?: Readonly<Record<string, string>>
  /** When the engine was asked to stop it: what ends afterwards ended because of that. */
  readonly stopSentAt?: number
  /** Ended, and about to be started again in place by its restart policy; it counts as running meanwhile. */
  readonly restarting?: true
  /** When its restart policy last started it again. */
  readonly restartedAt?: number
}

/** A task as the engine knows it. */
export interface TaskSnapshot {
  readonly arn: string
  readonly definition: AcsTask
  readonly known: "NONE" | "MANIFEST_PULLED" | "CREATED" | "RUNNING" | "STOPPED"
  readonly desired: "RUNNING" | "STOPPED"
  /** Task-level reason; mostly empty, the useful text is on a container. */
  readonly reason?: string
  readonly containers: readonly ContainerSnapshot[]
  /** The task's addresses on the link network: who may ask for its metadata. */
  readonly linkAddresses: readonly string[]
  readonly pullStartedAt?: number
  readonly pullStoppedAt?: number
  readonly executionStoppedAt?: number
  /** Names of the engine's volumes by the task definition's. Chosen when the task is taken, so that they are found again. */
  readonly volumeNames?: Readonly<Record<string, string>>
  /** The id in AWS_CONTAINER_CREDENTIALS_RELATIVE_URI; not a secret, and stable for the task's life. */
  readonly credentialsId?: string
  /** The id of the execution role's credentials, for a task that has them. The keys come again after a restart. */
  readonly executionCredentialsId?: string
  /** What the engine has made for the task as a whole, once it has. `cgroupParent` is absent where no cgroup can be written. */
  readonly prepared?: {
    readonly cgroupParent?: string
    readonly network?: { readonly id: string; readonly gateway?: string }
    readonly linkNetworkId?: string
  }
  /** The network of an awsvpc task is up and apart from the others': containers may start. */
  readonly networkReady?: true
}

/** Something about a task changed. `what` says which report it is worth. Sent in order per task. */
export interface TaskChange {
  readonly task: TaskSnapshot
  readonly what: "status" | "container" | "health" | "pull" | "log"
  /** The container's name, unless `status`. */
  readonly container?: string
}

/** Holds and runs tasks. Its checkpoint survives a restart; credentials never go into it. */
export interface TaskEngine {
  /** Loads the checkpoint, finds the containers again and begins to work. Changes that happened meanwhile are sent after it. */
  start(): Promise<void>
  /**
   * Takes tasks of one payload, STOPPED ones first. A task that is known only has its desired status raised.
   * Resolves when they are stored (not started). `rejected` tasks spoil the ack; the engine sends a `status` change with
   * a STOPPED snapshot and its reason for each (also for a STOP of a task that is not known), and that is what gets reported.
   */
  accept(tasks: readonly AcsTask[]): Promise<{ readonly rejected: readonly string[] }>
  /** All sandboxes that are to be ready for tasks that may come: what is not among them is removed. */
  prepare(wanted: readonly PreparedSandbox[]): void
  tasks(): readonly TaskSnapshot[]
  task(arn: string): TaskSnapshot | undefined
  onChange(listener: (change: TaskChange) => void): Cancel
  /** Says that the control plane has the task's final state: its containers may be cleaned up, and the log follower says when it is through. */
  settled(arn: string): void
  /** A container's file may be removed only after its log has been followed to the end. */
  logsDone(arn: string, container: string): void
  /** Environment that credentials add is set at creation; the values are asked for when a container is made. */
  close(): Promise<void>
}

/**
 * What the engine asks the rest of the agent while it works; handed to it as an option.
 * `beforeStart` is awaited once per task before the first container of its definition is created. When it throws, no
 * container is made and the task stops with the error's message as its `reason` (`ResourceInitializationError: …`).
 * `signal` says that the task is to stop: nobody waits for it any more.
 */
export interface EngineHooks {
  beforeStart?(task: TaskSnapshot, signal: AbortSignal): Promise<void>
  /** Before a container of the definition is made. What it throws is the container's reason. */
  beforeCreateContainer?(task: TaskSnapshot, container: ContainerSnapshot): void
  /** Before it starts for the first time: it has its id. What it throws is the container's reason. */
  beforeStartContainer?(task: TaskSnapshot, container: ContainerSnapshot): Promise<void>
}

/** The values of a container's secrets: variables, and options of its log driver. */
export interface ContainerSecrets {
  readonly environment: Readonly<Record<string, string>>
  readonly logOptions: Readonly<Record<string, string>>
}

/** Thrown by a hook or resolver: `message` is the whole of what the user reads. */
export class ExecutionFailure extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause })
    this.name = "ExecutionFailure"
  }
}

/** A call to an AWS service with the agent's own key. Rejects with a `Fault` for an answer that is an AWS error. */
export type AwsCall<S extends keyof Operations> = <O extends keyof Operations[S]>(
  operation: O,
  input: Operations[S][O] extends { input: infer I } ? I : never,
) => Promise<Operations[S][O] extends { output: infer R } ? R : never>

/** Credentials by task, in memory only. Filled by the session, read by metadata and log followers. */
export interface CredentialsStore {
  set(taskArn: string, role: "TaskApplication" | "TaskExecution", credentials: IamRoleCredentials): void
  byId(credentialsId: string):
    | {
        readonly taskArn: string
        readonly role: "TaskApplication" | "TaskExecution"
        readonly credentials: IamRoleCredentials
      }
    | undefined
  forTask(taskArn: string, role: "TaskApplication" | "TaskExecution"): IamRoleCredentials | undefined
  /** Settles when there are some of the role, at once if there are, or when `signal` ends the waiting. */
  whenSet(taskArn: string, role: "TaskApplication" | "TaskExecution", signal: AbortSignal): Promise<void>
  forget(taskArn: string): void
}

/** What an agent keeps on disk besides its tasks. */
export interface AgentIdentity {
  readonly cluster: string
  readonly containerInstanceArn?: string
  /** The highest payload sequence number or manifest timeline seen; −1 at first. */
  readonly sequence: number
}

/** The agent's checkpoint: small, written before it is acted on. */
export interface Checkpoint {
  identity(): AgentIdentity
  saveIdentity(identity: AgentIdentity): void
  /** Tasks with what must survive: definitions without credentials, metadata ids, runtime ids, known and reported status. */
  tasks(): readonly StoredTask[]
  /** Written by the engine. Leaves what was reported of a known task as it is, whatever `task.reported` says. */
  saveTask(task: StoredTask): void
  /** Written by the reporter; nothing happens when the task is not stored (any more). */
  saveReported(arn: string, reported: NonNullable<StoredTask["reported"]>): void
  removeTask(arn: string): void
  /** Resolves when all that was saved survives a loss of power. What was saved survives the process's own death at once. */
  durable(): Promise<void>
  /** Positions of followed logs, by container runtime id. Written soon rather than at once: a little of it may be lost. */
  logPosition(runtimeId: string): LogPosition | undefined
  saveLogPosition(runtimeId: string, position: LogPosition): void
  removeLogPosition(runtimeId: string): void
  close(): void
}

/** Where a log follower is. Offsets count all bytes that the container ever wrote into its file, rotated ones included. */
export interface LogPosition {
  /** Everything before this offset is in the log stream. */
  readonly committed: number
  /** Where to begin decoding: at a raw line, with no message open. Messages from there that end before `committed` are known. */
  readonly decodeFrom: number
  /** The file that holds `decodeFrom`: the offset of its first byte, and a hash of its first line to know it by. */
  readonly file?: { readonly base: number; readonly mark: string }
}

/** A task in the checkpoint. */
export interface StoredTask {
  readonly arn: string
  readonly snapshot: TaskSnapshot
  /** What was last acknowledged by the control plane. */
  readonly reported?: { readonly status: string; readonly containers: Readonly<Record<string, string>> }
}
