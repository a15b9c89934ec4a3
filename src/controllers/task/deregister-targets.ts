// The step in which a task ceases to be a target: deregistered before it is told to stop, and stopped when draining is
// over. What is over already is deregistered, too, and waits for nothing.
import type { Cx } from "../../gate/index.ts"
import { sayOfService } from "../../services/ecs/index.ts"
import {
  classicKey,
  type ServiceRow,
  type TaskBalancer,
  type TaskRow,
  type TaskStatus,
  type TaskTarget,
  taskTargetKey,
} from "../../state/index.ts"
import { callBalancer } from "./balancing-calls.ts"
import { isBalanced, patience, tryAgain } from "./register-targets.ts"
import type { StepKind, StepResult } from "./step-kind.ts"

const done: StepResult = { status: "DONE" }

/** See the head of the file. */
export const deregisterTargets: StepKind = {
  kind: "load-balancers",
  phase: "DEACTIVATING",
  applies: isBalanced,
  work: (cx, task) => {
    const service = cx.tx.services.get(task.serviceArn ?? "")
    if (!service) return done
    const leaving = new Map<string, TaskRow>()
    let refused = false
    for (const target of task.targets ?? []) {
      if (!isToGo(cx, task, target)) continue
      const balancer = balancerOf(task, target)
      if (!balancer) continue
      const all = [task, ...alike(cx, task, target)]
      const targets = all.flatMap((one) => (one.targets ?? []).filter((its) => its.groupArn === target.groupArn))
      const each = [...new Map(targets.map((one) => [taskTargetKey(one), one])).values()]
      const gone = each.filter((one) => all.some((its) => isToGo(cx, its, one)))
      const called = callBalancer(cx, "deregister", { service, balancer, targets: gone })
      if (called === "refused") refused = true
      if (called === "done") for (const one of all) leaving.set(one.arn, one)
    }
    sayDraining(cx, service, [...leaving.values()])
    if (isOver(cx, task)) return done
    const until = (task.stopRequestedAt ?? cx.now) + patience
    if (refused && cx.now < until) return { status: "WAITING", until: Math.min(until, cx.now + tryAgain) }
    const drained = (task.targets ?? []).map((target) => drainedAt(cx, task, target))
    const last = Math.max(0, ...drained)
    return last > cx.now ? { status: "WAITING", until: last } : done
  },
}

const balancerOf = (task: TaskRow, { groupArn }: TaskTarget): TaskBalancer | undefined =>
  task.loadBalancers?.find(
    ({ targetGroupArn, loadBalancerName = "" }) => (targetGroupArn ?? classicKey(task, loadBalancerName)) === groupArn,
  )

/** Its containers have ended, or what they ran on is gone: nothing can drain. */
const isOver = (cx: Cx, task: TaskRow): boolean => {
  const host = cx.tx.containerInstances.get(task.containerInstanceArn ?? "")
  return task.observed.status === "STOPPED" || host === undefined || host.status === "INACTIVE"
}

const uses: ReadonlySet<TaskStatus> = new Set(["ACTIVATING", "RUNNING"])

/** Whether another task stands behind the same registration: an instance has several tasks, and addresses come again. */
const isShared = (cx: Cx, task: TaskRow, target: TaskTarget): boolean =>
  cx.tx.tasks
    .by("target", taskTargetKey(target))
    .some((other) => other.arn !== task.arn && other.desiredStatus === "RUNNING" && uses.has(other.lastStatus))

/** Whether a registration is still to be ended for the task. */
const isToGo = (cx: Cx, task: TaskRow, target: TaskTarget): boolean => {
  const row = cx.tx.targets.get(taskTargetKey(target))
  return row !== undefined && row.draining === undefined && !isShared(cx, task, target)
}

/** When draining is over; 0 for what does not drain. */
const drainedAt = (cx: Cx, task: TaskRow, target: TaskTarget): number =>
  isShared(cx, task, target) ? 0 : (cx.tx.targets.get(taskTargetKey(target))?.draining?.until ?? 0)

/** Other tasks of the service that are told to stop and registered in the same group: they go in the same call. */
const alike = (cx: Cx, task: TaskRow, { groupArn }: TaskTarget): readonly TaskRow[] =>
  cx.tx.tasks
    .by("serving", task.serviceArn ?? "")
    .filter(
      (other) =>
        other.arn !== task.arn &&
        other.desiredStatus === "STOPPED" &&
        (other.lastStatus === "RUNNING" || other.lastStatus === "DEACTIVATING") &&
        (other.targets ?? []).some((target) => target.groupArn === groupArn && isToGo(cx, other, target)),
    )

/** The form of today's events, in and outside of deployments (reading of public logs of 2026). */
const sayDraining = (cx: Cx, service: ServiceRow, tasks: readonly TaskRow[]): void => {
  for (const [set, its] of Map.groupBy(tasks, (task) => task.startedBy ?? "")) {
    const message = `(service ${service.name}, taskSet ${set}) has begun draining connections on ${its.length} tasks.`
    sayOfService(cx, service, [message])
  }
}
