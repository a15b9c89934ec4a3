// Decides the next move of a task from its record and what is known of its host. Pure: data in, one move out; the
// reconciler carries it out and asks again until there is none. The phases are the table of DESIGN section 12.
import { type StopCode, stoppedTaskLifetime, type TaskRow, type TaskStatus, type TaskStep } from "../../state/index.ts"

/** What is known besides the task. */
export interface Surroundings {
  /** The host is gone for good, and with it everything that it ran. */
  readonly hostLost: boolean
  /**
   * The agent of the host is away, and from this time on the task is given up to its replacement. Absent while the agent
   * is there, and for tasks that nothing would replace elsewhere: docs/decisions/0011-agents-that-are-away.md.
   */
  readonly givenUpAt?: number
  /** Whole milliseconds of the cloud clock. */
  readonly now: number
}

/** One thing to do. */
export type Move =
  /** Work on the steps of this phase that are not done. */
  | { readonly kind: "steps"; readonly phase: TaskStep["phase"] }
  /** Set lastStatus to a later phase. */
  | { readonly kind: "advance"; readonly to: TaskStatus }
  /** Wish the task stopped, because of what happened. */
  | { readonly kind: "stop"; readonly code: StopCode; readonly reason: string }
  /** Forget the record: ECS answers MISSING from now on. */
  | { readonly kind: "forget" }
  /** Nothing, until something changes or `until`. */
  | { readonly kind: "wait"; readonly until?: number }

const wait: Move = { kind: "wait" }
const advance = (to: TaskStatus): Move => ({ kind: "advance", to })

/** The task's next move. */
export const nextMove = (task: TaskRow, around: Surroundings): Move => {
  const move = nextInPhase(task, around)
  const { givenUpAt, now } = around
  if (move.kind !== "wait" || move.until !== undefined || givenUpAt === undefined) return move
  if (now < givenUpAt) return { kind: "wait", until: givenUpAt }
  if (task.desiredStatus === "STOPPED") return move
  return { kind: "stop", code: "InfrastructureHealth", reason: awayTooLong }
}

const awayTooLong = "The agent of the container instance has been disconnected for too long."

const nextInPhase = (task: TaskRow, around: Surroundings): Move => {
  const stopping = task.desiredStatus === "STOPPED"
  const ended = task.observed.status === "STOPPED" || around.hostLost
  switch (task.lastStatus) {
    case "PROVISIONING":
      if (stopping) return advance("DEPROVISIONING")
      if (around.hostLost) return endedBy(task, around)
      return whenSteps(task, "PROVISIONING", () => advance("PENDING"))
    case "PENDING":
      // Nothing was sent to a host yet, so there is nothing to stop there.
      if (stopping && task.observed.payloadSentAt === undefined) return advance("DEPROVISIONING")
      // Sent but not yet acknowledged: the host may have it, so it must be told to stop it.
      if (stopping) return advance("ACTIVATING")
      if (around.hostLost) return endedBy(task, around)
      return taken(task) ? advance("ACTIVATING") : wait
    case "ACTIVATING":
      if (task.observed.runningAt !== undefined && !ended) {
        return stopping ? advance("DEACTIVATING") : whenSteps(task, "ACTIVATING", () => advance("RUNNING"))
      }
      // It ran and is over: the phases are passed in order.
      if (task.observed.runningAt !== undefined && !stopping) return advance("RUNNING")
      if (stopping) return advance("DEACTIVATING")
      return ended ? endedBy(task, around) : wait
    case "RUNNING":
      if (stopping) return advance("DEACTIVATING")
      return ended || essentialEnded(task) ? endedBy(task, around) : wait
    case "DEACTIVATING":
      return whenSteps(task, "DEACTIVATING", () =>
        // Nobody hears the order to stop while the agent is away; it is given when the agent comes back.
        ended || task.observed.stopSentAt !== undefined || isGivenUp(around) ? advance("STOPPING") : wait,
      )
    case "STOPPING":
      return ended ? advance("DEPROVISIONING") : wait
    case "DEPROVISIONING":
      return whenSteps(task, "DEPROVISIONING", () => advance("STOPPED"))
    case "STOPPED": {
      const until = (task.stoppedAt ?? task.createdAt) + stoppedTaskLifetime
      return around.now >= until ? { kind: "forget" } : { kind: "wait", until }
    }
  }
}

const isGivenUp = ({ givenUpAt, now }: Surroundings): boolean => givenUpAt !== undefined && givenUpAt <= now

/** The agent has the task: its ack, its first pull report or any status. */
const taken = ({ observed }: TaskRow): boolean =>
  observed.ackedAt !== undefined || observed.pullStartedAt !== undefined || (observed.status ?? "PENDING") !== "PENDING"

const whenSteps = (task: TaskRow, phase: TaskStep["phase"], then: () => Move): Move => {
  const steps = task.steps.filter((step) => step.phase === phase)
  const failed = steps.find((step) => step.status === "FAILED")
  // On the way down a failed step must not keep a task alive for ever; it has said why in its record.
  const goesDown = phase === "DEACTIVATING" || phase === "DEPROVISIONING"
  if (failed && !goesDown) {
    return { kind: "stop", code: "TaskFailedToStart", reason: failed.reason ?? `${failed.kind} failed` }
  }
  return steps.some((step) => step.status === "WAITING") ? { kind: "steps", phase } : then()
}

const essentialEnded = (task: TaskRow): boolean =>
  task.containers.some((c) => c.essential && task.observed.containers[c.name]?.status === "STOPPED")

/** What the agent calls a container that could not be brought to run. */
const startFailure = /^(?!OutOfMemoryError)[A-Z][A-Za-z]*(Error|Exception)\b/

const endedBy = (task: TaskRow, around: Surroundings): Move => {
  if (around.hostLost && task.observed.status !== "STOPPED") {
    return { kind: "stop", code: "InfrastructureHealth", reason: "The host that the task was on is gone." }
  }
  const reasons = task.containers.map((c) => task.observed.containers[c.name]?.reason)
  const failure = task.observed.reason || reasons.find((reason) => reason !== undefined && startFailure.test(reason))
  if (task.observed.runningAt !== undefined || !failure) {
    return { kind: "stop", code: "EssentialContainerExited", reason: "Essential container in task exited" }
  }
  // On Fargate (platform 1.4.0) the error of the container is the reason of the task; on an instance it stays with the
  // container, unless it is the task's own: aws-behaviour.md 1.4.
  const own = task.launchType === "FARGATE" || task.observed.reason
  return { kind: "stop", code: "TaskFailedToStart", reason: own ? failure : "Task failed to start" }
}
