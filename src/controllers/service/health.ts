// When a task counts as healthy for a deployment. Pure.
import type { ServiceRow } from "../../state/index.ts"
import type { LiveTask } from "./seen.ts"

/**
 * A task without any health check is healthy 40 s after it is RUNNING: aws-behaviour.md 2.1.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html
 */
const settling = 40_000

/** The time from which a task counts as healthy; undefined when that is not known or will not come by itself. */
const healthyFrom = (task: LiveTask): number | undefined => {
  if (!task.running || task.startedAt === undefined) return undefined
  if (task.checked) return task.health === "HEALTHY" ? task.startedAt : undefined
  return task.startedAt + settling
}

/** Whether a task counts towards minimumHealthyPercent now. */
export const isHealthy = (task: LiveTask, now: number): boolean =>
  (healthyFrom(task) ?? Number.POSITIVE_INFINITY) <= now

/** Whether a task failed its health check and is to be replaced. Nothing counts during the grace period. */
export const isSick = (task: LiveTask, service: ServiceRow, now: number): boolean => {
  const grace = (service.healthCheckGracePeriodSeconds ?? 0) * 1000
  return task.checked && task.health === "UNHEALTHY" && now >= (task.startedAt ?? task.createdAt) + grace
}

/** The next time at which a task becomes healthy, or its failed check begins to count, by time alone. */
export const nextChange = (task: LiveTask, service: ServiceRow, now: number): number | undefined => {
  const grace = (task.startedAt ?? task.createdAt) + (service.healthCheckGracePeriodSeconds ?? 0) * 1000
  const times = [healthyFrom(task), task.health === "UNHEALTHY" ? grace : undefined, task.protectedUntil]
  const later = times.filter((time): time is number => time !== undefined && time > now)
  return later.length > 0 ? Math.min(...later) : undefined
}
