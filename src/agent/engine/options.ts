// What a task engine is built from. Types only.
import type { Clock, Ids, Log } from "../../kernel/index.ts"
import type { ContainerDriver } from "../driver.ts"
import type {
  Checkpoint,
  ContainerSecrets,
  ContainerSnapshot,
  CredentialsStore,
  EngineHooks,
  TaskSnapshot,
} from "../types.ts"
import type { HostPaths } from "./mounts.ts"
import type { Owner } from "./names.ts"

export interface TaskEngineOptions extends Owner, HostPaths {
  /** The image of the container that holds a task's network. It must be on the engine. */
  readonly pauseImage: string
  readonly region: string
  /** Where containers find metadata and credentials. By default `http://169.254.170.2`. */
  readonly agentUri?: string
  /** Seconds between the stop signal and the kill where the container says none. By default 30. */
  readonly stopTimeoutSeconds?: number
  /** How long a task that is over and reported is kept, in milliseconds. By default 0. */
  readonly cleanupWaitMs?: number
  /**
   * When images are pulled (ECS_IMAGE_PULL_BEHAVIOR). `default`: always, and when that fails what the engine has is used;
   * an image without a registry's digest was made on this machine and is used as it is. By default `default`.
   */
  readonly imagePull?: "default" | "always" | "once" | "prefer-cached"
  /** The address on which the ports of awsvpc tasks are published; by default they are not, as on AWS. */
  readonly publish?: string
  /** See CompileOptions. */
  readonly openFiles?: number
}

/** What a container needs that is looked up with the task's execution role. What has no resolver stops the task. */
export interface Resolvers {
  secrets?(task: TaskSnapshot, container: ContainerSnapshot): Promise<ContainerSecrets>
  /** Docker's X-Registry-Auth, or undefined for a registry that needs none. */
  registryAuth?(task: TaskSnapshot, container: ContainerSnapshot, signal: AbortSignal): Promise<string | undefined>
}

export interface TaskEngineParts {
  readonly driver: ContainerDriver
  readonly checkpoint: Checkpoint
  /** Wall time. */
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
  readonly credentials: CredentialsStore
  readonly options: TaskEngineOptions
  readonly hooks?: EngineHooks
  readonly resolvers?: Resolvers
}
