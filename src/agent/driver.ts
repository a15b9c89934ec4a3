// What the task engine needs of a container engine, in the engine's own words. Implemented by driver/docker/ on a
// Docker-compatible socket and by driver/simulated/ without processes; both pass driver/cases.ts.
import type { Cancel } from "../kernel/index.ts"

/** Why a call of a driver failed. `retryable` ones may succeed when tried again. */
export type DriverErrorCode =
  | "not-found"
  | "conflict"
  | "pull-not-found"
  | "pull-denied"
  | "pull-failed"
  | "cannot-create"
  | "cannot-start"
  | "timeout"
  | "unavailable"
  | "other"

/** Thrown by drivers; `message` is the engine's own text (`Error response from daemon: …` comes before it in reasons). */
export class DriverError extends Error {
  readonly code: DriverErrorCode
  readonly retryable: boolean
  constructor(code: DriverErrorCode, message: string, retryable = false) {
    super(message)
    this.name = "DriverError"
    this.code = code
    this.retryable = retryable
  }
}

export interface EngineInfo {
  readonly kind: "docker" | "simulated"
  readonly version: string
  readonly cpus: number
  readonly memoryMiB: number
}

export interface ImageInfo {
  readonly id: string
  /** `sha256:…` of the manifest when a registry gave one. */
  readonly digest?: string
}

/** A container to create. `config` and `hostConfig` are Docker's shapes, complete. */
export interface ContainerSpec {
  readonly name: string
  readonly image: string
  readonly config: Readonly<Record<string, unknown>>
  readonly hostConfig: Readonly<Record<string, unknown>>
  /** The network of a container that is not in another's namespace: which, and at which address. */
  readonly network?: { readonly id: string; readonly ip?: string; readonly mac?: string }
}

/** A container as the engine has it. Times are epoch milliseconds; absent when the engine has none. */
export interface ContainerState {
  readonly id: string
  readonly name: string
  readonly image: string
  readonly imageId: string
  readonly labels: Readonly<Record<string, string>>
  readonly status: "created" | "running" | "paused" | "exited" | "dead"
  readonly pid?: number
  readonly exitCode?: number
  readonly oomKilled: boolean
  readonly error?: string
  readonly createdAt?: number
  readonly startedAt?: number
  readonly finishedAt?: number
  readonly restartCount: number
  readonly health?: { readonly status: "starting" | "healthy" | "unhealthy" | "none"; readonly output?: string; readonly exitCode?: number; readonly at?: number }
  /** By network id. */
  readonly addresses: Readonly<Record<string, string>>
  readonly ports: readonly { readonly containerPort: number; readonly hostPort: number; readonly protocol: "tcp" | "udp"; readonly hostIp: string }[]
  readonly mounts: readonly { readonly name?: string; readonly source: string; readonly destination: string }[]
  /** Of Docker's json-file log driver, when the container uses it. */
  readonly logPath?: string
}

/** A change that the engine reports. After a gap in the stream the driver sends `resync`: look at everything again. */
export type DriverEvent =
  | { readonly type: "start" | "die" | "oom" | "health" | "destroy"; readonly id: string }
  | { readonly type: "resync" }

/** Limits for all containers of a task together. */
export interface GroupLimits {
  /** vCPUs. */
  readonly cpu?: number
  readonly memoryMiB?: number
}

/** See the head of the file. Every call rejects with a {@link DriverError}. */
export interface ContainerDriver {
  info(): Promise<EngineInfo>
  image(reference: string): Promise<ImageInfo | undefined>
  pull(reference: string, options: { auth?: string; signal?: AbortSignal }): Promise<ImageInfo>
  create(spec: ContainerSpec): Promise<string>
  start(id: string): Promise<void>
  /** Sends the image's STOPSIGNAL, else SIGTERM, and SIGKILL after `seconds`. Resolves when it has stopped. */
  stop(id: string, seconds: number): Promise<void>
  kill(id: string): Promise<void>
  /** With its anonymous volumes; no error when it is gone already. */
  remove(id: string): Promise<void>
  inspect(id: string): Promise<ContainerState | undefined>
  list(labels: Readonly<Record<string, string>>): Promise<readonly ContainerState[]>
  watch(onEvent: (event: DriverEvent) => void): Cancel
  /** Docker's stats document, one sample (`stream=false&one-shot` semantics are the driver's). */
  stats(id: string): Promise<Readonly<Record<string, unknown>> | undefined>
  /** Calls `onStats` about every second until cancelled. */
  followStats(id: string, onStats: (stats: Readonly<Record<string, unknown>>) => void): Cancel
  createVolume(name: string, options: { driver?: string; driverOpts?: Readonly<Record<string, string>>; labels: Readonly<Record<string, string>> }): Promise<void>
  removeVolume(name: string): Promise<void>
  /** The network with this label, if there is one. */
  network(label: string, value: string): Promise<{ readonly id: string; readonly name: string; readonly subnet?: string; readonly gateway?: string } | undefined>
  connect(networkId: string, containerId: string): Promise<void>
  /** Makes a container's port on a bridge isolated from the other isolated ones (no-op where that cannot be, answering false). */
  isolate(networkId: string, containerId: string): Promise<boolean>
  /** Makes the group that limits a task as a whole; answers Docker's CgroupParent, or undefined where no cgroup can be written. */
  createGroup(name: string, limits: GroupLimits): Promise<string | undefined>
  removeGroup(name: string): Promise<void>
  /** A path as this process sees it for a container's json-file log, or undefined when it cannot be read. */
  close(): Promise<void>
}
