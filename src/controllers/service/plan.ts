// Decides what a service needs next, from what was seen of it and the time. Pure: data in, data out; reconcile.ts carries
// it out, and the commit wakes the service for the next look. One thing at a time: first what happened is counted, then
// tasks are started and stopped, then what has come true is said.
import type { DeploymentRow } from "../../state/index.ts"
import { bakeOf } from "./bake.ts"
import { completed, isSteady, overDeployments } from "./completion.ts"
import { daemonMoves } from "./daemon.ts"
import { nextChange } from "./health.ts"
import { giveUpShift, type Progress, progressOf } from "./progress.ts"
import { planRebalance, type RebalancePlan } from "./rebalance.ts"
import { type Moves, rollingMoves } from "./rolling.ts"
import type { DeploymentChange, LiveTask, Seen } from "./seen.ts"
import { planShift, type ShiftPlan } from "./shift/plan.ts"
import { planTaskSets, type TaskSetPlan } from "./task-sets.ts"
import { texts } from "./texts.ts"

/** Steady services say so again after six hours: aws-behaviour.md 2.2. */
const steadyAgain = 6 * 60 * 60_000

export type ServicePlan =
  | { readonly kind: "progress"; readonly progress: Progress }
  | {
      readonly kind: "settled"
      readonly patches: ReadonlyMap<string, DeploymentChange>
      readonly messages: readonly string[]
      /** The primary deployment completed with this. */
      readonly completed: boolean
      /** The service is steady now; undefined leaves what is noted. */
      readonly steadyAt: number | undefined
      readonly next: number | undefined
    }
  /** Another number of container instances should have a task of the daemon. */
  | { readonly kind: "count"; readonly daemonCount: number }
  /** Deleted: every task is to go, and when none is left the service is INACTIVE. */
  | { readonly kind: "drain"; readonly stop: readonly LiveTask[]; readonly over: boolean }
  | Extract<ShiftPlan, { kind: "shift" }>
  | RebalancePlan
  | TaskSetPlan

/** See the head of the file. */
export const planService = (seen: Seen, now: number): ServicePlan => {
  const { service, primary } = seen
  if (service.status === "INACTIVE") return { kind: "wait", next: undefined }
  if (seen.taskSets && service.status === "ACTIVE") return planTaskSets(seen, seen.taskSets, now)
  if (seen.ended.length > 0) return { kind: "progress", progress: progressOf(seen, now) }
  if (service.status === "DRAINING") {
    const over = seen.live.length === 0 && seen.leaving.size === 0 && !seen.draining?.size
    return over || seen.live.length > 0 ? { kind: "drain", stop: seen.live, over } : { kind: "wait", next: undefined }
  }
  if (!primary) return { kind: "wait", next: undefined }
  const progress = progressOf(seen, now)
  if (progress.patches.size > 0 || progress.primary !== undefined) return { kind: "progress", progress }

  const next = nextTime(seen, primary, now)
  const shift = seen.shift && planShift(seen, seen.shift, primary, now)
  if (shift) return shifting(shift, seen, primary, now, next)
  if (seen.eligible && primary.daemonCount !== seen.eligible.length)
    return { kind: "count", daemonCount: seen.eligible.length }
  const rebalance = seen.eligible ? undefined : planRebalance(seen, primary, now)
  if (rebalance) return rebalance
  const moves = seen.eligible ? daemonMoves(seen, primary, seen.eligible, now) : rollingMoves(seen, primary, now)
  if (moves.start.length > 0 || moves.stop.length > 0) return { kind: "moves", moves, next }
  return settle(seen, primary, moves, now, next)
}

/** The plan of a shift as one of the service: what fails is given up as everything else is. */
const shifting = (
  shift: ShiftPlan,
  seen: Seen,
  primary: DeploymentRow,
  now: number,
  next: number | undefined,
): ServicePlan => {
  switch (shift.kind) {
    case "shift":
      return shift
    case "give up":
      return { kind: "progress", progress: giveUpShift(seen, primary, shift.reason, now) }
    default:
      return { ...shift, next: earliest([next, shift.next]) }
  }
}

const settle = (
  seen: Seen,
  primary: DeploymentRow,
  moves: Moves,
  now: number,
  next: number | undefined,
): ServicePlan => {
  const { service } = seen
  const over = overDeployments(seen)
  const patches = new Map<string, DeploymentChange>(over.map((d) => [d.id, { shown: false, updatedAt: now }]))
  const messages: string[] = []
  const isSo = isSteady(seen, primary, now)
  const bake = bakeOf(service, primary, isSo, now)
  if (bake.since) patches.set(primary.id, { bakingSince: bake.since.at, updatedAt: now })
  const steady = isSo && bake.over
  const completes = steady && primary.rolloutState === "IN_PROGRESS"
  if (completes) {
    for (const [id, patch] of completed(primary, seen.rollingBack, texts.done(primary.id), now)) {
      patches.set(id, { ...patches.get(id), ...patch })
    }
    messages.push(texts.completed(service.name, primary.id))
  }
  const isNews = steady && (completes || service.steadyAt === undefined || now >= service.steadyAt + steadyAgain)
  if (isNews) messages.push(texts.steady(service.name))
  const hindered = [
    ...(moves.stuck ? [texts.stuck(service.name)] : []),
    ...groupless(seen),
    ...(moves.heldBack > 0 ? [texts.protected(service.name, primary.id, moves.heldBack)] : []),
  ]
  messages.push(...hindered.filter((message) => !seen.said.has(message)))
  const steadyAt = isNews ? now : steady ? service.steadyAt : undefined
  const later = earliest([next, bake.until, steadyAt === undefined ? undefined : steadyAt + steadyAgain])
  if (patches.size === 0 && messages.length === 0 && steadyAt === service.steadyAt) return { kind: "wait", next: later }
  return { kind: "settled", patches, messages, completed: completes, steadyAt, next: later }
}

/** Running tasks whose target group is gone: they will never be healthy, and would not be in another task's place. */
const groupless = ({ service, live }: Seen): readonly string[] =>
  live.flatMap((task) => {
    const lost = task.running ? task.targets?.find(({ state }) => state === "no group") : undefined
    return lost ? [texts.noGroup(service.name, task.deployment, task.arn, lost)] : []
  })

/** When time alone will change something: a task settles, a pause is over, a protection ends. */
const nextTime = (seen: Seen, primary: DeploymentRow, now: number): number | undefined => {
  const times = [
    ...seen.live.map((task) => nextChange(task, seen.service, now)),
    ...[primary, ...seen.older].flatMap((d) => [d.throttle?.until, d.churn?.until]),
    seen.service.rebalancing?.state === "held" ? seen.service.rebalancing.until : undefined,
  ].filter((time): time is number => time !== undefined && time > now)
  return earliest(times)
}

const earliest = (times: readonly (number | undefined)[]): number | undefined => {
  const known = times.filter((time): time is number => time !== undefined)
  return known.length > 0 ? known.reduce((a, b) => Math.min(a, b)) : undefined
}
