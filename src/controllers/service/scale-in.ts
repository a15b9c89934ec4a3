// Which tasks go first when there are too many: the placement strategy in reverse, where the service has one.
// aws-behaviour.md 2.8, "Scale-in pick"; https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-strategies.html.
// Pure.
import { isHealthy } from "./health.ts"
import type { LiveTask, Seen } from "./seen.ts"

/** Whether scale-in and deployments must leave the task alone. */
export const isProtected = (task: LiveTask, now: number): boolean => (task.protectedUntil ?? 0) > now

type Key = (task: LiveTask) => string

/** One level of the order. It is told of each task that was picked. */
interface Level {
  /** Tasks for which this is the same have the same rank, now and later. */
  readonly of: Key
  /** The task with the least goes first. */
  readonly rank: (task: LiveTask) => number
  readonly picked: (task: LiveTask) => void
}

/** Balance over what `key` says: from where there are most. */
const evenly = (all: readonly LiveTask[], key: Key): Level => {
  const counts = new Map<string, number>()
  for (const task of all) counts.set(key(task), (counts.get(key(task)) ?? 0) + 1)
  return {
    of: key,
    rank: (task) => -(counts.get(key(task)) ?? 0),
    picked: (task) => counts.set(key(task), (counts.get(key(task)) ?? 0) - 1),
  }
}

/** Packing: from the instance that has most left once the task is gone, so that it becomes empty. */
const unpacking = (hosts: NonNullable<Seen["hosts"]>, of: "cpu" | "memory"): Level => {
  const left = new Map([...hosts].map(([arn, host]) => [arn, host.left[of]]))
  const after = (task: LiveTask) => (left.get(task.instance ?? "") ?? 0) + (task.size?.[of] ?? 0)
  return {
    of: (task) => `${task.instance ?? ""} ${task.size?.[of] ?? 0}`,
    rank: (task) => -after(task),
    picked: (task) => left.set(task.instance ?? "", after(task)),
  }
}

const zoneOf: Key = (task) => task.zone ?? ""
const hostOf: Key = (task) => task.instance ?? ""

/** The levels of a service's strategy; without one from the fullest zone, in it from the fullest instance. */
const levelsOf = ({ service, hosts = new Map() }: Seen, all: readonly LiveTask[]): readonly Level[] => {
  if (service.placementStrategy.length === 0) return [evenly(all, zoneOf), evenly(all, hostOf)]
  return service.placementStrategy.flatMap(({ type, field = "" }) => {
    // Chance may choose the newest as well as any other.
    if (type === "random") return []
    if (type === "binpack") return [unpacking(hosts, field.toLowerCase() === "cpu" ? "cpu" : "memory")]
    if (field === "attribute:ecs.availability-zone") return [evenly(all, zoneOf)]
    if (!field.startsWith("attribute:")) return [evenly(all, hostOf)]
    const name = field.slice("attribute:".length)
    return [evenly(all, (task) => hosts.get(task.instance ?? "")?.attributes.get(name) ?? "")]
  })
}

/**
 * `count` of `candidates` in the order in which they are to be stopped: what does not run yet, then what is not healthy
 * yet, then by the service's strategy, then the newest. `all` are the tasks among which balance is kept.
 */
export const pickToStop = (
  candidates: readonly LiveTask[],
  count: number,
  { seen, all, now }: { readonly seen: Seen; readonly all: readonly LiveTask[]; readonly now: number },
): readonly LiveTask[] => {
  if (count <= 0) return []
  const levels = levelsOf(seen, all)
  const readiness = (task: LiveTask) => (isHealthy(task, now) ? 2 : task.running ? 1 : 0)
  const age = (task: LiveTask) => -(task.startedAt ?? task.createdAt)
  // When all go nobody asks which was first.
  if (count >= candidates.length) return candidates.toSorted((a, b) => readiness(a) - readiness(b) || age(a) - age(b))
  // Of tasks that are alike but for their age only the newest has to be compared: thousands of them lie in a few piles.
  const piles = Map.groupBy(
    candidates.map((task, index) => ({ task, index })),
    ({ task }) => [readiness(task), ...levels.map((level) => level.of(task))].join("\n"),
  )
  const left = [...piles.values()].map((pile) => pile.sort((a, b) => age(b.task) - age(a.task) || b.index - a.index))
  const rankOf = (pile: (typeof left)[number]) => {
    const top = pile.at(-1)
    if (!top) return [Number.POSITIVE_INFINITY]
    return [readiness(top.task), ...levels.map((level) => level.rank(top.task)), age(top.task), top.index]
  }
  const picked: LiveTask[] = []
  while (picked.length < count) {
    let best: { readonly pile: (typeof left)[number]; readonly rank: readonly number[] } | undefined
    for (const pile of left) {
      const rank = rankOf(pile)
      if (!best || before(rank, best.rank)) best = { pile, rank }
    }
    const next = best?.pile.pop()
    if (!next) break
    picked.push(next.task)
    for (const level of levels) level.picked(next.task)
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
