// What a follower of a container's log is, for every driver that this agent serves itself.
import type { Clock, Log } from "../../kernel/index.ts"
import type { Checkpoint, ContainerSnapshot, TaskSnapshot } from "../types.ts"
import type { LogService } from "./awslogs/log-service.ts"

export interface Follower {
  /** The container is gone: reads to the end and delivers. Settles when that is done or has become impossible. */
  finish(): Promise<void>
  /** The control plane was just reached: what waits for its next attempt is tried now. */
  kick(): void
  /** Stops where it is; the next follower goes on from the checkpoint. */
  close(): void
}

/** What followers are made from. */
export interface FollowerParts {
  readonly service: LogService
  readonly checkpoint: Checkpoint
  readonly clock: Clock
  readonly log: Log
}

/** A container whose file can be followed. */
export interface Followed {
  readonly task: TaskSnapshot
  readonly container: ContainerSnapshot
  readonly runtimeId: string
  readonly path: string
}

/** Makes a follower that begins at once; undefined when the container's options leave nothing to do. */
export type FollowerResolver = (followed: Followed, parts: FollowerParts) => Follower | undefined
