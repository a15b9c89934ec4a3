// The service controller: looks at a service, asks plan.ts what it needs, and carries that out in one transaction.
// Writes the progress of deployments, the end of a deleted service, and which deployment is primary after a rollback.
import type { Cx } from "../../gate/index.ts"
import {
  deploymentStateChange,
  keepDigests,
  sayOfService,
  serviceAction,
  startServiceTasks,
  taskSetSteady,
} from "../../services/ecs/index.ts"
import type {
  CarriedBalancerRow,
  ContainerInstanceRow,
  DeploymentRow,
  ServiceRow,
  TaskRow,
  TaskSetRow,
} from "../../state/index.ts"
import { again, type Controller, done, type Outcome, on } from "../controller.ts"
import { ecsPrincipal } from "../principals.ts"
import { balancerWakes } from "./balancer-news.ts"
import { type Failing, sickness } from "./health.ts"
import { servicesToTell } from "./instance-news.ts"
import { lookAtService } from "./look.ts"
import { planService, type ServicePlan } from "./plan.ts"
import type { Progress } from "./progress.ts"
import { heldFor, type RebalancePlan } from "./rebalance.ts"
import type { Moves, StopWhy } from "./rolling.ts"
import type { DeploymentChange, LiveTask } from "./seen.ts"
import { carryOutShift } from "./shift/carry-out.ts"
import type { TaskSetNews } from "./task-sets.ts"
import { texts } from "./texts.ts"

/** A task that found no place is tried again so much later, if nothing happens before: an instance may have room then. */
const placeAgain = 15_000

/**
 * A look at a service walks over all of its tasks. From so many on its looks are apart, so that a service of thousands
 * that starts costs what its tasks cost and not their square.
 */
const restsFrom = 250
const restPerTask = 0.04

/** See the head of the file. Keyed by service ARN. */
export const serviceController: Controller = {
  name: "service",
  wakes: [
    on<ServiceRow>("services", (service) => service.arn),
    on<DeploymentRow>("deployments", (deployment) => deployment.serviceArn),
    on<TaskSetRow>("taskSets", (set) => set.serviceArn),
    on<TaskRow>("tasks", (task) => task.serviceArn),
    on<ContainerInstanceRow>("containerInstances", servicesToTell),
    // Who shifts traffic waits for what proxies carry.
    on<CarriedBalancerRow>("carriedBalancers", (_carried, view) =>
      view.deployments.by("shifting", "shifting").map((deployment) => deployment.serviceArn),
    ),
    ...balancerWakes,
  ],
  keys: (view) => view.services.by("live", "live").map((service) => service.arn),
  rest: (view, arn) => {
    const tasks = view.tasks.count("serving", arn)
    return tasks < restsFrom ? 0 : tasks * restPerTask
  },
  reconcile: (cx, arn) => {
    const seen = cx.view((view) => lookAtService(view, arn, cx.now))
    if (!seen) return done
    const plan = planService(seen, cx.now)
    if (plan.kind === "wait") return outcome(plan.next)
    const { service } = seen
    return cx.commit(service, ecsPrincipal(service.account), (inner) => carryOut(inner, service, plan))
  },
}

const outcome = (next: number | undefined): Outcome => (next === undefined ? done : again(next))

/** Carries a plan out. What it changes wakes the service again, so that the next thing is looked at. */
const carryOut = (cx: Cx, service: ServiceRow, plan: Exclude<ServicePlan, { kind: "wait" }>): Outcome => {
  switch (plan.kind) {
    case "progress":
      noteProgress(cx, service, plan.progress)
      return done
    case "count":
      if (service.primary === undefined) return done
      patchDeployment(cx, service, service.primary, { daemonCount: plan.daemonCount })
      cx.emit(serviceAction(service, "SERVICE_DESIRED_COUNT_UPDATED", cx.now, { desiredCount: plan.daemonCount }))
      return done
    case "task sets":
      noteTaskSets(cx, service, plan)
      return outcome(plan.next)
    case "moves":
      return outcome(earliest(plan.next, move(cx, service, plan.moves)))
    case "rebalance":
      rebalance(cx, service, plan)
      return done
    case "shift":
      carryOutShift(cx, service, plan.deployment, plan.step)
      return done
    case "drain":
      for (const task of plan.stop) stop(cx, service, task.arn, "scaling", task.deployment)
      if (plan.over) {
        for (const { arn } of [...cx.tx.taskSets.by("service", service.arn)]) cx.tx.taskSets.delete(arn)
        cx.tx.services.patch(service.arn, { status: "INACTIVE", inactiveAt: cx.now })
        for (const row of cx.tx.deployments.by("shown", service.arn))
          patchDeployment(cx, service, row.id, { shown: false })
      }
      return done
    case "settled": {
      for (const [id, patch] of plan.patches) patchDeployment(cx, service, id, patch)
      cx.tx.services.patch(service.arn, { steadyAt: plan.steadyAt })
      sayOfService(cx, service, plan.messages)
      if (plan.completed && service.primary !== undefined) {
        keepImages(cx, service, service.primary)
        announceDeployment(cx, service, "SERVICE_DEPLOYMENT_COMPLETED", service.primary, texts.done(service.primary))
      }
      if (plan.messages.includes(texts.steady(service.name)))
        cx.emit(serviceAction(service, "SERVICE_STEADY_STATE", cx.now))
      return outcome(plan.next)
    }
  }
}

/** A rollback may start tasks of it when those that it has now are long forgotten. */
const keepImages = (cx: Cx, service: ServiceRow, id: string): void => {
  const deployment = cx.tx.deployments.get(`${service.arn} ${id}`)
  const revision = deployment && cx.tx.serviceRevisions.get(deployment.revisionArn)
  if (revision) keepDigests(cx, revision)
}

const earliest = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined ? a : Math.min(a, b)

const patchDeployment = (cx: Cx, service: ServiceRow, id: string, patch: DeploymentChange): void => {
  cx.tx.deployments.patch(`${service.arn} ${id}`, patch)
}

const announceDeployment = (
  cx: Cx,
  service: ServiceRow,
  name: Parameters<typeof deploymentStateChange>[1],
  id: string,
  reason: string,
): void => {
  cx.emit(deploymentStateChange(service, name, id, reason, cx.now))
}

const noteProgress = (cx: Cx, service: ServiceRow, progress: Progress): void => {
  for (const arn of progress.counted) cx.tx.tasks.patch(arn, { counted: true })
  for (const [id, patch] of progress.patches) patchDeployment(cx, service, id, patch)
  if (progress.primary !== undefined)
    cx.tx.services.patch(service.arn, { primary: progress.primary, steadyAt: undefined })
  sayOfService(cx, service, progress.messages)
  if (progress.messages.includes(texts.impaired(service.name))) {
    cx.emit(serviceAction(service, "SERVICE_TASK_START_IMPAIRED", cx.now))
  }
  for (const { id, name, reason } of progress.announce) announceDeployment(cx, service, name, id, reason)
}

const noteTaskSets = (cx: Cx, service: ServiceRow, news: TaskSetNews): void => {
  for (const arn of news.counted) cx.tx.tasks.patch(arn, { counted: true })
  for (const [arn, patch] of news.patches) cx.tx.taskSets.patch(arn, patch)
  for (const arn of news.over) cx.tx.taskSets.delete(arn)
  cx.tx.services.patch(service.arn, { steadyAt: news.steadyAt })
  sayOfService(cx, service, news.messages)
  for (const arn of news.steady) cx.emit(taskSetSteady(service, arn, cx.now))
  if (news.messages.includes(texts.steady(service.name)))
    cx.emit(serviceAction(service, "SERVICE_STEADY_STATE", cx.now))
  if (news.messages.includes(texts.impaired(service.name))) {
    cx.emit(serviceAction(service, "SERVICE_TASK_START_IMPAIRED", cx.now))
  }
}

/** Moves tasks between zones. A zone without a place for them ends it for a while. */
const rebalance = (cx: Cx, service: ServiceRow, plan: RebalancePlan): void => {
  const { name } = service
  const messages: string[] = [...plan.messages]
  for (const event of plan.events) cx.emit(serviceAction(service, event, cx.now))
  for (const [zone = "", tasks] of Map.groupBy(plan.stop, (task) => task.zone)) {
    for (const task of tasks) stop(cx, service, task.arn, "rebalancing", task.deployment)
    const taskArns = tasks.map(({ arn }) => arn)
    messages.push(texts.rebalanceTasksStopped(name, zone, taskArns))
    cx.emit(serviceAction(service, "TASKS_STOPPED", cx.now, { taskArns }))
  }
  let started = 0
  let refused = false
  for (const { zone, count } of plan.start) {
    const { taskArns, refusal } = startServiceTasks(cx, service, service.primary ?? "", { count, zone })
    started += taskArns.length
    if (taskArns.length > 0) {
      messages.push(texts.rebalanceStarted(name, zone, taskArns))
      cx.emit(serviceAction(service, "TASKS_STARTED", cx.now, { taskArns }))
    }
    if (!refusal) continue
    refused = true
    messages.push(refusal.kind === "placement" ? texts.unplacedIn(name, zone) : texts.notStartedIn(name, zone))
    cx.emit(serviceAction(service, "SERVICE_TASK_PLACEMENT_FAILURE", cx.now, { reason: refusal.code, ...refusal.more }))
  }
  const isOver = refused && started === 0
  if (isOver) {
    messages.push(texts.rebalanceStopped(name))
    cx.emit(serviceAction(service, "SERVICE_REBALANCING_STOPPED", cx.now))
  }
  const rebalancing = isOver ? ({ state: "held", until: cx.now + heldFor } as const) : plan.rebalancing
  cx.tx.services.patch(service.arn, { rebalancing })
  sayOfService(cx, service, messages)
}

const words = { placement: texts.unplaced, launch: texts.notLaunched, other: texts.notStarted } as const

/** Stops and starts what was planned; answers when to try again what could not be placed. */
const move = (cx: Cx, service: ServiceRow, moves: Moves): number | undefined => {
  // However fast it is over: afterwards the service is steady again, and says so.
  if (service.steadyAt !== undefined) cx.tx.services.patch(service.arn, { steadyAt: undefined })
  const messages: string[] = []
  for (const { task, why } of moves.stop) {
    const failed = why === "unhealthy" ? sickness(task, service, cx.now) : undefined
    if (failed) messages.push(unhealthyText(service, task, failed))
    stop(cx, service, task.arn, why, task.deployment, failed)
  }
  const running = moves.stop.filter(({ task }) => task.running).map(({ task }) => task.arn)
  if (running.length > 0) {
    messages.push(texts.stopped(service.name, running))
    cx.emit(serviceAction(service, "TASKS_STOPPED", cx.now, { taskArns: running }))
  }
  noteMisplaced(cx, service, moves)
  const waiting = moves.stop.length - running.length
  if (waiting > 0) messages.push(texts.stoppedPending(service.name, waiting))
  countUnhealthy(cx, service, moves)

  let retry: number | undefined
  for (const { deployment, count, replaces, instances } of moves.start) {
    const { taskArns, refusal } = startServiceTasks(cx, service, deployment, { count, ...(instances && { instances }) })
    if (taskArns.length > 0) {
      messages.push(replaces ? texts.replaced(service.name, taskArns) : texts.started(service.name, taskArns))
    }
    if (refusal === undefined) continue
    retry = cx.now + placeAgain
    const message = words[refusal.kind](service.name, refusal.reason)
    if (saidLately(cx, service, message)) continue
    messages.push(message)
    // Nothing in the list of ECS's service action events is about roles.
    if (refusal.kind === "launch") continue
    cx.emit(serviceAction(service, "SERVICE_TASK_PLACEMENT_FAILURE", cx.now, { reason: refusal.code, ...refusal.more }))
  }
  sayOfService(cx, service, messages)
  return retry
}

/** Tasks of a daemon on instances that no longer meet its placement constraints. */
const noteMisplaced = (cx: Cx, service: ServiceRow, { stop }: Moves): void => {
  const misplaced = stop.filter(({ why }) => why === "constraint").map(({ task }) => task)
  if (misplaced.length === 0) return
  const taskArns = misplaced.map(({ arn }) => arn)
  const containerInstanceArns = misplaced.flatMap(({ instance }) => instance ?? [])
  cx.emit(
    serviceAction(service, "SERVICE_DAEMON_PLACEMENT_CONSTRAINT_VIOLATED", cx.now, { containerInstanceArns, taskArns }),
  )
}

/** In its second stage the breaker counts the tasks that are replaced because of failed health checks. */
const countUnhealthy = (cx: Cx, service: ServiceRow, moves: Moves): void => {
  const sick = moves.stop.filter(({ why, task }) => why === "unhealthy" && task.deployment === service.primary)
  if (sick.length === 0 || service.primary === undefined) return
  const row = cx.tx.deployments.get(`${service.arn} ${service.primary}`)
  if (row?.rolloutState !== "IN_PROGRESS") return
  patchDeployment(cx, service, row.id, { failedTasks: row.failedTasks + sick.length, updatedAt: cx.now })
}

const saidLately = (cx: Cx, service: ServiceRow, message: string): boolean =>
  lookAtService(cx.tx, service.arn, cx.now)?.said.has(message) === true

const unhealthyText = ({ name }: ServiceRow, { arn }: LiveTask, failed: Failing): string =>
  failed === "containers" ? texts.unhealthy(name, arn) : texts.unhealthyTarget(name, arn, failed)

const stop = (
  cx: Cx,
  service: ServiceRow,
  task: string,
  why: StopWhy,
  deployment: string,
  failed: Failing = "containers",
): void => {
  const reason =
    why === "unhealthy"
      ? failed === "containers"
        ? "Task failed container health checks"
        : `Task failed ELB health checks in ${failed.balancer}`
      : why === "rebalancing"
        ? `Availability-zone rebalancing initiated by (deployment ${deployment})`
        : `Scaling activity initiated by (deployment ${deployment})`
  cx.call("ecs", "StopTask", { cluster: service.clusterArn, task, reason }, ecsPrincipal(service.account))
}
