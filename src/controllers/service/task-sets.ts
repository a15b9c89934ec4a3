// Task sets of a service with the EXTERNAL controller: each is kept at its computed count, with the arithmetic of a
// deployment that has no older one, and is stable when it has exactly that and all of it is healthy. Pure.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskSet.html (computedDesiredCount, stabilityStatus)
import { isHealthy, isSick, nextChange } from "./health.ts"
import { type Moves, rollingMoves } from "./rolling.ts"
import type { EndedTask, Seen, TaskSetChange } from "./seen.ts"
import { texts } from "./texts.ts"
import { churnAfter, hasRunSince, isShortLife, pauseAfterFailure } from "./throttle.ts"

/** Steady services say so again after six hours: aws-behaviour.md 2.2. */
const steadyAgain = 6 * 60 * 60_000

type Sets = NonNullable<Seen["taskSets"]>
type OneSet = Sets[number]

/** What is to be written about task sets. */
export interface TaskSetNews {
  readonly counted: readonly string[]
  /** By ARN. */
  readonly patches: ReadonlyMap<string, TaskSetChange>
  /** ARNs of deleted sets of which no task is left. */
  readonly over: readonly string[]
  /** ARNs of sets that became steady. */
  readonly steady: readonly string[]
  readonly messages: readonly string[]
  readonly steadyAt: number | undefined
  readonly next: number | undefined
}

/** What a service with task sets needs next. */
export type TaskSetPlan =
  | ({ readonly kind: "task sets" } & TaskSetNews)
  | { readonly kind: "moves"; readonly moves: Moves; readonly next: number | undefined }
  | { readonly kind: "wait"; readonly next: number | undefined }

/** See the head of the file: first what ended is counted, then tasks move, then what has come true is said. */
export const planTaskSets = (seen: Seen, sets: Sets, now: number): TaskSetPlan => {
  const next = nextTime(seen, sets, now)
  const noted = noteLaunches(seen, sets, now)
  if (noted) return { kind: "task sets", ...noted, steadyAt: seen.service.steadyAt, next }
  const moves = allMoves(seen, sets, now)
  if (moves.start.length > 0 || moves.stop.length > 0) return { kind: "moves", moves, next }
  return settle(seen, sets, moves, now, next)
}

const mine = (seen: Seen, { row }: OneSet) => seen.live.filter((task) => task.deployment === row.id)

/** Failed launches hold the next ones of their set back; one that runs ends that. */
const noteLaunches = (seen: Seen, sets: Sets, now: number): Omit<TaskSetNews, "steadyAt" | "next"> | undefined => {
  const patches = new Map<string, TaskSetChange>()
  const messages: string[] = []
  for (const set of sets) {
    const failed = (task: EndedTask) => task.deployment === set.row.id && !task.hasRun && !task.wasAsked
    const failures = seen.ended.filter(failed).length
    if (failures > 0) {
      const inARow = (set.row.throttle?.failures ?? 0) + failures
      const pause = pauseAfterFailure(inARow)
      patches.set(set.row.arn, { throttle: { failures: inARow, until: now + pause } })
      if (pause > 0) messages.push(texts.impaired(seen.service.name))
    } else if (set.row.throttle && hasRunSince(set.row.throttle, mine(seen, set))) {
      patches.set(set.row.arn, { throttle: undefined })
    }
    const young = seen.ended.filter(
      (task) => task.deployment === set.row.id && !task.wasAsked && isShortLife(task.lived),
    ).length
    if (young > 0) {
      const churn = churnAfter(set.row.churn, young, set.desired, now)
      patches.set(set.row.arn, { ...patches.get(set.row.arn), churn })
    }
  }
  if (seen.ended.length === 0 && patches.size === 0) return undefined
  return {
    counted: seen.ended.map((task) => task.arn),
    patches,
    over: [],
    steady: [],
    messages: [...new Set(messages)],
  }
}

/** The moves of every set, as if each were a service of its computed count. Tasks of no set at all are stopped. */
const allMoves = (seen: Seen, sets: Sets, now: number): Moves => {
  const each = sets.map((set) => {
    // minimumHealthyPercent and maximumPercent hold for a service's deployments, and task sets have none.
    const deploymentConfiguration = { minimumHealthyPercent: 100, maximumPercent: 200 }
    const service = { ...seen.service, desiredCount: set.desired, deploymentConfiguration }
    const launched = { ...set.row, rolloutState: "COMPLETED" as const }
    const moves = rollingMoves({ ...seen, service, live: mine(seen, set), older: [] }, launched, now)
    // A deleted set goes as a whole: protection is for scale-in and deployments.
    const stop =
      set.row.status === "DRAINING" ? mine(seen, set).map((task) => ({ task, why: "scaling" as const })) : moves.stop
    return { ...moves, stop }
  })
  const ids = new Set(sets.map(({ row }) => row.id))
  const strays = seen.live.filter((task) => !ids.has(task.deployment))
  return {
    start: each.flatMap(({ start }) => start),
    stop: [...each.flatMap(({ stop }) => stop), ...strays.map((task) => ({ task, why: "scaling" as const }))],
    heldBack: each.reduce((sum, { heldBack }) => sum + heldBack, 0),
    stuck: false,
  }
}

/** Whether a set has exactly its tasks, all healthy, none on an instance that drains and none still on its way out. */
const isStable = (seen: Seen, set: OneSet, now: number): boolean => {
  const live = mine(seen, set)
  return (
    live.length === set.desired &&
    live.every((task) => isHealthy(task, now) && !task.draining && !isSick(task, seen.service, now)) &&
    !seen.leaving.has(set.row.id)
  )
}

const settle = (seen: Seen, sets: Sets, moves: Moves, now: number, next: number | undefined): TaskSetPlan => {
  const { service } = seen
  const patches = new Map<string, TaskSetChange>()
  const over: string[] = []
  const steady: string[] = []
  const messages: string[] = []
  let allStable = sets.length > 0
  for (const set of sets) {
    const { row } = set
    if (row.status === "DRAINING") {
      if (mine(seen, set).length === 0 && !seen.leaving.has(row.id) && !seen.draining?.has(row.id)) over.push(row.arn)
      allStable = false
      continue
    }
    const stable = isStable(seen, set, now)
    if (!stable) allStable = false
    if (stable === (row.stabilityStatus === "STEADY_STATE")) continue
    patches.set(row.arn, { stabilityStatus: stable ? "STEADY_STATE" : "STABILIZING", stabilityStatusAt: now })
    if (stable) steady.push(row.arn)
  }
  const isNews = allStable && (service.steadyAt === undefined || now >= service.steadyAt + steadyAgain)
  if (isNews) messages.push(texts.steady(service.name))
  const [first] = sets
  if (moves.heldBack > 0 && first) {
    const held = texts.protected(service.name, first.row.id, moves.heldBack)
    if (!seen.said.has(held)) messages.push(held)
  }
  const steadyAt = isNews ? now : allStable ? service.steadyAt : undefined
  const later = steadyAt === undefined ? next : Math.min(next ?? Number.POSITIVE_INFINITY, steadyAt + steadyAgain)
  const isNothing = patches.size + over.length + messages.length === 0 && steadyAt === service.steadyAt
  if (isNothing) return { kind: "wait", next: later }
  return { kind: "task sets", counted: [], patches, over, steady, messages, steadyAt, next: later }
}

const nextTime = (seen: Seen, sets: Sets, now: number): number | undefined => {
  const times = [
    ...seen.live.map((task) => nextChange(task, seen.service, now)),
    ...sets.flatMap(({ row }) => [row.throttle?.until, row.churn?.until]),
  ].filter((time): time is number => time !== undefined && time > now)
  return times.length > 0 ? times.reduce((a, b) => Math.min(a, b)) : undefined
}
