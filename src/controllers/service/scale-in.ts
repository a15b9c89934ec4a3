// Which tasks go first when there are too many: aws-behaviour.md 2.8, "Scale-in pick". Pure.
import { isHealthy } from "./health.ts"
import type { LiveTask } from "./seen.ts"

/** Whether scale-in and deployments must leave the task alone. */
export const isProtected = (task: LiveTask, now: number): boolean => (task.protectedUntil ?? 0) > now

const countBy = (tasks: readonly LiveTask[], key: (task: LiveTask) => string): Map<string, number> => {
  const counts = new Map<string, number>()
  for (const task of tasks) counts.set(key(task), (counts.get(key(task)) ?? 0) + 1)
  return counts
}

/**
 * `count` of `candidates` in the order in which they are to be stopped: what does not run yet, then what is not healthy
 * yet, then from the zone with most of the service's tasks, in it from the instance with most, then the newest.
 * `all` are the service's tasks of the same deployment: what is balanced.
 */
export const pickToStop = (
  candidates: readonly LiveTask[],
  count: number,
  all: readonly LiveTask[],
  now: number,
): readonly LiveTask[] => {
  const zoneOf = (task: LiveTask) => task.zone ?? ""
  const hostOf = (task: LiveTask) => task.instance ?? ""
  const zones = countBy(all, zoneOf)
  const hosts = countBy(all, hostOf)
  const readiness = (task: LiveTask) => (isHealthy(task, now) ? 2 : task.running ? 1 : 0)
  const left = [...candidates]
  const picked: LiveTask[] = []
  while (picked.length < count && left.length > 0) {
    const rank = (task: LiveTask) =>
      [
        readiness(task),
        -(zones.get(zoneOf(task)) ?? 0),
        -(hosts.get(hostOf(task)) ?? 0),
        -(task.startedAt ?? task.createdAt),
      ] as const
    const next = left.reduce((best, task) => (before(rank(task), rank(best)) ? task : best))
    left.splice(left.indexOf(next), 1)
    picked.push(next)
    zones.set(zoneOf(next), (zones.get(zoneOf(next)) ?? 0) - 1)
    hosts.set(hostOf(next), (hosts.get(hostOf(next)) ?? 0) - 1)
  }
  return picked
}

const before = (a: readonly number[], b: readonly number[]): boolean => {
  for (const [i, value] of a.entries()) {
    const other = b[i] ?? 0
    if (value !== other) return value < other
  }
  return false
}
