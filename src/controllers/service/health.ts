// When a task counts as healthy for a deployment, and when it is to be replaced: by its containers' own checks, and by what
// load balancers see of it. Pure.
import type { ServiceRow } from "../../state/index.ts"
import type { LiveTask, SeenTarget } from "./seen.ts"

/**
 * A task without any health check is healthy 40 s after it is RUNNING: aws-behaviour.md 2.1.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html
 */
const settling = 40_000

/** Whether a target counts as healthy. Where nothing is checked, nothing is known against it. */
const isGood = ({ state }: SeenTarget): boolean => state === "healthy" || state === "unavailable"

/**
 * A target that nothing is checked of (unused, or not registered at all) says nothing of its task, and is so for the next
 * one as well: tasks are not replaced for that faster than checks could find one unhealthy.
 */
const uncheckedFor = 30_000

/**
 * From when on a target is a reason to replace its task; undefined of a good one. A target group that is gone is none:
 * there every task would be lost.
 */
const badFrom = ({ state }: SeenTarget, since: number): number | undefined => {
  if (state === "unhealthy") return since
  return state === "unused" || state === "draining" || state === "not found" ? since + uncheckedFor : undefined
}

/** The time from which a task counts as healthy; undefined when that is not known or will not come by itself. */
const healthyFrom = (task: LiveTask): number | undefined => {
  if (!task.running || task.startedAt === undefined) return undefined
  if (task.checked && task.health !== "HEALTHY") return undefined
  if (task.targets) return task.targets.every(isGood) ? task.startedAt : undefined
  return task.checked ? task.startedAt : task.startedAt + settling
}

/** Whether a task counts towards minimumHealthyPercent now. */
export const isHealthy = (task: LiveTask, now: number): boolean =>
  (healthyFrom(task) ?? Number.POSITIVE_INFINITY) <= now

const graceEnd = (task: LiveTask, service: ServiceRow): number =>
  (task.startedAt ?? task.createdAt) + (service.healthCheckGracePeriodSeconds ?? 0) * 1000

/** A check that a task fails: its containers' own, or that of a load balancer. */
export type Failing = "containers" | SeenTarget

/** What a task fails, and from when on that counts: nothing does during the grace period. */
const failures = (
  task: LiveTask,
  service: ServiceRow,
): readonly { readonly what: Failing; readonly from: number }[] => {
  const grace = graceEnd(task, service)
  const since = task.startedAt ?? task.createdAt
  const targets = (task.running ? (task.targets ?? []) : []).flatMap((what) => {
    const from = badFrom(what, since)
    return from === undefined ? [] : { what, from: Math.max(from, grace) }
  })
  const own = task.checked && task.health === "UNHEALTHY"
  return own ? [{ what: "containers", from: grace }, ...targets] : targets
}

/** The check for which a task is to be replaced. */
export const sickness = (task: LiveTask, service: ServiceRow, now: number): Failing | undefined =>
  failures(task, service).find(({ from }) => now >= from)?.what

/** Whether a task failed its health check and is to be replaced. */
export const isSick = (task: LiveTask, service: ServiceRow, now: number): boolean =>
  sickness(task, service, now) !== undefined

/** The next time at which a task becomes healthy, or its failed check begins to count, by time alone. */
export const nextChange = (task: LiveTask, service: ServiceRow, now: number): number | undefined => {
  const times = [healthyFrom(task), task.protectedUntil, ...failures(task, service).map(({ from }) => from)]
  const later = times.filter((time): time is number => time !== undefined && time > now)
  return later.length > 0 ? Math.min(...later) : undefined
}
