// Availability Zone rebalancing: once a service is steady its tasks are counted per zone, and where one zone has more than
// its share, tasks are started in the thinnest zone, and only when they are healthy others are stopped in the fattest.
// Pure. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html, aws-behaviour.md 2.7
import type { DeploymentRow, ServiceRow } from "../../state/index.ts"
import { isSteady } from "./completion.ts"
import { isHealthy, isSick, nextChange } from "./health.ts"
import { bounds, mayLaunch } from "./rolling.ts"
import { isProtected, pickToStop } from "./scale-in.ts"
import type { LiveTask, Seen } from "./seen.ts"
import { texts } from "./texts.ts"

export type RebalancingEvent =
  | "SERVICE_REBALANCING_STARTED"
  | "SERVICE_REBALANCING_COMPLETED"
  | "SERVICE_REBALANCING_STOPPED"
  | "TASKSET_SCALE_IN_FAILURE_BY_TASK_PROTECTION"

export interface RebalancePlan {
  readonly kind: "rebalance"
  readonly start: readonly { readonly zone: string; readonly count: number }[]
  readonly stop: readonly LiveTask[]
  readonly messages: readonly string[]
  readonly events: readonly RebalancingEvent[]
  /** What the service's row says of it from now on. */
  readonly rebalancing: ServiceRow["rebalancing"]
}

const nothing = { kind: "rebalance", start: [], stop: [], messages: [], events: [] } as const

/** A zone that gives no place, or whose tasks are protected, is tried again so much later. AWS does not publish when. */
export const heldFor = 15 * 60_000

/** Tasks per zone: of every zone that the service may use, and of those where it has some. In the order of their names. */
export const countByZone = (zones: readonly string[], live: readonly LiveTask[]): Map<string, number> => {
  const counts = new Map(zones.map((zone) => [zone, 0]))
  for (const { zone } of live) if (zone !== undefined) counts.set(zone, (counts.get(zone) ?? 0) + 1)
  return new Map([...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** The entry with the most, or the least. */
const extreme = (counts: ReadonlyMap<string, number>, sign: 1 | -1): readonly [string, number] | undefined =>
  [...counts].reduce<readonly [string, number] | undefined>(
    (best, entry) => (!best || sign * entry[1] > sign * best[1] ? entry : best),
    undefined,
  )

/**
 * The moves, from a zone to a zone, that even the counts out to a difference of one. Only `free` tasks of a zone can leave
 * it; zones that the service does not use any more are to be empty.
 */
export const movesFor = (
  zones: readonly string[],
  live: readonly LiveTask[],
  isFree: (task: LiveTask) => boolean,
): readonly { readonly from: string; readonly to: string }[] => {
  const counts = countByZone(zones, live)
  const free = countByZone(zones, live.filter(isFree))
  const moves: { from: string; to: string }[] = []
  for (;;) {
    const thin = extreme(new Map([...counts].filter(([zone]) => zones.includes(zone))), -1)
    const fat = extreme(new Map([...counts].filter(([zone]) => (free.get(zone) ?? 0) > 0)), 1)
    if (!thin || !fat || fat[1] - thin[1] <= 1) return moves
    counts.set(fat[0], fat[1] - 1)
    free.set(fat[0], (free.get(fat[0]) ?? 0) - 1)
    counts.set(thin[0], thin[1] + 1)
    moves.push({ from: fat[0], to: thin[0] })
  }
}

const grouped = (zones: readonly string[]): RebalancePlan["start"] =>
  [...Map.groupBy(zones, (zone) => zone)].map(([zone, all]) => ({ zone, count: all.length }))

/** Starts as many tasks as maximumPercent allows in the zones that lack them; undefined when there is nothing to do. */
const begin = (
  seen: Seen,
  primary: DeploymentRow,
  zones: readonly string[],
  now: number,
): RebalancePlan | undefined => {
  const { service, live } = seen
  const needed = movesFor(zones, live, () => true)
  if (needed.length === 0) return undefined
  const free = movesFor(zones, live, (task) => !isProtected(task, now))
  const room = Math.max(0, bounds(seen).upper - live.length)
  if (free.length === 0) return held(seen, primary, needed.length, now)
  if (room === 0 || !mayLaunch(primary, now)) return undefined
  const isNew = service.rebalancing?.state !== "moving"
  return {
    ...nothing,
    start: grouped(free.slice(0, room).map(({ to }) => to)),
    messages: isNew ? [texts.unbalanced(service.name, countByZone(zones, live))] : [],
    events: isNew ? ["SERVICE_REBALANCING_STARTED"] : [],
    rebalancing: { state: "moving", desired: service.desiredCount },
  }
}

/** Protected tasks are in the way: it is said, and tried again later. */
const held = (seen: Seen, primary: DeploymentRow, count: number, now: number): RebalancePlan => ({
  ...nothing,
  messages: [texts.rebalanceHeld(seen.service.name, primary.id, count), texts.rebalanceStopped(seen.service.name)],
  events: ["TASKSET_SCALE_IN_FAILURE_BY_TASK_PROTECTION", "SERVICE_REBALANCING_STOPPED"],
  rebalancing: { state: "held", until: now + heldFor },
})

/** Something else is to be done with the service: a deployment, another count, a task that died, is sick or drains. */
const isInterrupted = (seen: Seen, primary: DeploymentRow, desired: number, now: number): boolean => {
  const { service, live } = seen
  return (
    service.availabilityZoneRebalancing !== "ENABLED" ||
    primary.rolloutState !== "COMPLETED" ||
    service.desiredCount !== desired ||
    live.length < desired ||
    seen.older.some((deployment) => live.some((task) => task.deployment === deployment.id)) ||
    live.some((task) => task.draining || isSick(task, service, now))
  )
}

/** The surplus of a move goes from the fattest zones. */
const surplus = (seen: Seen, zones: readonly string[], count: number, now: number): LiveTask[] => {
  const stop: LiveTask[] = []
  let left = seen.live
  while (stop.length < count) {
    const free = left.filter((task) => !isProtected(task, now) && task.zone !== undefined)
    const counts = countByZone(zones, left)
    const fat = extreme(new Map([...counts].filter(([zone]) => free.some((task) => task.zone === zone))), 1)
    const [task] = pickToStop(
      free.filter(({ zone }) => zone === fat?.[0]),
      1,
      { seen, all: left, now },
    )
    if (!task) break
    stop.push(task)
    left = left.filter((other) => other !== task)
  }
  return stop
}

/** What to do next for the balance of a service; undefined when everything else goes first. */
export const planRebalance = (
  seen: Seen,
  primary: DeploymentRow,
  now: number,
): RebalancePlan | { readonly kind: "wait"; readonly next: number | undefined } | undefined => {
  const { service, live, zones = [] } = seen
  const { rebalancing } = service
  if (rebalancing?.state !== "moving") {
    const mayBegin = service.availabilityZoneRebalancing === "ENABLED" && service.steadyAt !== undefined
    if (!mayBegin || (rebalancing && rebalancing.until > now) || !isSteady(seen, primary, now)) return undefined
    return begin(seen, primary, zones, now)
  }
  if (isInterrupted(seen, primary, rebalancing.desired, now)) {
    return {
      ...nothing,
      messages: [texts.rebalanceStopped(service.name)],
      events: ["SERVICE_REBALANCING_STOPPED"],
      rebalancing: undefined,
    }
  }
  const times = [...live.map((task) => nextChange(task, service, now)), primary.throttle?.until, primary.churn?.until]
  const later = times.filter((time): time is number => time !== undefined && time > now)
  const wait = { kind: "wait", next: later.length > 0 ? later.reduce((a, b) => Math.min(a, b)) : undefined } as const
  if (!live.every((task) => isHealthy(task, now))) return wait
  const more = live.length - service.desiredCount
  if (more > 0) {
    const stop = surplus(seen, zones, more, now)
    return stop.length > 0 ? { ...nothing, stop, rebalancing } : held(seen, primary, more, now)
  }
  if (seen.leaving.size > 0) return wait
  const next = begin(seen, primary, zones, now)
  if (next) return next
  if (movesFor(zones, live, () => true).length > 0) return wait
  return {
    ...nothing,
    messages: [texts.balanced(service.name, countByZone(zones, live))],
    events: ["SERVICE_REBALANCING_COMPLETED"],
    rebalancing: undefined,
  }
}
