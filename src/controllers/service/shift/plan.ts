// Decides what comes next of a service whose primary deployment shifts traffic, or whose failed one has to give it back.
// Pure. Both revisions are kept in full, each with its own tasks; traffic goes to a revision only while all of its tasks are
// healthy, and tasks go only when the proxies are known to send them nothing. Source: aws-behaviour.md 2.11,
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/blue-green-deployment-how-it-works.html
import type { DeploymentRow, LifecycleHook, TrafficShift } from "../../../state/index.ts"
import { isHealthy, isSick } from "../health.ts"
import { type Moves, rollingMoves } from "../rolling.ts"
import type { LiveTask, Seen } from "../seen.ts"
import { type Answer, answerTo, isWaiting, pausesAt } from "./hooks.ts"
import type { Routing, ShiftSeen } from "./seen.ts"
import { hasGreen, longestStage, nextShare, shareBakes, stageAfter } from "./stages.ts"
import { shiftTexts } from "./texts.ts"

/** Something to do for one deployment. */
export type ShiftStep =
  /** It enters a stage; `pauses` are its hooks that wait there, by their places. */
  | { readonly do: "enter"; readonly stage: TrafficShift["stage"]; readonly pauses: readonly number[] }
  /** Its load balancers are to be told to send it so many percent. */
  | { readonly do: "tell"; readonly production: number; readonly test: number }
  | { readonly do: "note"; readonly change: Partial<TrafficShift> }

export type ShiftPlan =
  | { readonly kind: "shift"; readonly deployment: string; readonly step: ShiftStep }
  /** The deployment has failed: its traffic goes back. */
  | { readonly kind: "give up"; readonly reason: string }
  | { readonly kind: "moves"; readonly moves: Moves; readonly next: number | undefined }
  | { readonly kind: "wait"; readonly next: number | undefined }

/** What could not be told is told again after so long. */
const tellAgain = 15_000

/** See the head of the file; undefined when no traffic is to be moved and the service is as any other. */
export const planShift = (seen: Seen, known: ShiftSeen, primary: DeploymentRow, now: number): ShiftPlan | undefined => {
  const active = primary.shift && !primary.shift.over ? primary.shift : undefined
  const returning = seen.older.filter((d) => d.shift && !d.shift.over && d.id !== known.base)
  if (!active && returning.length === 0) return undefined
  const view = { seen, known, primary, now }
  const times: number[] = []
  for (const deployment of returning) {
    const back = giveBack(view, deployment)
    if (back.step) return { kind: "shift", deployment: deployment.id, step: back.step }
    if (back.next !== undefined) times.push(back.next)
  }
  if (active && primary.rolloutState !== "FAILED") {
    const ahead = goOn(view, active)
    if (ahead.kind === "step") return { kind: "shift", deployment: primary.id, step: ahead.step }
    if (ahead.kind === "give up") return ahead
    if (ahead.next !== undefined) times.push(ahead.next)
  }
  const next = times.length > 0 ? Math.min(...times) : undefined
  const moves = movesOf(view, active, returning)
  return moves.start.length > 0 || moves.stop.length > 0 ? { kind: "moves", moves, next } : { kind: "wait", next }
}

interface Look {
  readonly seen: Seen
  readonly known: ShiftSeen
  readonly primary: DeploymentRow
  readonly now: number
}

const tasksOf = (seen: Seen, id: string | undefined): readonly LiveTask[] =>
  seen.live.filter((task) => task.deployment === id)

/** Whether a revision has all of its tasks, and every one of them is healthy and stays. */
const isFull = ({ seen, now }: Look, id: string | undefined): boolean => {
  const tasks = tasksOf(seen, id)
  const fit = tasks.filter((task) => isHealthy(task, now) && !isSick(task, seen.service, now) && !task.draining)
  return fit.length === tasks.length && fit.length >= seen.service.desiredCount
}

/** Whether a deployment has no tasks that were not at least told to stop, and are on their way out. */
const isGone = ({ seen }: Look, id: string): boolean => !seen.leaving.has(id) && tasksOf(seen, id).length === 0

const isCarried = (routing: Routing | undefined): boolean => routing === undefined || routing.carried

/** Traffic of a deployment that gives up goes back to where it was, and then its tasks may go. */
const giveBack = (look: Look, deployment: DeploymentRow): { step?: ShiftStep; next?: number } => {
  const { known, now } = look
  const { shift } = deployment
  const { production = 0, test = 0, toldAt, carriedAt, failure } = shift ?? {}
  if (production > 0 || test > 0) {
    // There was nobody before it: what it has stays with its target group, which is that of the next one as well.
    if (shift?.blue === undefined) return { step: { do: "note", change: { production: 0, test: 0 } } }
    if (failure && failure.at + tellAgain > now) return { next: failure.at + tellAgain }
    return mayReturn(look, deployment) ? { step: { do: "tell", production: 0, test: 0 } } : {}
  }
  if (toldAt !== undefined && carriedAt === undefined) {
    return isCarried(known.routing.get(deployment.id)) ? { step: { do: "note", change: { carriedAt: now } } } : {}
  }
  return isGone(look, deployment.id) ? { step: { do: "note", change: { over: true, stage: "CLEAN_UP" } } } : {}
}

/**
 * Traffic goes back at once while there is somebody to take it, or nobody to lose it. Only where the old revision was being
 * stopped already and the new one is well does it wait until the old one has all of its tasks again.
 */
const mayReturn = (look: Look, deployment: DeploymentRow): boolean => {
  const { seen, known, now } = look
  if (seen.service.desiredCount === 0) return true
  const healthy = (id: string | undefined) => tasksOf(seen, id).filter((task) => isHealthy(task, now)).length
  if (healthy(known.base) >= seen.service.desiredCount || healthy(deployment.id) === 0) return true
  return healthy(known.base) > 0 && !isFull(look, deployment.id)
}

type Ahead =
  | { readonly kind: "step"; readonly step: ShiftStep }
  | { readonly kind: "give up"; readonly reason: string }
  | { readonly kind: "wait"; readonly next?: number }

const waits = (next?: number): Ahead => ({ kind: "wait", ...(next !== undefined && { next }) })
const step = (taken: ShiftStep): Ahead => ({ kind: "step", step: taken })

/** The primary deployment goes on with its stages. */
const goOn = (look: Look, shift: TrafficShift): Ahead => {
  const { primary, now } = look
  if (shift.failure) return { kind: "give up", reason: shift.failure.reason }
  const waiting = (shift.hooks ?? []).filter(isWaiting)
  if (waiting.length > 0) return obey(primary, shift, waiting, now)
  const ready = readiness(look, shift)
  if (ready.kind !== "wait") return ready
  const isTimed = !untimed.has(shift.stage)
  if (!isTimed) return ready
  const limit = shift.since + longestStage
  if (now >= limit) return { kind: "give up", reason: shiftTexts.tooLong(shift.stage) }
  return waits(Math.min(limit, ready.next ?? limit))
}

/** Stages whose length is the caller's wish, or that only end what was decided. */
const untimed: ReadonlySet<string> = new Set(["PRODUCTION_TRAFFIC_SHIFT", "BAKE_TIME", "CLEAN_UP"])

/** What callers answered to hooks, or their time did. */
const obey = (primary: DeploymentRow, shift: TrafficShift, waiting: readonly LifecycleHook[], now: number): Ahead => {
  const answers = new Map<string, Answer>()
  for (const hook of waiting) {
    const answer = answerTo(hook, primary.hookAnswers, now)
    if (answer) answers.set(hook.id, answer)
  }
  if (answers.size === 0) return waits(Math.min(...waiting.map((hook) => hook.expiresAt)))
  const hooks = (shift.hooks ?? []).map((hook) => ({ ...hook, status: answers.get(hook.id)?.status ?? hook.status }))
  const bad = [...answers.values()].find((answer) => answer.failure !== undefined)
  // What the hooks say is kept first: the failure is seen with the next look.
  const failure = bad?.failure === undefined ? {} : { failure: { at: now, reason: bad.failure } }
  return step({ do: "note", change: { hooks, ...failure } })
}

/** Whether the present stage is done, and what follows it. */
const readiness = (look: Look, shift: TrafficShift): Ahead => {
  const { seen, known, primary, now } = look
  const configuration = primary.configuration ?? seen.service.deploymentConfiguration
  const routing = known.routing.get(primary.id)
  const enter = (): Ahead => {
    const stage = stageAfter(shift.stage, shift.production)
    return step({ do: "enter", stage, pauses: pausesAt(configuration.lifecycleHooks, stage) })
  }
  const isFirst = shift.blue === undefined
  switch (shift.stage) {
    case "RECONCILE_SERVICE": {
      // Whoever still has traffic may be in the target group that the new revision is to be in.
      const isOver = (d: DeploymentRow) => isGone(look, d.id) && (d.shift === undefined || d.shift.over === true)
      if (!seen.older.every((d) => d.id === known.base || isOver(d))) return waits()
      // A rolling deployment only had to wait for the traffic of others.
      return configuration.strategy === "ROLLING" ? step({ do: "note", change: { over: true } }) : enter()
    }
    case "PRE_SCALE_UP":
      return routing?.problem === undefined ? enter() : { kind: "give up", reason: shiftTexts.network(routing.problem) }
    case "SCALE_UP":
    case "PRE_PRODUCTION_TRAFFIC_SHIFT":
      return isFull(look, primary.id) ? enter() : waits()
    case "TEST_TRAFFIC_SHIFT":
      if (!routing?.test) return enter()
      return told(look, shift, { production: 0, test: 100 }, enter)
    case "PRODUCTION_TRAFFIC_SHIFT": {
      // Where there is nobody else to take the rest, all of it is shifted at once.
      const isAlone = isFirst || !tasksOf(seen, known.base).some((task) => isHealthy(task, now))
      const share = isAlone ? 100 : nextShare(configuration, shift.production)
      const asked = shift.toldAt === undefined ? share : shift.production
      return told(look, shift, { production: asked, test: shift.test }, () => {
        const until = shift.production < 100 ? (shift.carriedAt ?? now) + shareBakes(configuration) : now
        return now >= until ? enter() : waits(until)
      })
    }
    case "BAKE_TIME": {
      // Both revisions are watched side by side; the first one of a service has nothing beside it.
      const minutes = isFirst ? 0 : (configuration.bakeTimeInMinutes ?? 0)
      const until = shift.since + minutes * 60_000
      if (now < until) return waits(until)
      return isFull(look, primary.id) ? enter() : waits()
    }
    case "CLEAN_UP":
      return seen.older.every(({ id }) => isGone(look, id)) ? step({ do: "note", change: { over: true } }) : waits()
    default:
      return enter()
  }
}

/** Has the load balancers told, once in the stage; `then` when proxies carry it. */
const told = (
  look: Look,
  shift: TrafficShift,
  asked: { readonly production: number; readonly test: number },
  then: () => Ahead,
): Ahead => {
  const { known, primary, now } = look
  if (shift.toldAt === undefined) return isFull(look, primary.id) ? step({ do: "tell", ...asked }) : waits()
  if (shift.carriedAt !== undefined) return then()
  return isCarried(known.routing.get(primary.id)) ? step({ do: "note", change: { carriedAt: now } }) : waits()
}

/** Each revision keeps its own tasks; what has no traffic and no future is stopped. */
const movesOf = (look: Look, active: TrafficShift | undefined, returning: readonly DeploymentRow[]): Moves => {
  const { seen, known, primary, now } = look
  const isCleaning = active?.stage === "CLEAN_UP"
  const base = isCleaning || !active ? primary : seen.older.find((d) => d.id === known.base)
  const held = new Set(returning.map((d) => d.id))
  const isGreen = active !== undefined && base !== primary
  // Tasks of the revision with the traffic, and of rolling deployments that were on their way to replace it.
  const common = seen.live.filter((task) => !held.has(task.deployment) && !(isGreen && task.deployment === primary.id))
  const keep = (live: readonly LiveTask[], deployment: DeploymentRow): Moves =>
    rollingMoves({ ...seen, live, older: [] }, deployment, now)
  const all: Moves[] = []
  if (base) all.push(keep(common, base === primary ? base : { ...base, rolloutState: "COMPLETED" }))
  else all.push(end(common, "deployment"))
  if (isGreen && hasGreen(active.stage)) all.push(keep(tasksOf(seen, primary.id), primary))
  for (const { id, shift } of returning) {
    const isFree = shift?.production === 0 && shift.test === 0 && (shift.toldAt === undefined || shift.carriedAt)
    if (isFree) all.push(end(tasksOf(seen, id), "deployment"))
  }
  return {
    start: all.flatMap((moves) => moves.start),
    stop: all.flatMap((moves) => moves.stop),
    heldBack: 0,
    stuck: false,
  }
}

const end = (tasks: readonly LiveTask[], why: Moves["stop"][number]["why"]): Moves => ({
  start: [],
  stop: tasks.map((task) => ({ task, why })),
  heldBack: 0,
  stuck: false,
})
