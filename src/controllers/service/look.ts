// Reads everything that a service's next moves depend on, in one view.
import {
  computedDesiredCount,
  eligibleInstances,
  hostsOfTasks,
  sizeOfTask,
  taskHealth,
  zonesOfService,
} from "../../services/ecs/index.ts"
import type { ServiceRow, TaskRow, View } from "../../state/index.ts"
import { onlyDrains, targetsOf } from "./look-targets.ts"
import type { EndedTask, LiveTask, Seen } from "./seen.ts"
import { lookAtShift } from "./shift/look.ts"
import { texts } from "./texts.ts"

/** Identical events are not repeated for so long, unless the service was steady in between: aws-behaviour.md 2.2. */
const quietFor = 6 * 60 * 60_000

/** A service as it is now, or undefined when there is none of that ARN. */
export const lookAtService = (view: View, arn: string, now: number): Seen | undefined => {
  const service = view.services.get(arn)
  if (!service) return undefined
  // In the order in which they were begun; ids are random.
  const deployments = view.deployments.by("service", arn).toSorted((a, b) => a.createdAt - b.createdAt)
  const primary = deployments.find((d) => d.id === service.primary)
  const older = deployments.filter((d) => d.shown && d !== primary).toReversed()
  const shift = lookAtShift(view, service, deployments)
  const lastGood = deployments.findLast(
    (d) =>
      d.id !== service.primary &&
      // Traffic goes back to where it came from.
      (shift?.base === undefined ? d.completedAt > 0 && d.rolloutState === "COMPLETED" : d.id === shift.base),
  )
  const isPacked = service.placementStrategy.some(({ type }) => type === "binpack")
  const live: LiveTask[] = []
  const ended: EndedTask[] = []
  const leaving = new Set<string>()
  const draining = new Set<string>()
  let lingering = false
  for (const task of view.tasks.by("serving", arn)) {
    if (task.lastStatus === "STOPPED") ended.push(endedTask(task))
    else if (task.desiredStatus === "RUNNING") live.push(liveTask(view, task, isPacked))
    else if (task.lastStatus !== "STOPPING" && task.lastStatus !== "DEPROVISIONING") {
      const of = onlyDrains(view, task) ? draining : leaving
      of.add(deploymentOf(task))
      if (task.lastStatus === "RUNNING") lingering = true
    }
  }
  return {
    service,
    ...(primary && { primary }),
    older,
    ...(lastGood && { lastGood }),
    rollingBack: deployments.filter((d) => d.status === "ROLLBACK_IN_PROGRESS"),
    live,
    leaving,
    draining,
    lingering,
    ended,
    said: saidLately(view, service, now),
    ...(shift && { shift }),
    ...(needsHosts(service, live) && { hosts: hostsOfTasks(view, live) }),
    ...(mayBeUnbalanced(service, live) && { zones: zonesOfService(view, service) }),
    ...(service.deploymentController === "EXTERNAL" && {
      taskSets: view.taskSets
        .by("service", arn)
        .toSorted((a, b) => a.createdAt - b.createdAt)
        .map((row) => ({ row, desired: computedDesiredCount(service, row) })),
    }),
    ...(service.schedulingStrategy === "DAEMON" && { eligible: eligibleInstances(view, service) }),
  }
}

/** The order in which too many tasks go may depend on their instances: on what is left of them, or on attributes. */
const needsHosts = (service: ServiceRow, live: readonly LiveTask[]): boolean =>
  live.length > service.desiredCount &&
  service.placementStrategy.some(({ type, field }) => type === "binpack" || field?.startsWith("attribute:") === true)

/** Where no zone has two tasks no zone can have too many, and nobody needs to know which zones there are. */
const mayBeUnbalanced = (service: ServiceRow, live: readonly LiveTask[]): boolean =>
  service.availabilityZoneRebalancing === "ENABLED" &&
  (service.rebalancing?.state === "moving" ||
    (service.steadyAt !== undefined && new Set(live.map(({ zone }) => zone)).size < live.length))

/** A service's task carries its deployment's id as `startedBy`. */
const deploymentOf = (task: TaskRow): string => task.startedBy ?? ""

const liveTask = (view: View, task: TaskRow, sized: boolean): LiveTask => ({
  ...(task.loadBalancers && { targets: targetsOf(view, task) ?? [] }),
  arn: task.arn,
  deployment: deploymentOf(task),
  running: task.lastStatus === "RUNNING",
  createdAt: task.createdAt,
  ...(task.startedAt !== undefined && { startedAt: task.startedAt }),
  checked: task.containers.some((container) => container.essential && container.healthChecked),
  health: taskHealth(task),
  ...(task.protectedUntil !== undefined && { protectedUntil: task.protectedUntil }),
  ...(task.availabilityZone !== undefined && { zone: task.availabilityZone }),
  ...(task.containerInstanceArn !== undefined && { instance: task.containerInstanceArn }),
  ...(sized && { size: sizeOfTask(task) }),
  draining:
    task.containerInstanceArn !== undefined &&
    view.containerInstances.get(task.containerInstanceArn)?.status === "DRAINING",
})

const endedTask = (task: TaskRow): EndedTask => ({
  arn: task.arn,
  deployment: deploymentOf(task),
  hasRun: task.startedAt !== undefined,
  ...(task.startedAt !== undefined && task.stoppedAt !== undefined && { lived: task.stoppedAt - task.startedAt }),
  wasAsked: task.stopCode === "UserInitiated" || task.stopCode === "ServiceSchedulerInitiated",
})

const saidLately = (view: View, service: ServiceRow, now: number): ReadonlySet<string> => {
  const said = new Set<string>()
  const steady = texts.steady(service.name)
  for (const event of view.serviceEvents.by("service", service.arn).toReversed()) {
    if (event.message === steady || event.createdAt <= now - quietFor) break
    said.add(event.message)
  }
  return said
}
