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
  /** Which of the kernel's access controls it puts containers under: what `dockerSecurityOptions` may name profiles of. */
  readonly accessControls?: readonly ("apparmor" | "selinux")[]
}

export interface ImageInfo {
  readonly id: string
  /** `sha256:…` of the manifest when a registry gave one; an image that was made on this machine has none. */
  readonly digest?: string
  /** Names of the variables that the image itself sets. */
  readonly variables?: readonly string[]
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
  /** Somebody is removing it at this moment, which is why it ended. */
  readonly removing?: boolean
  readonly oomKilled: boolean
  readonly error?: string
  readonly createdAt?: number
  readonly startedAt?: number
  readonly finishedAt?: number
  readonly restartCount: number
  readonly health?: {
    readonly status: "starting" | "healthy" | "unhealthy" | "none"
    readonly output?: string
    readonly exitCode?: number
    readonly at?: number
  }
  /** By network id. */
  readonly addresses: Readonly<Record<string, string>>
  /** By network id: the hardware address of the container's end. */
  readonly macs?: Readonly<Record<string, string>>
  readonly ports: readonly {
    readonly containerPort: number
    readonly hostPort: number
    readonly protocol: "tcp" | "udp"
    readonly hostIp: string
  }[]
  readonly mounts: readonly { readonly name?: string; readonly source: string; readonly destination: string }[]
  /** Of Docker's json-file log driver, when the container uses it. */
  readonly logPath?: string
}

/** A change that the engine reports. After a gap in the stream the driver sends `resync`: look at everything again. */
export type DriverEvent =
  | { readonly type: "start" | "oom" | "health" | "destroy"; readonly id: string }
  /**
   * `exitCode` as the event says it: a container that was removed at once can no longer be inspected. `at`, in epoch
   * milliseconds, when the engine says when it was.
   */
  | { readonly type: "die"; readonly id: string; readonly exitCode?: number; readonly at?: number }
  | { readonly type: "resync" }

/** Limits for all containers of a task together. */
export interface GroupLimits {
  /** vCPUs. */
  readonly cpu?: number
  readonly memoryMiB?: number
}

/** A network that tasks are put into. */
export interface NetworkInfo {
  readonly id: string
  readonly name: string
  readonly subnet?: string
  readonly gateway?: string
}

/** A volume that exists. Labels and options as whoever made it gave them. */
export interface VolumeInfo {
  readonly driver: string
  readonly driverOpts: Readonly<Record<string, string>>
  readonly labels: Readonly<Record<string, string>>
}

/** How an image is to be pulled. */
export interface PullOptions {
  /** Docker's X-Registry-Auth. */
  readonly auth?: string
  /** Ends the pull; it then rejects with `other`. */
  readonly signal?: AbortSignal
  /** The environment of the container that it is for; only the simulated driver looks at it (its README). */
  readonly environment?: Readonly<Record<string, string>>
}

/** See the head of the file. Every call rejects with a {@link DriverError}. */
export interface ContainerDriver {
  info(): Promise<EngineInfo>
  image(reference: string): Promise<ImageInfo | undefined>
  pull(reference: string, options: PullOptions): Promise<ImageInfo>
  create(spec: ContainerSpec): Promise<string>
  start(id: string): Promise<void>
  /** Sends the image's STOPSIGNAL, else SIGTERM, and SIGKILL after `seconds`. Resolves when it has stopped. */
  stop(id: string, seconds: number): Promise<void>
  kill(id: string): Promise<void>
  /** Gives a container another name. */
  rename(id: string, name: string): Promise<void>
  /** With its anonymous volumes; no error when it is gone already. */
  remove(id: string): Promise<void>
  inspect(id: string): Promise<ContainerState | undefined>
  list(labels: Readonly<Record<string, string>>): Promise<readonly ContainerState[]>
  watch(onEvent: (event: DriverEvent) => void): Cancel
  /** Docker's stats document, one sample (`stream=false&one-shot` semantics are the driver's). */
  stats(id: string): Promise<Readonly<Record<string, unknown>> | undefined>
  /** Calls `onStats` about every second until cancelled. */
  followStats(id: string, onStats: (stats: Readonly<Record<string, unknown>>) => void): Cancel
  createVolume(
    name: string,
    options: {
      driver?: string
      driverOpts?: Readonly<Record<string, string>>
      labels: Readonly<Record<string, string>>
    },
  ): Promise<void>
  removeVolume(name: string): Promise<void>
  /** The volume of this name, if there is one. */
  volume(name: string): Promise<VolumeInfo | undefined>
  /**
   * A folder or file of the host below `root`, as `path` names it there; what is missing of it is made. Rejects with
   * `cannot-create` when a part of it is a symbolic link: it would lead out of `root`.
   */
  hostPath(root: string, path: string): Promise<string>
  /** The network with these labels, if there is one. */
  network(labels: Readonly<Record<string, string>>): Promise<NetworkInfo | undefined>
  /** The first of `count` host ports in a row that nobody has at this moment. */
  freePorts(count: number, protocol: "tcp" | "udp"): Promise<number>
  /** Whether the engine has the bridge network that containers are on by default. */
  hasDefaultBridge(): Promise<boolean>
  /** Does nothing when the container is connected already. One that does not run is connected when it starts. */
  connect(networkId: string, containerId: string): Promise<void>
  /** Makes a running container's port on a bridge isolated from the other isolated ones; false where that cannot be. */
  isolate(networkId: string, container: ContainerState): Promise<boolean>
  /** Makes the group that limits a task as a whole; answers Docker's CgroupParent, or undefined where no cgroup can be written. */
  createGroup(name: string, limits: GroupLimits): Promise<string | undefined>
  /** No error when it is gone already. Its containers must have been removed. */
  removeGroup(name: string): Promise<void>
  /** How many processes the kernel has killed because the group was out of memory; 0 where nothing counts that. */
  groupOomKills(name: string): Promise<number>
  close(): Promise<void>
}
