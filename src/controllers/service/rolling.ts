// The arithmetic of a rolling deployment: how many tasks of which deployment may be started and stopped now, so that
// never more than maximumPercent are wanted and never fewer than minimumHealthyPercent are healthy. Pure.
// Source: aws-behaviour.md 2.1, https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html
import type { DeploymentRow } from "../../state/index.ts"
import { isHealthy, isSick } from "./health.ts"
import { isProtected, pickToStop } from "./scale-in.ts"
import type { LiveTask, Seen } from "./seen.ts"

/** Why a task is stopped: it decides over reason, event and whether the breaker counts it. */
export type StopWhy = "scaling" | "deployment" | "unhealthy" | "draining" | "rebalancing" | "constraint"

export interface Moves {
  readonly start: readonly {
    readonly deployment: string
    readonly count: number
    readonly replaces: boolean
    /** One on each of these; the scheduler chooses when absent. */
    readonly instances?: readonly string[]
  }[]
  readonly stop: readonly { readonly task: LiveTask; readonly why: StopWhy }[]
  /** Tasks that should be stopped and are protected. */
  readonly heldBack: number
  /** A deployment that the percentages let neither start nor stop anything. */
  readonly stuck: boolean
}

/** Never fewer healthy tasks than this, never more wanted ones than that. */
export const bounds = (seen: Seen): { readonly lower: number; readonly upper: number } => {
  const { desiredCount, deploymentConfiguration: c } = seen.service
  return {
    lower: Math.ceil((desiredCount * (c.minimumHealthyPercent ?? 100)) / 100),
    upper: Math.floor((desiredCount * (c.maximumPercent ?? 200)) / 100),
  }
}

/** What tasks are started for: a deployment, or a task set. */
export type Launched = Pick<DeploymentRow, "id" | "rolloutState" | "throttle" | "churn">

/** Whether a deployment may be given tasks at this time. */
export const mayLaunch = (deployment: Launched, now: number): boolean =>
  deployment.rolloutState !== "FAILED" &&
  (deployment.throttle?.until ?? 0) <= now &&
  (deployment.churn?.until ?? 0) <= now

/** See the head of the file. `primary` is the deployment that is to have all `desiredCount` tasks. */
export const rollingMoves = (seen: Seen, primary: Launched, now: number): Moves => {
  const { service, live } = seen
  const desired = service.desiredCount
  const { lower, upper } = bounds(seen)
  const sick = (task: LiveTask) => isSick(task, service, now)
  const healthy = (task: LiveTask) => isHealthy(task, now)

  const mine = live.filter((task) => task.deployment === primary.id)
  const old = live.filter((task) => task.deployment !== primary.id)
  const keepers = mine.filter((task) => !sick(task) && !task.draining)
  const leavers = mine.filter((task) => sick(task) || task.draining)
  const freeOld = old.filter((task) => !isProtected(task, now))
  /** Healthy tasks that may go now. */
  let budget = Math.max(0, live.filter(healthy).length - lower)

  const stop: { task: LiveTask; why: StopWhy }[] = []
  const leave = (tasks: readonly LiveTask[], why: StopWhy) => {
    for (const task of tasks) stop.push({ task, why })
    budget -= tasks.filter(healthy).length
  }

  // Too many of the current ones: a wish of the caller, which minimumHealthyPercent does not hold back.
  const surplus = keepers.length - desired
  const freeKeepers = keepers.filter((task) => !isProtected(task, now))
  if (surplus > 0) leave(pickToStop(freeKeepers, surplus, { seen, all: mine, now }), "scaling")
  budget = Math.max(0, budget)

  // What waits on a draining instance has nothing to lose.
  leave(
    leavers.filter((task) => task.draining && !task.running),
    "draining",
  )

  const wanted = mayLaunch(primary, now) ? Math.max(0, desired - keepers.length) : 0
  const room = () => Math.max(0, upper - (live.length - stop.length))

  if (primary.rolloutState !== "FAILED") {
    const complete = keepers.filter(healthy).length >= desired
    const idle = freeOld.filter((task) => !healthy(task))
    // Of the old ones that are not healthy go as many as are in the way, and all when nothing depends on them any more.
    const inTheWay = complete ? idle.length : Math.min(idle.length, Math.max(0, wanted - room()))
    leave(pickToStop(idle, inTheWay, { seen, all: old, now }), "deployment")
    leave(pickToStop(freeOld.filter(healthy), budget, { seen, all: old, now }), "deployment")
  }

  // Sick ones go when their replacements are healthy; one goes before that when there is no room for a replacement.
  const ill = leavers.filter(sick)
  const replaced = Math.max(0, keepers.filter(healthy).length + ill.length - desired)
  const oneFirst = wanted > 0 && room() === 0 && stop.length === 0 ? 1 : 0
  leave(ill.slice(0, Math.max(replaced, oneFirst)), "unhealthy")
  leave(
    leavers.filter((task) => task.draining && task.running && !sick(task)).slice(0, Math.max(0, budget)),
    "draining",
  )

  const count = Math.min(wanted, room())
  const start = count > 0 ? [{ deployment: primary.id, count, replaces: ill.length > 0 && old.length === 0 }] : []
  const restored = restore(seen, primary, { lower, room: room() - count, stop, now })
  const heldOld = keepers.length >= desired ? old.length - freeOld.length : 0
  return {
    start: [...start, ...restored],
    stop,
    heldBack: Math.max(0, surplus - freeKeepers.length) + heldOld,
    stuck:
      old.length > 0 &&
      primary.rolloutState === "IN_PROGRESS" &&
      wanted > 0 &&
      start.length === 0 &&
      stop.length === 0 &&
      seen.leaving.size === 0 &&
      mine.length === 0 &&
      old.every(healthy),
  }
}

/**
 * While the new revision cannot be started, tasks of the old one that die are replaced by their like, so that the
 * service does not fall below its minimum: "Unhealthy tasks are replaced using the same service revision".
 */
const restore = (
  seen: Seen,
  primary: Launched,
  { lower, room, stop, now }: { lower: number; room: number; stop: readonly { task: LiveTask }[]; now: number },
): Moves["start"] => {
  const [old] = seen.older
  if (!old || mayLaunch(primary, now)) return []
  const stopped = new Set(stop.map(({ task }) => task.arn))
  const kept = seen.live.filter(
    (task) => !stopped.has(task.arn) && !isSick(task, seen.service, now) && !task.draining,
  ).length
  const count = Math.min(lower - kept, room)
  return count > 0 && mayLaunch({ ...old, rolloutState: "COMPLETED" }, now)
    ? [{ deployment: old.id, count, replaces: true }]
    : []
}
