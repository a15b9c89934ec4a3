// The task controller: asks plan.ts for moves and carries them out in one transaction, until there is nothing to do.
// Writes lastStatus, steps, attachments, placement and the times of the phases; the stop wish only for what happened.
import type { Cx } from "../../gate/index.ts"
import { taskStateChange } from "../../services/ecs/index.ts"
import {
  type ContainerInstanceRow,
  type TargetRow,
  type TaskRow,
  type TaskStep,
  targetKey,
  type View,
} from "../../state/index.ts"
import { again, type Controller, done, on } from "../controller.ts"
import { ecsPrincipal } from "../principals.ts"
import { givenUpAt } from "./away.ts"
import { type Move, nextMove, type Surroundings } from "./plan.ts"
import type { StepResult } from "./step-kind.ts"
import { stepKinds, stepsOf } from "./steps.ts"

/** See the head of the file. Keyed by task ARN. */
export const taskController: Controller = {
  name: "task",
  wakes: [
    on<TaskRow>("tasks", (task) => task.arn),
    // A network or a host that came or went matters to the tasks that wait for one, and to those on it.
    on("networks", (_, view) => provisioning(view)),
    on<ContainerInstanceRow>("containerInstances", (instance, view, before) =>
      // What its tasks changed of it is no news to them.
      before?.status === instance.status && before.session === instance.session
        ? []
        : [
            ...view.tasks.by("host", instance.arn).map((t) => t.arn),
            // Those that have no host yet wait for one of the pool: others got theirs when they were made.
            ...(instance.pool ? provisioning(view) : []),
          ],
    ),
    // A task waits until its targets have drained.
    on<TargetRow>("targets", (target, view) =>
      view.tasks.by("target", targetKey(target.groupArn, target.id, target.port)).map((task) => task.arn),
    ),
    on("machines", (_, view) => provisioning(view)),
  ],
  keys: (view) => [...view.tasks.all()].map((task) => task.arn),
  reconcile: (cx, arn) => {
    const seen = cx.view((view) => view.tasks.get(arn))
    if (!seen) return done
    const first = nextMove(
      seen,
      cx.view((view) => surroundings(view, seen, cx.now)),
    )
    if (first.kind === "wait" && seen.announced === digest(seen)) {
      return first.until === undefined ? done : again(first.until)
    }
    const last = cx.commit({ account: seen.account, region: seen.region }, ecsPrincipal(seen.account), (inner) =>
      pursue(inner, arn),
    )
    return last.kind === "wait" && last.until !== undefined ? again(last.until) : done
  },
}

const provisioning = (view: View): string[] => view.tasks.by("provisioning", "provisioning").map((task) => task.arn)

const surroundings = (view: View, task: TaskRow, now: number): Surroundings => {
  const at = givenUpAt(view, task)
  return { hostLost: hostLost(view, task), now, ...(at !== undefined && { givenUpAt: at }) }
}

const hostLost = (view: View, task: TaskRow): boolean =>
  task.containerInstanceArn !== undefined &&
  view.containerInstances.get(task.containerInstanceArn)?.status !== "ACTIVE" &&
  view.containerInstances.get(task.containerInstanceArn)?.status !== "DRAINING"

/** Carries out moves until there is nothing to do now; answers the last one. */
const pursue = (cx: Cx, arn: string): Move => {
  let task = cx.tx.tasks.get(arn)
  if (!task) return { kind: "wait" }
  // Tasks of a container instance without an interface of their own begin in PENDING.
  if (task.steps.length === 0 && (task.lastStatus === "PROVISIONING" || task.lastStatus === "PENDING")) {
    const steps = stepsOf(task)
    if (steps.length > 0) task = cx.tx.tasks.patch(arn, { steps })
  }
  // A wish of a caller is said before it changes the phase; what an agent reported, together with what came of it.
  if (!task.announced.startsWith(statuses(task))) task = announce(cx, task)
  for (;;) {
    const move = nextMove(task, surroundings(cx.tx, task, cx.now))
    if (move.kind === "wait") {
      announce(cx, task)
      return move
    }
    if (move.kind === "forget") {
      forget(cx, task)
      return { kind: "wait" }
    }
    const carried: Carried = move.kind === "steps" ? workOnSteps(cx, task, move.phase) : carryOut(cx, task, move)
    const { task: moved, until } = carried
    if (moved === task) {
      announce(cx, task)
      return { kind: "wait", ...(until !== undefined && { until }) }
    }
    task = move.kind === "steps" ? moved : announce(cx, moved)
  }
}

/** The task afterwards; of one that waits for a time, that. */
interface Carried {
  readonly task: TaskRow
  readonly until?: number | undefined
}

const carryOut = (cx: Cx, task: TaskRow, move: Move & { kind: "stop" | "advance" }): Carried => {
  const patch =
    move.kind === "stop"
      ? {
          desiredStatus: "STOPPED" as const,
          stopCode: move.code,
          stoppedReason: move.reason,
          stopRequestedAt: cx.now,
        }
      : { lastStatus: move.to, ...timesOf(cx.now, task, move.to) }
  return { task: cx.tx.tasks.patch(task.arn, patch) }
}

/** Works on the steps of a phase in order, up to the first that is not done. The same task when nothing changed. */
const workOnSteps = (cx: Cx, task: TaskRow, phase: TaskStep["phase"]): Carried => {
  let current = task
  for (const [i, step] of task.steps.entries()) {
    if (step.phase !== phase || step.status !== "WAITING") continue
    const kind = stepKinds.find((k) => k.kind === step.kind && k.phase === phase)
    const result: StepResult = kind?.work(cx, current) ?? {
      status: "FAILED",
      reason: `No step is called ${step.kind}.`,
    }
    const { until } = result
    if (result.status === "WAITING" && !result.patch) return { task: current, until }
    const worked: TaskStep = { ...step, status: result.status, ...(result.reason && { reason: result.reason }) }
    const patch = { ...result.patch, steps: current.steps.with(i, worked) }
    if (JSON.stringify(pick(current, patch)) !== JSON.stringify(patch)) {
      current = cx.tx.tasks.patch(task.arn, patch)
    }
    if (result.status !== "DONE") return { task: current, until }
  }
  return { task: current }
}

const pick = (task: TaskRow, like: Partial<TaskRow>): Partial<TaskRow> =>
  Object.fromEntries(Object.keys(like).map((key) => [key, task[key as keyof TaskRow]]))

/** The times that ECS shows for a phase: aws-behaviour.md 1.3. */
const timesOf = (now: number, task: TaskRow, to: TaskRow["lastStatus"]): Partial<TaskRow> => {
  switch (to) {
    case "ACTIVATING":
      return { connectivity: "CONNECTED", connectivityAt: now }
    case "RUNNING":
      return { startedAt: task.observed.runningAt ?? now }
    case "STOPPING":
      return { stoppingAt: now }
    case "DEPROVISIONING":
      return {
        ...(task.stoppingAt === undefined && { stoppingAt: now }),
        ...(task.observed.executionStoppedAt !== undefined && { executionStoppedAt: task.observed.executionStoppedAt }),
      }
    case "STOPPED":
      return { stoppedAt: now }
    default:
      return {}
  }
}

/** Emits a task state change event when something changed that ECS sends one for, and counts the version up. */
const announce = (cx: Cx, task: TaskRow): TaskRow => {
  const now = digest(task)
  if (now === task.announced) return task
  const version = task.announced === "" ? task.version : task.version + 1
  const announced = cx.tx.tasks.patch(task.arn, { announced: now, version })
  cx.emit(taskStateChange(cx.tx, announced, cx.now))
  return announced
}

const statuses = (task: TaskRow): string => `${task.lastStatus} ${task.desiredStatus} `

/**
 * What ECS sends an event for: the statuses of the task and of its containers. Health is in no event ("The health status
 * … is not available in the task state change event", ecs_task_events), and a container that nothing was heard of is PENDING.
 */
const digest = (task: TaskRow): string =>
  statuses(task) +
  task.containers
    .map(({ name }) => task.observed.containers[name])
    .map((seen) => `${seen?.status ?? "PENDING"}${seen?.exitCode ?? ""}`)
    .join(" ")

const forget = (cx: Cx, task: TaskRow): void => {
  cx.tx.tasks.delete(task.arn)
  for (const token of cx.tx.runTaskTokens.by("task", task.arn)) {
    if (token.taskArns.every((arn) => !cx.tx.tasks.has(arn))) {
      cx.tx.runTaskTokens.delete(`${token.clusterArn} ${token.token}`)
    }
  }
}
