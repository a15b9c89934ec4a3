// The logs of this host's containers: a follower for each container whose driver this agent serves, begun when its file
// is there and ended when the container is gone and its last line delivered.
import type { Cancel, Clock, Log } from "../../kernel/index.ts"
import type { Checkpoint, ContainerSnapshot, EngineHooks, TaskEngine, TaskSnapshot } from "../types.ts"
import { followAwslogs } from "./awslogs/follower.ts"
import type { LogService } from "./awslogs/log-service.ts"
import { streamMaker } from "./awslogs/streams.ts"
import { logChecks } from "./checks.ts"
import type { Follower, FollowerResolver } from "./follower.ts"

/** By name of the log driver. Drivers that are not here are the container engine's own business. */
const resolvers: ReadonlyMap<string, FollowerResolver> = new Map([["awslogs", followAwslogs]])

export interface LogsOptions {
  readonly service: LogService
  readonly checkpoint: Checkpoint
  readonly clock: Clock
  readonly log: Log
  /** The address of the API that `service` calls. */
  readonly endpoint?: string
}

export interface Logs {
  /** For the engine: what must hold, and exist, before containers are made and started. */
  readonly hooks: Required<EngineHooks> & { beforeStart(task: TaskSnapshot): Promise<void> }
  /** Follows the containers of `engine`, those that run already included. Call it before anything waits for `delivered`. */
  follow(engine: TaskEngine): void
  /** Settles when the logs of a task that has stopped are delivered; undefined when there is nothing to wait for. */
  delivered(taskArn: string): Promise<void> | undefined
  /** The control plane was just reached: what waits for its next attempt is tried now. */
  kick(): void
  close(): void
}

interface Following {
  readonly follower: Follower
  done: boolean
  finished?: Promise<void>
}

/** See the head of the file. */
export const createLogs = (options: LogsOptions): Logs => {
  const stopping = new AbortController()
  const makeStream = streamMaker(options.service, options.clock, options.log, stopping.signal)
  const checks = logChecks(makeStream, options.endpoint)
  /** By runtime id. */
  const followings = new Map<string, Following>()
  /** Containers of which the engine was told that their log is done, as `<task> <name>`. */
  const told = new Set<string>()
  let engine: TaskEngine | undefined
  let unfollow: Cancel = () => {}

  const begin = (task: TaskSnapshot, container: ContainerSnapshot): Following | undefined => {
    const { runtimeId, logPath: path, logDriver } = container
    if (!runtimeId || !path) return undefined
    const known = followings.get(runtimeId)
    if (known) return known
    const follower = resolvers.get(logDriver ?? "")?.({ task, container, runtimeId, path }, options)
    if (!follower) return undefined
    const following = { follower, done: false }
    followings.set(runtimeId, following)
    return following
  }

  const tell = (arn: string, container: string) => {
    if (stopping.signal.aborted || told.has(`${arn} ${container}`)) return
    told.add(`${arn} ${container}`)
    engine?.logsDone(arn, container)
  }

  const end = (task: TaskSnapshot, container: ContainerSnapshot, following: Following | undefined) => {
    if (!following) return tell(task.arn, container.name)
    following.finished ??= following.follower.finish().then(() => {
      following.done = true
      tell(task.arn, container.name)
    })
  }

  const look = (task: TaskSnapshot) => {
    if (stopping.signal.aborted) return
    for (const container of task.containers) {
      if (container.type !== "NORMAL") continue
      const following = begin(task, container)
      if (container.known === "STOPPED" && !following?.done) end(task, container, following)
    }
  }

  /** Containers that the engine has forgotten need no position any more. */
  const sweep = () => {
    const tasks = engine?.tasks() ?? []
    const arns = new Set(tasks.map((task) => task.arn))
    for (const key of told) if (!arns.has(key.slice(0, key.indexOf(" ")))) told.delete(key)
    const live = new Set(tasks.flatMap((task) => task.containers.map((c) => c.runtimeId)))
    for (const [runtimeId, following] of followings) {
      if (live.has(runtimeId) || !following.done) continue
      followings.delete(runtimeId)
      options.checkpoint.removeLogPosition(runtimeId)
    }
  }

  return {
    hooks: {
      beforeStart: (task) => checks.task(task),
      beforeCreateContainer: (task, container) => checks.beforeCreate(task, container),
      beforeStartContainer: (task, container) => checks.beforeStart(task, container),
    },
    follow: (of) => {
      engine = of
      unfollow = of.onChange((change) => {
        look(change.task)
        if (change.task.known === "STOPPED") sweep()
      })
      for (const task of of.tasks()) look(task)
    },
    delivered: (arn) => {
      const task = engine?.task(arn)
      if (!task) return undefined
      look(task)
      const open = task.containers.flatMap((c) => {
        const following = followings.get(c.runtimeId ?? "")
        return following?.finished && !following.done ? [following.finished] : []
      })
      return open.length > 0 ? Promise.all(open).then(() => {}) : undefined
    },
    kick: () => {
      for (const { follower } of followings.values()) follower.kick()
    },
    close: () => {
      stopping.abort()
      unfollow()
      for (const { follower } of followings.values()) follower.close()
    },
  }
}
