// What the operations on services need permission for.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
import type { Authorise, Input } from "../../../gate/index.ts"
import { parseArn, type Scope } from "../../../kernel/index.ts"
import type { EcsOperations } from "../../../model/types/ecs.ts"
import { clusterNameOf, lastPart, serviceArn, taskSetArn } from "../arns.ts"
import { clusterOf, demand, requestTags, tagOnCreate } from "../authorise.ts"

type Name = keyof EcsOperations & string
type WithCluster = { readonly cluster?: string | undefined }

const arnOf = (scope: Scope, cluster: string, reference: string | undefined): string =>
  reference?.startsWith("arn:") ? reference : serviceArn(scope, clusterNameOf(cluster), lastPart(reference ?? ""))

/** For operations on services of a cluster. */
export const onServices =
  <I extends WithCluster>(operation: Name, servicesOf: (input: I) => readonly (string | undefined)[]): Authorise<I> =>
  (cx, input) => {
    const cluster = clusterOf(cx.scope, input.cluster)
    const resources = servicesOf(input).map((reference) => arnOf(cx.scope, cluster, reference))
    return [demand(operation, resources, { "ecs:cluster": cluster })]
  }

export const createService: Authorise<Input<"ecs", "CreateService">> = (cx, input) => {
  const cluster = clusterOf(cx.scope, input.cluster)
  const resources = [arnOf(cx.scope, cluster, input.serviceName)]
  const conditions = {
    "ecs:cluster": cluster,
    "ecs:enable-execute-command": String(input.enableExecuteCommand ?? false),
    ...(input.taskDefinition && { "ecs:task-definition": input.taskDefinition }),
    ...requestTags(input.tags),
  }
  return [demand("CreateService", resources, conditions), ...tagOnCreate(cx, "CreateService", resources, input.tags)]
}

/** For service deployments and revisions by their ARNs; the service is the resource that policies know. */
export const onServicesOf =
  <I>(operation: Name, arnsOf: (input: I) => readonly (string | undefined)[]): Authorise<I> =>
  (cx, input) => [
    demand(
      operation,
      arnsOf(input).map((arn) => {
        const [, cluster = "", service = ""] = parseArn(arn ?? "")?.resource.split("/") ?? []
        return serviceArn(cx.scope, cluster, service)
      }),
    ),
  ]

type WithService = WithCluster & { readonly service?: string | undefined }

const taskSetOf = (
  scope: Scope,
  cluster: string,
  service: string | undefined,
  reference: string | undefined,
): string =>
  reference?.startsWith("arn:")
    ? reference
    : taskSetArn(scope, clusterNameOf(cluster), lastPart(service ?? ""), reference ?? "*")

/** For operations on task sets of a service. */
export const onTaskSets =
  <I extends WithService>(operation: Name, setsOf: (input: I) => readonly (string | undefined)[]): Authorise<I> =>
  (cx, input) => {
    const cluster = clusterOf(cx.scope, input.cluster)
    const named = setsOf(input)
    const resources = (named.length > 0 ? named : [undefined]).map((set) =>
      taskSetOf(cx.scope, cluster, input.service, set),
    )
    return [
      demand(operation, resources, { "ecs:cluster": cluster, "ecs:service": arnOf(cx.scope, cluster, input.service) }),
    ]
  }

export const createTaskSet: Authorise<Input<"ecs", "CreateTaskSet">> = (cx, input) => {
  const cluster = clusterOf(cx.scope, input.cluster)
  const resources = [taskSetOf(cx.scope, cluster, input.service, undefined)]
  const conditions = {
    "ecs:cluster": cluster,
    "ecs:service": arnOf(cx.scope, cluster, input.service),
    ...(input.taskDefinition && { "ecs:task-definition": input.taskDefinition }),
    ...requestTags(input.tags),
  }
  return [demand("CreateTaskSet", resources, conditions), ...tagOnCreate(cx, "CreateTaskSet", resources, input.tags)]
}
