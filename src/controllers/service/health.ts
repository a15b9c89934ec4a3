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

/** Whether a target is a reason to replace its task. A target group that is gone is none: there every task would be lost. */
const isBad = ({ state }: SeenTarget): boolean =>
  state === "unhealthy" || state === "unused" || state === "draining" || state === "not found"

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

/** What a task fails, whether or not that counts yet. */
const failing = (task: LiveTask): Failing | undefined =>
  task.checked && task.health === "UNHEALTHY" ? "containers" : task.running ? task.targets?.find(isBad) : undefined

/** The check for which a task is to be replaced. Nothing counts during the grace period. */
export const sickness = (task: LiveTask, service: ServiceRow, now: number): Failing | undefined =>
  now >= graceEnd(task, service) ? failing(task) : undefined

/** Whether a task failed its health check and is to be replaced. */
export const isSick = (task: LiveTask, service: ServiceRow, now: number): boolean =>
  sickness(task, service, now) !== undefined

/** The next time at which a task becomes healthy, or its failed check begins to count, by time alone. */
export const nextChange = (task: LiveTask, service: ServiceRow, now: number): number | undefined => {
  const times = [healthyFrom(task), failing(task) ? graceEnd(task, service) : undefined, task.protectedUntil]
  const later = times.filter((time): time is number => time !== undefined && time > now)
  return later.length > 0 ? Math.min(...later) : undefined
}
