// The step in which a task becomes a target of its service's load balancers: when its containers run, before it is
// RUNNING. The first of several tasks that have come so far registers all of them.
import type { Cx } from "../../gate/index.ts"
import { type ServiceRow, type TaskBalancer, type TaskRow, type TaskTarget, taskTargetKey } from "../../state/index.ts"
import { callBalancer, failed } from "./balancing-calls.ts"
import type { StepKind } from "./step-kind.ts"
import { targetOf } from "./targets.ts"

/** What was refused is tried again so often, and for so long. Then the task runs, and is no target. */
export const tryAgain = 15_000
export const patience = 120_000

export const isBalanced = (task: TaskRow): boolean => task.loadBalancers !== undefined && task.serviceArn !== undefined

/** See the head of the file. */
export const registerTargets: StepKind = {
  kind: "load-balancers",
  phase: "ACTIVATING",
  applies: isBalanced,
  work: (cx, task) => {
    const service = cx.tx.services.get(task.serviceArn ?? "")
    if (!service) return { status: "DONE" }
    const refused = (task.loadBalancers ?? []).filter((one) => register(cx, service, task, one) === "refused")
    const { targets } = cx.tx.tasks.get(task.arn) ?? {}
    const patch = targets ? { targets } : {}
    const until = (task.observed.runningAt ?? cx.now) + patience
    if (refused.length === 0 || cx.now >= until) return { status: "DONE", patch }
    return { status: "WAITING", until: Math.min(until, cx.now + tryAgain), patch }
  },
}

const register = (cx: Cx, service: ServiceRow, task: TaskRow, balancer: TaskBalancer): "done" | "refused" | "gone" => {
  const target = targetOf(cx.tx, task, balancer)
  if ("lacks" in target) {
    // An agent may say that a container runs before it says where.
    if (cx.now >= (task.observed.runningAt ?? 0) + tryAgain) {
      failed(cx, "register", { service, balancer }, target.lacks)
    }
    return "refused"
  }
  if (isRegistered(cx, target)) {
    note(cx, task.arn, target)
    return "done"
  }
  const all = [{ arn: task.arn, target }, ...alike(cx, task, balancer)]
  const together = [...new Map(all.map((one) => [taskTargetKey(one.target), one.target])).values()]
  // What is wrong with one of them must not keep the others from it.
  const called =
    together.length > 1 && callBalancer(cx, "register", { service, balancer, targets: together }) === "done"
      ? "together"
      : callBalancer(cx, "register", { service, balancer, targets: [target] })
  if (called === "together") for (const one of all) note(cx, one.arn, one.target)
  else if (called === "done") note(cx, task.arn, target)
  return called === "together" ? "done" : called
}

const isRegistered = (cx: Cx, target: TaskTarget): boolean => {
  const row = cx.tx.targets.get(taskTargetKey(target))
  return row !== undefined && row.draining === undefined
}

const note = (cx: Cx, arn: string, target: TaskTarget): void => {
  const known = cx.tx.tasks.get(arn)?.targets ?? []
  if (known.some((one) => taskTargetKey(one) === taskTargetKey(target))) return
  cx.tx.tasks.patch(arn, { targets: [...known, target] })
}

/** Other tasks of the service that are to be registered there as well, and can be by now. */
const alike = (cx: Cx, task: TaskRow, balancer: TaskBalancer): { arn: string; target: TaskTarget }[] => {
  const isSame = (one: TaskBalancer) => JSON.stringify(one) === JSON.stringify(balancer)
  return cx.tx.tasks.by("serving", task.serviceArn ?? "").flatMap((other) => {
    if (other.arn === task.arn || !isReady(other) || !other.loadBalancers?.some(isSame)) return []
    const target = targetOf(cx.tx, other, balancer)
    return "lacks" in target || isRegistered(cx, target) ? [] : [{ arn: other.arn, target }]
  })
}

const isReady = (task: TaskRow): boolean =>
  task.lastStatus === "ACTIVATING" &&
  task.desiredStatus === "RUNNING" &&
  task.observed.runningAt !== undefined &&
  task.observed.status !== "STOPPED" &&
  task.steps.some(
    ({ kind, phase, status }) => kind === "load-balancers" && phase === "ACTIVATING" && status === "WAITING",
  )
