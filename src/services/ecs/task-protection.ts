// Task scale-in protection: asking for it and changing it. The service controller leaves protected tasks alone when it
// scales in or deploys. Source: aws-behaviour.md 2.9 and 1.5.
import type { Failure, ProtectedTask } from "@aws-sdk/client-ecs"
import type { Op, ReadOp } from "../../gate/index.ts"
import type { TaskRow } from "../../state/index.ts"
import { checkAtMost, invalidParameter } from "./faults.ts"
import { activeCluster, findTask, namedTaskArn } from "./resolve.ts"
import { date, present } from "./shape.ts"

const minute = 60_000
/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateTaskProtection.html */
const defaultMinutes = 120
const mostMinutes = 2880

const describe = (task: TaskRow, now: number): ProtectedTask => {
  const until = (task.protectedUntil ?? 0) > now ? task.protectedUntil : undefined
  return present({ taskArn: task.arn, protectionEnabled: until !== undefined, expirationDate: date(until) })
}

/** Why a task can have no protection at all. */
const invalidity = (task: TaskRow): Omit<Failure, "arn"> | undefined =>
  task.serviceArn === undefined
    ? { reason: "TASK_NOT_VALID", detail: "Task is not part of an ECS service." } // detail from memory
    : undefined

/** The protection of tasks of a service: of those that are named, else of none. */
export const GetTaskProtection: ReadOp<"ecs", "GetTaskProtection"> = (cx, input) => {
  const cluster = activeCluster(cx, input.cluster)
  const references = input.tasks ?? []
  if (references.length === 0) throw invalidParameter("Tasks cannot be empty.")
  checkAtMost("tasks", references, 100)
  const protectedTasks: ProtectedTask[] = []
  const failures: Failure[] = []
  for (const reference of new Set(references)) {
    const task = findTask(cx, cluster, reference)
    const why = task ? invalidity(task) : { reason: "MISSING" }
    if (task && !why) protectedTasks.push(describe(task, cx.now))
    else failures.push({ arn: task?.arn ?? namedTaskArn(cluster, reference), ...why })
  }
  return { protectedTasks, failures }
}

/** Protects up to 10 tasks for some time, again from now on with each call, or ends their protection. */
export const UpdateTaskProtection: Op<"ecs", "UpdateTaskProtection"> = (cx, input) => {
  const cluster = activeCluster(cx, input.cluster)
  const references = input.tasks ?? []
  if (references.length === 0) throw invalidParameter("Tasks cannot be empty.")
  checkAtMost("tasks", references, 10)
  const minutes = input.expiresInMinutes ?? defaultMinutes
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > mostMinutes) {
    throw invalidParameter(`expiresInMinutes must be between 1 and ${mostMinutes}.`) // text from memory
  }
  const protectedTasks: ProtectedTask[] = []
  const failures: Failure[] = []
  for (const reference of new Set(references)) {
    const task = findTask(cx, cluster, reference)
    const service = task?.serviceArn === undefined ? undefined : cx.tx.services.get(task.serviceArn)
    // A task that a deployment is about to replace cannot ask to stay.
    const isReplaced = input.protectionEnabled && service?.primary !== undefined && task?.startedBy !== service.primary
    const why = !task
      ? { reason: "MISSING" }
      : (invalidity(task) ?? (isReplaced ? { reason: "DEPLOYMENT_BLOCKED" } : undefined))
    if (!task || why) {
      failures.push({ arn: task?.arn ?? namedTaskArn(cluster, reference), ...why })
      continue
    }
    const protectedUntil = input.protectionEnabled ? cx.now + minutes * minute : undefined
    protectedTasks.push(describe(cx.tx.tasks.patch(task.arn, { protectedUntil }), cx.now))
  }
  return { protectedTasks, failures }
}
