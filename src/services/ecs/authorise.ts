// What each operation of ECS needs permission for: IAM action, resources and condition keys, computed from the input.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
import type { Tag, TaskOverride } from "@aws-sdk/client-ecs"
import type { Authorise, Demand, Input, ReadCx } from "../../gate/index.ts"
import { formatGlobalArn, type Scope } from "../../kernel/index.ts"
import type { EcsOperations } from "../../model/types/ecs.ts"
import type { TaskDefinitionRow } from "../../state/index.ts"
import { settingFor } from "./account-setting-values.ts"
import {
  capacityProviderArn,
  clusterArn,
  clusterNameOf,
  containerInstanceArn,
  lastPart,
  taskArn,
  taskDefinitionArn,
} from "./arns.ts"
import { findTaskDefinition, parseTaskDefinition } from "./resolve.ts"

type Name = keyof EcsOperations & string
type Conditions = NonNullable<Demand["conditions"]>
type WithCluster = { readonly cluster?: string | undefined }

/** The ARN of what may be a name. Never throws: authorisation comes before the handler's own checks. */
export const clusterOf = (scope: Scope, reference: string | undefined): string =>
  reference?.startsWith("arn:") ? reference : clusterArn(scope, reference || "default")

const providerOf = (scope: Scope, reference: string): string =>
  reference.startsWith("arn:") ? reference : capacityProviderArn(scope, reference)

export const demand = (operation: Name, resources: readonly string[], conditions?: Conditions): Demand => ({
  action: `ecs:${operation}`,
  resources,
  ...(conditions ? { conditions } : {}),
})

export const requestTags = (tags: readonly Tag[] | undefined): Conditions => ({
  ...Object.fromEntries((tags ?? []).map((tag) => [`aws:RequestTag/${tag.key}`, tag.value ?? ""])),
  ...(tags?.length ? { "aws:TagKeys": tags.map((tag) => tag.key ?? "") } : {}),
})

/** Tagging while creating is an action of its own, unless the caller has turned tagResourceAuthorization off. */
export const tagOnCreate = (
  cx: ReadCx,
  operation: Name,
  resources: readonly string[],
  tags: readonly Tag[] | undefined,
): Demand[] =>
  tags?.length && settingFor(cx, "tagResourceAuthorization") === "on"
    ? [{ action: "ecs:TagResource", resources, conditions: { "ecs:CreateAction": operation, ...requestTags(tags) } }]
    : []

const passRoles = (scope: Scope, roles: readonly (string | undefined)[]): Demand[] =>
  [...new Set(roles)].flatMap((role) =>
    role
      ? [
          {
            action: "iam:PassRole",
            resources: [role.startsWith("arn:") ? role : formatGlobalArn("iam", scope.account, `role/${role}`)],
            conditions: { "iam:PassedToService": "ecs-tasks.amazonaws.com" },
          },
        ]
      : [],
  )

/** For operations that know no resource. */
export const onAnything =
  (operation: Name): Authorise<unknown> =>
  () => [demand(operation, ["*"])]

/** For operations on an account setting. */
export const onSetting =
  (operation: Name): Authorise<{ readonly name?: string | undefined }> =>
  (_cx, input) => [demand(operation, ["*"], { "ecs:account-setting": input.name ?? "" })]

/** For operations whose resource is their cluster. */
export const onCluster =
  (operation: Name): Authorise<WithCluster> =>
  (cx, input) => {
    const cluster = clusterOf(cx.scope, input.cluster)
    return [demand(operation, [cluster], { "ecs:cluster": cluster })]
  }

/** For operations that know no resource but can be kept to a cluster. */
export const inCluster =
  (operation: Name): Authorise<WithCluster> =>
  (cx, input) => [demand(operation, ["*"], { "ecs:cluster": clusterOf(cx.scope, input.cluster) })]

/** For operations on tasks of a cluster. */
export const onTasks =
  <I extends WithCluster>(operation: Name, tasksOf: (input: I) => readonly (string | undefined)[]): Authorise<I> =>
  (cx, input) => {
    const cluster = clusterOf(cx.scope, input.cluster)
    const arnOf = (task: string) =>
      task.startsWith("arn:") ? task : taskArn(cx.scope, clusterNameOf(cluster), lastPart(task))
    return [
      demand(
        operation,
        tasksOf(input).map((task) => arnOf(task ?? "")),
        { "ecs:cluster": cluster },
      ),
    ]
  }

/** For operations on container instances of a cluster. */
export const onInstances =
  <I extends WithCluster>(operation: Name, instancesOf: (input: I) => readonly (string | undefined)[]): Authorise<I> =>
  (cx, input) => {
    const cluster = clusterOf(cx.scope, input.cluster)
    const arnOf = (id: string) =>
      id.startsWith("arn:") ? id : containerInstanceArn(cx.scope, clusterNameOf(cluster), lastPart(id))
    return [
      demand(
        operation,
        instancesOf(input).map((id) => arnOf(id ?? "")),
        { "ecs:cluster": cluster },
      ),
    ]
  }

/** For operations on a resource that is named by its ARN. */
export const onResource =
  <I extends { readonly resourceArn: string | undefined }>(operation: Name): Authorise<I> =>
  (_cx, input) => [demand(operation, [input.resourceArn ?? "*"])]

/** TagResource: the tags that are asked for are conditions. */
export const onTagged: Authorise<Input<"ecs", "TagResource">> = (_cx, input) => [
  demand("TagResource", [input.resourceArn ?? "*"], requestTags(input.tags)),
]

export const createCluster: Authorise<Input<"ecs", "CreateCluster">> = (cx, input) => {
  const resources = [clusterOf(cx.scope, input.clusterName)]
  return [
    demand("CreateCluster", ["*"], requestTags(input.tags)),
    ...tagOnCreate(cx, "CreateCluster", resources, input.tags),
  ]
}

export const describeClusters: Authorise<Input<"ecs", "DescribeClusters">> = (cx, input) => {
  const named = input.clusters?.length ? input.clusters : ["default"]
  return [
    demand(
      "DescribeClusters",
      named.map((reference) => clusterOf(cx.scope, reference)),
    ),
  ]
}

/** The providers that the cluster is to have are a condition. */
export const putClusterCapacityProviders: Authorise<Input<"ecs", "PutClusterCapacityProviders">> = (cx, input) => {
  const cluster = clusterOf(cx.scope, input.cluster)
  const providers = (input.capacityProviders ?? []).map((provider) => providerOf(cx.scope, provider))
  return [demand("PutClusterCapacityProviders", [cluster], { "ecs:capacity-provider": providers })]
}

export const describeCapacityProviders: Authorise<Input<"ecs", "DescribeCapacityProviders">> = (cx, input) => {
  const named = input.capacityProviders ?? []
  const resources = named.map((reference) => providerOf(cx.scope, reference))
  return [demand("DescribeCapacityProviders", named.length > 0 ? resources : ["*"])]
}

export const registerTaskDefinition: Authorise<Input<"ecs", "RegisterTaskDefinition">> = (cx, input) => {
  const resources = [taskDefinitionArn(cx.scope, input.family ?? "", "*")]
  return [
    demand("RegisterTaskDefinition", resources, requestTags(input.tags)),
    ...passRoles(cx.scope, [input.taskRoleArn, input.executionRoleArn]),
    ...tagOnCreate(cx, "RegisterTaskDefinition", resources, input.tags),
  ]
}

export const deleteTaskDefinitions: Authorise<Input<"ecs", "DeleteTaskDefinitions">> = (cx, input) => {
  const arnOf = (reference: string): string => {
    const named = parseTaskDefinition(reference)
    return named ? taskDefinitionArn(cx.scope, named.family, named.revision ?? "*") : reference
  }
  return [demand("DeleteTaskDefinitions", (input.taskDefinitions ?? []).map(arnOf))]
}

/** The roles that the tasks will carry: an empty one in the overrides is none given. */
const rolesOf = (row: TaskDefinitionRow | undefined, overrides: TaskOverride | undefined) => [
  overrides?.taskRoleArn || row?.definition.taskRoleArn,
  overrides?.executionRoleArn || row?.definition.executionRoleArn,
]

type TagMembers = "tags" | "propagateTags" | "enableECSManagedTags"

/** Tags that ECS brings along are created as well: propagated and managed ones need the same permission. */
const tagsOfTasks = (
  cluster: string,
  row: TaskDefinitionRow | undefined,
  { tags = [], propagateTags, enableECSManagedTags }: Pick<Input<"ecs", "RunTask">, TagMembers>,
): Tag[] => [
  ...tags,
  ...(propagateTags === "TASK_DEFINITION" ? (row?.tags ?? []) : []),
  ...(enableECSManagedTags ? [{ key: "aws:ecs:clusterName", value: clusterNameOf(cluster) }] : []),
]

/** On the revision that a bare family stands for, with the roles that the tasks will carry. */
export const runTask: Authorise<Input<"ecs", "RunTask">> = (cx, input) => {
  const cluster = clusterOf(cx.scope, input.cluster)
  const row = findTaskDefinition(cx, input.taskDefinition ?? "")
  const conditions = {
    "ecs:cluster": cluster,
    "ecs:enable-execute-command": String(input.enableExecuteCommand ?? false),
    ...requestTags(input.tags),
  }
  return [
    demand("RunTask", [row?.arn ?? input.taskDefinition ?? "*"], conditions),
    ...passRoles(cx.scope, rolesOf(row, input.overrides)),
    ...tagOnCreate(cx, "RunTask", [taskArn(cx.scope, clusterNameOf(cluster), "*")], tagsOfTasks(cluster, row, input)),
  ]
}

/** A new instance has no id yet, so its tags are demanded for all of the cluster's. */
export const registerContainerInstance: Authorise<Input<"ecs", "RegisterContainerInstance">> = (cx, input) => {
  const cluster = clusterOf(cx.scope, input.cluster)
  // A host of ours registers in a hidden pool without tags of a user's.
  const tags = cx.caller.kind === "machine" ? undefined : input.tags
  return [
    demand("RegisterContainerInstance", [cluster], { "ecs:cluster": cluster, ...requestTags(tags) }),
    ...tagOnCreate(
      cx,
      "RegisterContainerInstance",
      [containerInstanceArn(cx.scope, clusterNameOf(cluster), "*")],
      tags,
    ),
  ]
}

/** As for RunTask, and on these instances only. */
export const startTask: Authorise<Input<"ecs", "StartTask">> = (cx, input) => {
  const cluster = clusterOf(cx.scope, input.cluster)
  const row = findTaskDefinition(cx, input.taskDefinition ?? "")
  const instances = (input.containerInstances ?? []).map((id) =>
    id.startsWith("arn:") ? id : containerInstanceArn(cx.scope, clusterNameOf(cluster), lastPart(id)),
  )
  const conditions = {
    "ecs:cluster": cluster,
    "ecs:container-instances": instances,
    "ecs:enable-execute-command": String(input.enableExecuteCommand ?? false),
    ...requestTags(input.tags),
  }
  return [
    demand("StartTask", [row?.arn ?? input.taskDefinition ?? "*"], conditions),
    ...passRoles(cx.scope, rolesOf(row, input.overrides)),
    ...tagOnCreate(cx, "StartTask", [taskArn(cx.scope, clusterNameOf(cluster), "*")], tagsOfTasks(cluster, row, input)),
  ]
}
