// What each operation of ECS needs permission for: IAM action, resources and condition keys, computed from the input. Those
// that start tasks are in authorise-tasks.ts. Never throws: authorisation comes before the handler's own checks.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
import type { Tag } from "@aws-sdk/client-ecs"
import type { Authorise, Conditions, Demand, Input, ReadCx } from "../../gate/index.ts"
import type { Scope } from "../../kernel/index.ts"
import type { EcsOperations } from "../../model/types/ecs.ts"
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
import { parseTaskDefinition } from "./resolve.ts"

type Name = keyof EcsOperations & string
type WithCluster = { readonly cluster?: string | undefined }

/** The ARN of what may be a name. */
export const clusterOf = (scope: Scope, reference: string | undefined): string =>
  reference?.startsWith("arn:") ? reference : clusterArn(scope, reference || "default")

export const providerOf = (scope: Scope, reference: string | undefined): string =>
  reference?.startsWith("arn:") ? reference : capacityProviderArn(scope, reference ?? "")

export const instanceOf = (scope: Scope, cluster: string, reference: string | undefined): string =>
  reference?.startsWith("arn:")
    ? reference
    : containerInstanceArn(scope, clusterNameOf(cluster), lastPart(reference ?? ""))

/** Tags of a resource that there is, whatever its state. */
const tagsOf = (cx: ReadCx, arn: string): readonly Tag[] | undefined => {
  const { tx } = cx
  const kind = arn.split(":")[5]?.split("/")[0]
  switch (kind) {
    case "cluster":
      return tx.clusters.get(arn)?.tags
    case "task-definition":
      return tx.taskDefinitions.get(arn)?.tags
    case "service":
      return tx.services.get(arn)?.tags
    case "task-set":
      return tx.taskSets.get(arn)?.tags
    case "task":
      return tx.tasks.get(arn)?.tags
    case "container-instance":
      return tx.containerInstances.get(arn)?.tags
    default:
      return undefined
  }
}

/** A demand for an operation's own action; `aws:ResourceTag` is that of the resources that exist. */
export const demand = (
  cx: ReadCx,
  operation: Name,
  resources: readonly string[],
  conditions: Conditions = {},
): Demand => ({
  action: `ecs:${operation}`,
  resources,
  conditions,
  about: (resource) => ({ tags: tagsOf(cx, resource) }),
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

/** For operations that know no resource. */
export const onAnything =
  (operation: Name): Authorise<unknown> =>
  (cx) => [demand(cx, operation, ["*"])]

/** For operations on an account setting. */
export const onSetting =
  (operation: Name): Authorise<{ readonly name?: string | undefined }> =>
  (cx, input) => [demand(cx, operation, ["*"], { "ecs:account-setting": input.name })]

/** For operations whose resource is their cluster. */
export const onCluster =
  (operation: Name): Authorise<WithCluster> =>
  (cx, input) => {
    const cluster = clusterOf(cx.scope, input.cluster)
    return [demand(cx, operation, [cluster], { "ecs:cluster": cluster })]
  }

/** For operations that know no resource but can be kept to a cluster. */
export const inCluster =
  (operation: Name): Authorise<WithCluster> =>
  (cx, input) => [demand(cx, operation, ["*"], { "ecs:cluster": clusterOf(cx.scope, input.cluster) })]

/** On the container instance whose tasks are asked for; those of a whole cluster are no resource. */
export const listTasks: Authorise<Input<"ecs", "ListTasks">> = (cx, input) => {
  const cluster = clusterOf(cx.scope, input.cluster)
  const resource = input.containerInstance ? instanceOf(cx.scope, cluster, input.containerInstance) : "*"
  return [demand(cx, "ListTasks", [resource], { "ecs:cluster": cluster })]
}

export const listServicesByNamespace: Authorise<Input<"ecs", "ListServicesByNamespace">> = (cx, input) => [
  demand(cx, "ListServicesByNamespace", ["*"], { "ecs:namespace": input.namespace }),
]

/** For operations on tasks of a cluster. */
export const onTasks =
  <I extends WithCluster>(operation: Name, tasksOf: (input: I) => readonly (string | undefined)[]): Authorise<I> =>
  (cx, input) => {
    const cluster = clusterOf(cx.scope, input.cluster)
    const name = clusterNameOf(cluster)
    const arnOf = (task = "") => (task.startsWith("arn:") ? task : taskArn(cx.scope, name, lastPart(task)))
    const named = tasksOf(input)
    // All tasks of the cluster where none is named (GetTaskProtection).
    const resources = (named.length > 0 ? named : ["*"]).map(arnOf)
    return [demand(cx, operation, resources, { "ecs:cluster": cluster })]
  }

/** For operations on container instances of a cluster. */
export const onInstances =
  <I extends WithCluster>(operation: Name, instancesOf: (input: I) => readonly (string | undefined)[]): Authorise<I> =>
  (cx, input) => {
    const cluster = clusterOf(cx.scope, input.cluster)
    const named = instancesOf(input)
    const resources = (named.length > 0 ? named : ["*"]).map((id) => instanceOf(cx.scope, cluster, id))
    return [demand(cx, operation, resources, { "ecs:cluster": cluster })]
  }

type WithAttributes = WithCluster & {
  readonly attributes?: readonly { readonly targetId?: string | undefined }[] | undefined
}

/** For operations on attributes of container instances. */
export const onAttributes = (operation: Name): Authorise<WithAttributes> =>
  onInstances(operation, (input: WithAttributes) => [
    ...new Set((input.attributes ?? []).map((attribute) => attribute.targetId ?? "*")),
  ])

/** For operations on a resource that is named by its ARN. */
export const onResource =
  <I extends { readonly resourceArn: string | undefined }>(operation: Name): Authorise<I> =>
  (cx, input) => [demand(cx, operation, [input.resourceArn || "*"])]

/** TagResource: the tags that are asked for are conditions. */
export const onTagged: Authorise<Input<"ecs", "TagResource">> = (cx, input) => [
  demand(cx, "TagResource", [input.resourceArn || "*"], requestTags(input.tags)),
]

export const onUntagged: Authorise<Input<"ecs", "UntagResource">> = (cx, input) => [
  demand(cx, "UntagResource", [input.resourceArn || "*"], { "aws:TagKeys": input.tagKeys ?? [] }),
]

export const createCluster: Authorise<Input<"ecs", "CreateCluster">> = (cx, input) => {
  const resources = [clusterOf(cx.scope, input.clusterName)]
  const conditions = {
    "ecs:capacity-provider": providersOf(cx.scope, input.capacityProviders),
    "ecs:fargate-ephemeral-storage-kms-key":
      input.configuration?.managedStorageConfiguration?.fargateEphemeralStorageKmsKeyId,
    ...requestTags(input.tags),
  }
  return [
    demand(cx, "CreateCluster", resources, conditions),
    ...tagOnCreate(cx, "CreateCluster", resources, input.tags),
  ]
}

const providersOf = (scope: Scope, named: readonly (string | undefined)[] | undefined) =>
  named?.length ? named.map((provider) => providerOf(scope, provider)) : undefined

/** The providers of a strategy, as a condition. */
export const strategyConditions = (
  scope: Scope,
  strategy: readonly { readonly capacityProvider: string | undefined }[] | undefined,
): Conditions => ({
  "ecs:capacity-provider": providersOf(
    scope,
    strategy?.map((item) => item.capacityProvider),
  ),
})

export const describeClusters: Authorise<Input<"ecs", "DescribeClusters">> = (cx, input) => {
  const named = input.clusters?.length ? input.clusters : ["default"]
  const resources = named.map((reference) => clusterOf(cx.scope, reference))
  return [demand(cx, "DescribeClusters", resources)]
}

/** The providers that the cluster is to have are a condition. */
export const putClusterCapacityProviders: Authorise<Input<"ecs", "PutClusterCapacityProviders">> = (cx, input) => {
  const cluster = clusterOf(cx.scope, input.cluster)
  const conditions = { "ecs:capacity-provider": providersOf(cx.scope, input.capacityProviders) }
  return [demand(cx, "PutClusterCapacityProviders", [cluster], conditions)]
}

export const describeCapacityProviders: Authorise<Input<"ecs", "DescribeCapacityProviders">> = (cx, input) => {
  const named = input.capacityProviders?.length ? input.capacityProviders : ["*"]
  const resources = named.map((reference) => providerOf(cx.scope, reference))
  return [demand(cx, "DescribeCapacityProviders", resources)]
}

export const deleteTaskDefinitions: Authorise<Input<"ecs", "DeleteTaskDefinitions">> = (cx, input) => {
  const arnOf = (reference: string): string => {
    const named = parseTaskDefinition(reference)
    if (named) return taskDefinitionArn(cx.scope, named.family, named.revision ?? "*")
    return reference.startsWith("arn:") ? reference : taskDefinitionArn(cx.scope, reference, "*")
  }
  return [demand(cx, "DeleteTaskDefinitions", (input.taskDefinitions ?? []).map(arnOf))]
}

/** A new instance has no id yet, so its tags are demanded for all of the cluster's. */
export const registerContainerInstance: Authorise<Input<"ecs", "RegisterContainerInstance">> = (cx, input) => {
  const cluster = clusterOf(cx.scope, input.cluster)
  // A host of ours registers in a hidden pool without tags of a user's.
  const tags = cx.caller.kind === "machine" ? undefined : input.tags
  const made = [containerInstanceArn(cx.scope, clusterNameOf(cluster), "*")]
  return [
    demand(cx, "RegisterContainerInstance", [cluster], { "ecs:cluster": cluster, ...requestTags(tags) }),
    ...tagOnCreate(cx, "RegisterContainerInstance", made, tags),
  ]
}
