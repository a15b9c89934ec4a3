// Finding what a caller names: clusters and tasks by name, id or ARN, task definitions by family, revision or ARN.
// What is not found is a fault of the caller, in the words of each resource.
import { parseArn, type Scope, scopeKey } from "../../kernel/index.ts"
import {
  type ClusterRow,
  stoppedTaskLifetime,
  type TaskDefinitionRow,
  type TaskRow,
  type View,
} from "../../state/index.ts"
import { clusterArn, taskArn, taskDefinitionArn, withoutPrefix } from "./arns.ts"
import { clientException, clusterInactive, clusterNotFound, invalidParameter } from "./faults.ts"

/** What both kinds of handler are given and lookups need. */
export interface Looking {
  readonly tx: View
  readonly scope: Scope
}

const nameForm = /^[a-zA-Z0-9\-_]{1,255}$/

/** Whether `name` may be the name of a cluster, as the API says: up to 255 letters, numbers, underscores and hyphens. */
export const isClusterName = (name: string): boolean => nameForm.test(name)

/** The ARN of the cluster that `reference` names; `default` when nothing is named. Throws for what cannot be a name. */
export const namedClusterArn = (scope: Scope, reference: string | undefined): string => {
  if (reference === undefined || reference === "") return clusterArn(scope, "default")
  if (reference.startsWith("arn:")) {
    withoutPrefix(reference, "cluster")
    return reference
  }
  // [field] awslabs/amazon-ecs-nodejs-microservices#18
  if (!isClusterName(reference))
    throw invalidParameter(`Cluster must match ^[a-zA-Z0-9\\-_]{1,255}$, but was ${reference}`)
  return clusterArn(scope, reference)
}

/** The cluster that `reference` names, deleted ones too, or undefined. Clusters of other scopes are not found. */
export const findCluster = (cx: Looking, reference: string | undefined): ClusterRow | undefined => {
  const row = cx.tx.clusters.get(namedClusterArn(cx.scope, reference))
  if (row?.account !== cx.scope.account || row.region !== cx.scope.region) return undefined
  return row
}

/** The ACTIVE cluster that `reference` names. Throws ClusterNotFoundException. */
export const activeCluster = (cx: Looking, reference: string | undefined): ClusterRow => {
  const row = findCluster(cx, reference)
  if (!row) throw clusterNotFound()
  if (row.status !== "ACTIVE") throw clusterInactive()
  return row
}

/**
 * The full ARN that a task reference (id or ARN) stands for in a cluster; failures echo it. Throws for what cannot be a
 * task of this cluster, in texts [field] but for the region's: aws/aws-cli#10057 and #7875,
 * aws-actions/amazon-ecs-deploy-task-definition#261, asynkron/protoactor-dotnet#2055.
 */
export const namedTaskArn = (cluster: ClusterRow, reference: string): string => {
  if (!reference.startsWith("arn:")) {
    if (![32, 36].includes(reference.length)) throw invalidParameter("taskId length should be one of [32,36]")
    return taskArn(cluster, cluster.name, reference)
  }
  const { service, account, region, resource = "" } = parseArn(reference) ?? {}
  const [kind = "", ...path] = resource.split("/")
  if (service !== "ecs" || path.length === 0 || path.length > 2) throw invalidParameter("Task Identifier is invalid")
  if (kind !== "task") throw invalidParameter(`Unsupported resource type: ${kind}`)
  if (account !== cluster.account) {
    throw invalidParameter(`Identifier is for ${account}. Your accountId is ${cluster.account}`)
  }
  if (region !== cluster.region) throw invalidParameter(`Identifier is for ${region}. Your region is ${cluster.region}`)
  const [owner = "", id] = path
  // The old form of an ARN has no cluster in it: `task/<id>`.
  if (id === undefined) return taskArn(cluster, cluster.name, owner)
  if (owner !== cluster.name) {
    throw invalidParameter(`Invalid identifier: Identifier is for cluster ${owner}. Your cluster is ${cluster.name}`)
  }
  return reference
}

/** Whether the API still shows a task: stopped ones are gone after an hour. */
export const isVisible = (task: TaskRow, now: number): boolean =>
  task.lastStatus !== "STOPPED" || (task.stoppedAt ?? 0) + stoppedTaskLifetime > now

/** The task of a cluster that `reference` names, or undefined; stopped tasks are found for an hour. */
export const findTask = (
  cx: Looking & { now: number },
  cluster: ClusterRow,
  reference: string,
): TaskRow | undefined => {
  const row = cx.tx.tasks.get(namedTaskArn(cluster, reference))
  return row && isVisible(row, cx.now) ? row : undefined
}

/** `family`, `family:revision` or a task definition's ARN, taken apart. */
export const parseTaskDefinition = (
  reference: string,
): { readonly family: string; readonly revision: number | undefined } | undefined => {
  let name = reference
  if (reference.startsWith("arn:")) {
    const arn = parseArn(reference)
    if (arn?.service !== "ecs" || !arn.resource.startsWith("task-definition/")) return undefined
    name = arn.resource.slice("task-definition/".length)
  }
  const colon = name.indexOf(":")
  if (colon < 0) return nameForm.test(name) ? { family: name, revision: undefined } : undefined
  const family = name.slice(0, colon)
  const revision = name.slice(colon + 1)
  return nameForm.test(family) && /^[1-9]\d{0,8}$/.test(revision) ? { family, revision: Number(revision) } : undefined
}

const revisionsOf = (cx: Looking, family: string): readonly TaskDefinitionRow[] =>
  cx.tx.taskDefinitions.by("family", `${scopeKey(cx.scope)}/${family}`)

/** The task definition that `reference` names: the latest ACTIVE revision for a bare family. Undefined when there is none. */
export const findTaskDefinition = (cx: Looking, reference: string): TaskDefinitionRow | undefined => {
  const named = parseTaskDefinition(reference)
  if (!named) return undefined
  if (named.revision !== undefined) {
    const arn = reference.startsWith("arn:") ? reference : taskDefinitionArn(cx.scope, named.family, named.revision)
    const row = cx.tx.taskDefinitions.get(arn)
    return row && row.account === cx.scope.account && row.region === cx.scope.region ? row : undefined
  }
  return revisionsOf(cx, named.family).reduce<TaskDefinitionRow | undefined>(
    (latest, row) => (row.status === "ACTIVE" && row.revision > (latest?.revision ?? 0) ? row : latest),
    undefined,
  )
}

/** Refuses what names no task definition. Never for authorisation, which comes before the handler's own checks. */
export const checkTaskDefinitionName = (reference: string | undefined): void => {
  // [field] by analogy with clusters: blox/blox#170
  if (!reference) throw invalidParameter("TaskDefinition can not be blank.")
  const name = reference.slice(reference.lastIndexOf("/") + 1)
  const [family, revision] = name.split(":")
  // [field] hashicorp/terraform#17746, aws/amazon-ecs-agent#1354
  if (family && revision !== undefined && !/^[1-9]\d{0,8}$/.test(revision)) {
    throw invalidParameter(`Invalid revision number. Number: ${revision}`)
  }
}

/** The task definition that a task is to be started from. Throws AWS's ClientException for one that cannot. */
export const runnableTaskDefinition = (cx: Looking, reference: string): TaskDefinitionRow => {
  checkTaskDefinitionName(reference)
  const row = findTaskDefinition(cx, reference)
  if (!row) throw clientException("TaskDefinition not found.")
  if (row.status !== "ACTIVE") throw clientException("TaskDefinition is inactive")
  return row
}
