// What RegisterTaskDefinition, RunTask and StartTask need permission for: beside their own actions the roles that they hand
// over, and the tags that they make.
import type { Tag, TaskOverride } from "@aws-sdk/client-ecs"
import { type Authorise, type Conditions, type Demand, type Input, passRole, type ReadCx } from "../../gate/index.ts"
import type { TaskDefinitionRow } from "../../state/index.ts"
import { clusterNameOf, taskArn, taskDefinitionArn } from "./arns.ts"
import { clusterOf, demand, instanceOf, requestTags, strategyConditions, tagOnCreate } from "./authorise.ts"
import { findTaskDefinition } from "./resolve.ts"

/** Roles that a service is given: each once. */
export const passRoles = (
  cx: ReadCx,
  roles: readonly (string | undefined)[],
  to: "ecs-tasks.amazonaws.com" | "ecs.amazonaws.com",
  associated?: string,
): Demand[] => [...new Set(roles)].flatMap((role) => (role ? [passRole(cx, role, to, associated)] : []))

/** The roles that tasks of a definition carry: an empty one in the overrides is none given. */
export const rolesOf = (row: TaskDefinitionRow | undefined, overrides?: TaskOverride) => [
  overrides?.taskRoleArn || row?.definition.taskRoleArn,
  overrides?.executionRoleArn || row?.definition.executionRoleArn,
]

/** The ARN that a reference stands for: the newest ACTIVE revision's for a family, and of a family that is not there all. */
export const definitionOf = (cx: ReadCx, row: TaskDefinitionRow | undefined, reference: string | undefined): string => {
  if (row) return row.arn
  if (reference?.startsWith("arn:")) return reference
  const [family = "", revision = "*"] = (reference ?? "").split(":")
  return taskDefinitionArn(cx.scope, family || "*", revision || "*")
}

export const registerTaskDefinition: Authorise<Input<"ecs", "RegisterTaskDefinition">> = (cx, input) => {
  const resource = taskDefinitionArn(cx.scope, input.family || "*", "*")
  const conditions = {
    "ecs:compute-compatibility": input.requiresCompatibilities,
    "ecs:privileged": String((input.containerDefinitions ?? []).some((container) => container.privileged === true)),
    "ecs:task-cpu": input.cpu,
    "ecs:task-memory": input.memory,
    ...requestTags(input.tags),
  }
  return [
    demand(cx, "RegisterTaskDefinition", [resource], conditions),
    ...passRoles(cx, [input.taskRoleArn, input.executionRoleArn], "ecs-tasks.amazonaws.com", resource),
    ...tagOnCreate(cx, "RegisterTaskDefinition", [resource], input.tags),
  ]
}

type Starting = Pick<
  Input<"ecs", "StartTask">,
  | "cluster"
  | "taskDefinition"
  | "overrides"
  | "tags"
  | "propagateTags"
  | "enableECSManagedTags"
  | "enableExecuteCommand"
  | "networkConfiguration"
  | "volumeConfigurations"
>

/** Volumes that ECS makes with a role of the caller's. */
type Volumes =
  | readonly { readonly managedEBSVolume?: { readonly roleArn?: string | undefined } | undefined }[]
  | undefined

/** The roles by which ECS makes volumes. */
export const volumeRoles = (volumes: Volumes) => (volumes ?? []).map((volume) => volume.managedEBSVolume?.roleArn)

/** Tags that ECS brings along are created as well: propagated and managed ones need the same permission. */
const tagsOfTasks = (cluster: string, row: TaskDefinitionRow | undefined, input: Starting): Tag[] => [
  ...(input.tags ?? []),
  ...(input.propagateTags === "TASK_DEFINITION" ? (row?.tags ?? []) : []),
  ...(input.enableECSManagedTags ? [{ key: "aws:ecs:clusterName", value: clusterNameOf(cluster) }] : []),
]

/** What RunTask and StartTask share, as conditions; services start their tasks with the same settings. */
export const startConditions = (input: Omit<Starting, "overrides" | "taskDefinition">): Conditions => {
  const vpc = input.networkConfiguration?.awsvpcConfiguration
  return {
    "ecs:enable-execute-command": String(input.enableExecuteCommand ?? false),
    "ecs:enable-ebs-volumes": String((input.volumeConfigurations ?? []).length > 0),
    "ecs:enable-ecs-managed-tags": String(input.enableECSManagedTags ?? false),
    "ecs:propagate-tags": input.propagateTags,
    "ecs:subnet": vpc?.subnets?.length ? vpc.subnets : undefined,
    "ecs:auto-assign-public-ip": vpc && String(vpc.assignPublicIp === "ENABLED"),
    ...requestTags(input.tags),
  }
}

/** Since March 2024 the resource is the revision that a bare family stands for. */
const starting = (cx: ReadCx, operation: "RunTask" | "StartTask", input: Starting, own: Conditions): Demand[] => {
  const cluster = clusterOf(cx.scope, input.cluster)
  const row = findTaskDefinition(cx, input.taskDefinition ?? "")
  const definition = definitionOf(cx, row, input.taskDefinition)
  const tasks = [taskArn(cx.scope, clusterNameOf(cluster), "*")]
  return [
    demand(cx, operation, [definition], { "ecs:cluster": cluster, ...startConditions(input), ...own }),
    ...passRoles(cx, rolesOf(row, input.overrides), "ecs-tasks.amazonaws.com", definition),
    ...passRoles(cx, volumeRoles(input.volumeConfigurations), "ecs.amazonaws.com"),
    ...tagOnCreate(cx, operation, tasks, tagsOfTasks(cluster, row, input)),
  ]
}

export const runTask: Authorise<Input<"ecs", "RunTask">> = (cx, input) =>
  starting(cx, "RunTask", input, strategyConditions(cx.scope, input.capacityProviderStrategy))

/** As for RunTask, and on these instances only. */
export const startTask: Authorise<Input<"ecs", "StartTask">> = (cx, input) => {
  const cluster = clusterOf(cx.scope, input.cluster)
  const instances = (input.containerInstances ?? []).map((id) => instanceOf(cx.scope, cluster, id))
  return starting(cx, "StartTask", input, { "ecs:container-instances": instances })
}
