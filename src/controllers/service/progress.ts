// What became of a deployment's tasks, counted: failed launches hold the next ones back, and too many break the
// deployment, which rolls back if asked to. Pure. Sources: aws-behaviour.md 2.3, 2.4, 2.12.
import { breakerThreshold } from "../../services/ecs/index.ts"
import type { DeploymentRow } from "../../state/index.ts"
import { isHealthy } from "./health.ts"
import type { DeploymentChange, Seen } from "./seen.ts"
import { shiftTexts } from "./shift/texts.ts"
import { texts } from "./texts.ts"
import { churnAfter, hasRunSince, isShortLife, pauseAfterFailure } from "./throttle.ts"

/** Changes of deployments by id, with what is said of them. */
export interface Progress {
  readonly counted: readonly string[]
  readonly patches: ReadonlyMap<string, DeploymentChange>
  /** The deployment that is PRIMARY from now on. */
  readonly primary?: string
  readonly messages: readonly string[]
  /** Deployment state changes to announce, by deployment id. */
  readonly announce: readonly { readonly id: string; readonly name: DeploymentEvent; readonly reason: string }[]
}
export type DeploymentEvent =
  | "SERVICE_DEPLOYMENT_IN_PROGRESS"
  | "SERVICE_DEPLOYMENT_COMPLETED"
  | "SERVICE_DEPLOYMENT_FAILED"

const nothing: Progress = { counted: [], patches: new Map(), messages: [], announce: [] }

/** A deployment with its ended and running tasks taken into account; the same row when nothing is new. */
const counted = (seen: Seen, deployment: DeploymentRow, now: number): DeploymentRow => {
  const ended = seen.ended.filter((task) => task.deployment === deployment.id)
  const live = seen.live.filter((task) => task.deployment === deployment.id)
  const hasRun = deployment.hasRun || ended.some((task) => task.hasRun) || live.some((task) => task.running)
  const failures = ended.filter((task) => !task.hasRun && !task.wasAsked).length
  const young = ended.filter((task) => !task.wasAsked && isShortLife(task.lived)).length
  let next = deployment
  if (young > 0) {
    const wanted = seen.eligible?.length ?? seen.service.desiredCount
    next = { ...next, churn: churnAfter(next.churn, young, wanted, now) }
  }
  if (hasRun !== deployment.hasRun) next = { ...next, hasRun }
  // The first stage counts launches until one is RUNNING.
  if (failures > 0 && !hasRun) next = { ...next, failedTasks: next.failedTasks + failures }
  const resets = seen.service.deploymentConfiguration.deploymentCircuitBreaker?.resetOnHealthyTask ?? true
  if (next.failedTasks > 0 && hasRun && resets && live.some((task) => isHealthy(task, now))) {
    next = { ...next, failedTasks: 0 }
  }
  const { throttle: _throttle, ...free } = next
  if (failures > 0) {
    const inARow = (next.throttle?.failures ?? 0) + failures
    next = { ...next, throttle: { failures: inARow, until: now + pauseAfterFailure(inARow) } }
  } else if (next.throttle && hasRunSince(next.throttle, live)) next = free
  return next
}

/** See the head of the file. */
export const progressOf = (seen: Seen, now: number): Progress => {
  const { service, primary } = seen
  if (!primary) return { ...nothing, counted: seen.ended.map((task) => task.arn) }
  const patches = new Map<string, DeploymentChange>()
  const messages: string[] = []
  let current = primary
  for (const deployment of [primary, ...seen.older]) {
    const next = counted(seen, deployment, now)
    if (next === deployment) continue
    if (deployment === primary) current = next
    const { failedTasks, hasRun, throttle, churn } = next
    patches.set(deployment.id, { failedTasks, hasRun, throttle, churn, updatedAt: now })
    if (throttle && throttle.until > now && (deployment.throttle?.until ?? 0) < throttle.until) {
      messages.push(texts.impaired(service.name))
    }
  }
  const progress = { ...nothing, counted: seen.ended.map((task) => task.arn), patches, messages }
  if (current.status === "ROLLBACK_REQUESTED") {
    return giveUp(seen, current, progress, now, { reason: current.statusReason ?? "", messages: [], rollsBack: true })
  }
  if (!isBroken(seen, current)) return progress
  return giveUp(seen, current, progress, now, {
    reason: texts.broken,
    ...(current.shift && { statusReason: shiftTexts.broken }),
    messages: [texts.failed(service.name, primary.id)],
    rollsBack: service.deploymentConfiguration.deploymentCircuitBreaker?.rollback === true,
  })
}

/** The same for a deployment whose traffic cannot be shifted any further: that always goes back. */
export const giveUpShift = (seen: Seen, primary: DeploymentRow, reason: string, now: number): Progress =>
  giveUp(seen, primary, nothing, now, {
    reason,
    messages: [shiftTexts.failed(seen.service.name, primary.id, reason)],
    rollsBack: true,
  })

const isBroken = ({ service }: Seen, primary: DeploymentRow): boolean => {
  const breaker = service.deploymentConfiguration.deploymentCircuitBreaker
  return (
    breaker?.enable === true &&
    primary.rolloutState === "IN_PROGRESS" &&
    primary.rollback === undefined &&
    primary.failedTasks >= breakerThreshold(breaker, service.desiredCount)
  )
}

/** Fails the primary deployment, and makes the last good one primary again where that is wished and there is one. */
const giveUp = (
  seen: Seen,
  primary: DeploymentRow,
  before: Progress,
  now: number,
  why: {
    readonly reason: string
    /** What the service deployment says of it, if that is something else. */
    readonly statusReason?: string
    readonly messages: readonly string[]
    readonly rollsBack: boolean
  },
): Progress => {
  const { service, lastGood } = seen
  const { reason, statusReason = reason } = why
  const target = why.rollsBack ? lastGood : undefined
  const isLost = why.rollsBack && !target && primary.shift !== undefined
  const patches = new Map(before.patches)
  patches.set(primary.id, {
    ...before.patches.get(primary.id),
    rolloutState: "FAILED",
    rolloutStateReason: reason,
    statusReason: isLost ? shiftTexts.noCandidate : statusReason,
    updatedAt: now,
    ...(target
      ? {
          status: "ROLLBACK_IN_PROGRESS",
          rollback: { reason: statusReason, startedAt: now, revisionArn: target.revisionArn },
        }
      : { status: why.rollsBack ? "ROLLBACK_FAILED" : "STOPPED", stoppedAt: now, finishedAt: now }),
  })
  const failed = { id: primary.id, name: "SERVICE_DEPLOYMENT_FAILED", reason } as const
  const messages = [...before.messages, ...why.messages]
  if (!target) return { ...before, patches, messages, announce: [failed] }
  const back = texts.rollback(target.id)
  patches.set(target.id, {
    rolloutState: "IN_PROGRESS",
    rolloutStateReason: back,
    shown: true,
    completedAt: 0,
    failedTasks: 0,
    throttle: undefined,
    churn: undefined,
    updatedAt: now,
  })
  return {
    ...before,
    patches,
    primary: target.id,
    messages: [...messages, texts.rollingBack(service.name, target.id)],
    announce: [failed, { id: target.id, name: "SERVICE_DEPLOYMENT_IN_PROGRESS", reason: back }],
  }
}
