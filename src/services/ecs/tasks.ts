// Tasks after they were started: describing, listing and stopping them. Starting them is in run-task.ts.
import type { Task } from "@aws-sdk/client-ecs"
import type { Input, Op, ReadOp } from "../../gate/index.ts"
import { fault } from "../../kernel/index.ts"
import type { ClusterRow, TaskRow } from "../../state/index.ts"
import { containerInstanceArn, lastPart, serviceArn, taskDefinitionArn } from "./arns.ts"
import { describeTask } from "./describe-task.ts"
import { checkAtMost, checkLongest, checkOneOf, invalidParameter, notYet } from "./faults.ts"
import { nextToken, pageOf } from "./pages.ts"
import { activeCluster, findTask, isVisible, type Looking, namedTaskArn } from "./resolve.ts"

/** Describes up to 100 tasks of one cluster. Those that are unknown, or stopped for over an hour, are failures. */
export const DescribeTasks: ReadOp<"ecs", "DescribeTasks"> = (cx, input) => {
  const cluster = activeCluster(cx, input.cluster)
  const references = input.tasks ?? []
  if (references.length === 0) throw invalidParameter("Tasks cannot be empty.")
  checkAtMost("tasks", references, 100)
  for (const field of input.include ?? []) checkOneOf("include", field, ["TAGS"])
  const withTags = input.include?.includes("TAGS") ?? false
  const tasks: Task[] = []
  const failures: { arn: string; reason: string }[] = []
  for (const reference of new Set(references)) {
    const row = findTask(cx, cluster, reference)
    if (row) tasks.push(describeTask(cx.tx, row, withTags))
    else failures.push({ arn: namedTaskArn(cluster, reference), reason: "MISSING" })
  }
  return { tasks, failures }
}

/**
 * Asks for the end of a task and answers it as it is now: desired STOPPED, and not yet stopped. A task that was
 * already asked to stop keeps its first reason.
 */
export const StopTask: Op<"ecs", "StopTask"> = (cx, input) => {
  const cluster = activeCluster(cx, input.cluster)
  const row = findTask(cx, cluster, input.task ?? "")
  if (!row) throw invalidParameter("The referenced task was not found.")
  if (row.desiredStatus === "STOPPED" || row.lastStatus === "STOPPED") return { task: describeTask(cx.tx, row) }
  const isScheduler = cx.caller.kind === "service" && cx.caller.servicePrincipal === "ecs.amazonaws.com"
  const stopping = cx.tx.tasks.patch(row.arn, {
    desiredStatus: "STOPPED",
    stopCode: isScheduler ? "ServiceSchedulerInitiated" : "UserInitiated",
    stoppedReason: input.reason || "Task stopped by user",
    stopRequestedAt: cx.now,
    // "Any tags associated with the task are deleted" (API_StopTask).
    tags: [],
  })
  return { task: describeTask(cx.tx, stopping) }
}

type Filters = Input<"ecs", "ListTasks">

/** Which index to walk, and the value in it: the narrowest that the filters allow. */
const walk = (cx: Looking, cluster: ClusterRow, input: Filters) => {
  if (input.startedBy) return { index: "startedBy", value: `${cluster.arn} ${input.startedBy}` } as const
  if (input.serviceName) {
    const value = serviceArn(cluster, cluster.name, lastPart(input.serviceName))
    if (cx.tx.tasks.count("service", value) === 0) throw fault("ServiceNotFoundException", "Service not found.")
    return { index: "service", value } as const
  }
  if (input.family) {
    const ofFamily = taskDefinitionArn(cluster, input.family, 0).slice(0, -":0".length)
    return { index: "family", value: `${cluster.arn} ${ofFamily}` } as const
  }
  return { index: "desired", value: `${cluster.arn} ${input.desiredStatus ?? "RUNNING"}` } as const
}

const instanceOf = (cx: Looking, cluster: ClusterRow, reference: string): string => {
  const arn = containerInstanceArn(cluster, cluster.name, lastPart(reference))
  const row = cx.tx.containerInstances.get(arn)
  if (!row || row.pool) throw invalidParameter(`Referenced container instance ${lastPart(reference)} not found.`) // from memory
  return arn
}

/** ARNs of a cluster's tasks, of those that are to run unless asked for STOPPED. All filters must hold. */
export const ListTasks: ReadOp<"ecs", "ListTasks"> = (cx, input) => {
  if (input.daemonName) throw notYet("the daemonName filter of ecs:ListTasks")
  checkOneOf("desiredStatus", input.desiredStatus, ["RUNNING", "PENDING", "STOPPED"])
  checkLongest("startedBy", input.startedBy, 128)
  checkOneOf("launchType", input.launchType, ["EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"])
  const cluster = activeCluster(cx, input.cluster)
  const others = [input.family, input.serviceName, input.containerInstance, input.launchType]
  if (input.startedBy && others.some(Boolean)) {
    throw invalidParameter("startedBy cannot be combined with another filter.") // text from memory
  }
  const { index, value } = walk(cx, cluster, input)
  const desired = input.desiredStatus ?? "RUNNING"
  const host = input.containerInstance ? instanceOf(cx, cluster, input.containerInstance) : undefined
  const keep = (task: TaskRow): boolean =>
    task.desiredStatus === desired &&
    isVisible(task, cx.now) &&
    (host === undefined || task.containerInstanceArn === host) &&
    (!input.launchType || task.launchType === input.launchType) &&
    (!input.family || task.taskDefinitionArn.includes(`:task-definition/${input.family}:`))
  const list = `ListTasks ${index} ${value} ${desired} ${host ?? ""} ${input.launchType ?? ""} ${input.family ?? ""}`
  const page = cx.tx.tasks.page(index, value, { ...pageOf(list, input), keep })
  return { taskArns: page.rows.map((row) => row.arn), ...nextToken(list, page.next) }
}
