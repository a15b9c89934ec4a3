// What the operations on services need permission for.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
import type { Authorise, Conditions, Demand, Input, ReadCx } from "../../../gate/index.ts"
import { parseArn, type Scope } from "../../../kernel/index.ts"
import type { EcsOperations } from "../../../model/types/ecs.ts"
import { clusterArn, clusterNameOf, lastPart, serviceArn, taskSetArn } from "../arns.ts"
import { clusterOf, demand, requestTags, strategyConditions, tagOnCreate } from "../authorise.ts"
import { definitionOf, passRoles, rolesOf, startConditions, volumeRoles } from "../authorise-tasks.ts"
import { findTaskDefinition } from "../resolve.ts"

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
    return [demand(cx, operation, resources, { "ecs:cluster": cluster })]
  }

type Running = Pick<
  Input<"ecs", "CreateService">,
  "taskDefinition" | "volumeConfigurations" | "loadBalancers" | "role"
> &
  Pick<Input<"ecs", "CreateService">, "serviceConnectConfiguration">

/** The roles of the service's tasks, and those with which ECS acts for it. */
const rolesOfService = (cx: ReadCx, input: Running): Demand[] => {
  const row = input.taskDefinition ? findTaskDefinition(cx, input.taskDefinition) : undefined
  const connect = input.serviceConnectConfiguration?.services ?? []
  return [
    ...passRoles(cx, rolesOf(row), "ecs-tasks.amazonaws.com", row?.arn),
    ...passRoles(
      cx,
      [
        input.role,
        ...volumeRoles(input.volumeConfigurations),
        ...(input.loadBalancers ?? []).map((balancer) => balancer.advancedConfiguration?.roleArn),
        ...connect.map((service) => service.tls?.roleArn),
      ],
      "ecs.amazonaws.com",
    ),
  ]
}

/** The revision that the service is to run, when the request names one. */
const definitionCondition = (cx: ReadCx, reference: string | undefined): Conditions =>
  reference ? { "ecs:task-definition": definitionOf(cx, findTaskDefinition(cx, reference), reference) } : {}

type Connecting = Pick<Input<"ecs", "UpdateService">, "serviceConnectConfiguration" | "vpcLatticeConfigurations">

const connectConditions = ({ serviceConnectConfiguration, vpcLatticeConfigurations }: Connecting): Conditions => ({
  "ecs:enable-service-connect": String(serviceConnectConfiguration?.enabled ?? false),
  "ecs:namespace": serviceConnectConfiguration?.namespace,
  "ecs:enable-vpc-lattice": String((vpcLatticeConfigurations ?? []).length > 0),
})

export const createService: Authorise<Input<"ecs", "CreateService">> = (cx, input) => {
  const cluster = clusterOf(cx.scope, input.cluster)
  const resources = [arnOf(cx.scope, cluster, input.serviceName)]
  const conditions = {
    "ecs:cluster": cluster,
    ...startConditions(input),
    ...connectConditions(input),
    ...definitionCondition(cx, input.taskDefinition),
    ...strategyConditions(cx.scope, input.capacityProviderStrategy),
  }
  return [
    demand(cx, "CreateService", resources, conditions),
    ...rolesOfService(cx, input),
    ...tagOnCreate(cx, "CreateService", resources, input.tags),
  ]
}

/** What the request leaves alone is not asked about. */
export const updateService: Authorise<Input<"ecs", "UpdateService">> = (cx, input) => {
  const cluster = clusterOf(cx.scope, input.cluster)
  const said = <T>(value: unknown, condition: T) => (value === undefined ? undefined : condition)
  const start = startConditions(input)
  const connect = connectConditions(input)
  const conditions = {
    ...start,
    ...connect,
    "ecs:cluster": cluster,
    "ecs:enable-execute-command": said(input.enableExecuteCommand, start["ecs:enable-execute-command"]),
    "ecs:enable-ebs-volumes": said(input.volumeConfigurations, start["ecs:enable-ebs-volumes"]),
    "ecs:enable-ecs-managed-tags": said(input.enableECSManagedTags, start["ecs:enable-ecs-managed-tags"]),
    "ecs:enable-service-connect": said(input.serviceConnectConfiguration, connect["ecs:enable-service-connect"]),
    "ecs:enable-vpc-lattice": said(input.vpcLatticeConfigurations, connect["ecs:enable-vpc-lattice"]),
    ...definitionCondition(cx, input.taskDefinition),
    ...strategyConditions(cx.scope, input.capacityProviderStrategy),
  }
  return [
    demand(cx, "UpdateService", [arnOf(cx.scope, cluster, input.service)], conditions),
    ...rolesOfService(cx, input),
  ]
}

/**
 * For service deployments and revisions by their ARNs (`…:service-deployment/<cluster>/<service>/<id>`): both the service
 * and they themselves are resources of these actions.
 */
export const onServicesOf =
  <I>(operation: Name, arnsOf: (input: I) => readonly (string | undefined)[]): Authorise<I> =>
  (cx, input) =>
    arnsOf(input).length > 0
      ? arnsOf(input).flatMap((arn = "*") => {
          const parsed = parseArn(arn)
          const [, cluster = "*", service = "*"] = parsed?.resource.split("/") ?? []
          const owner = parsed ?? cx.scope
          const conditions = { "ecs:cluster": clusterArn(owner, cluster) }
          const parent = serviceArn(owner, cluster, service)
          return [
            demand(cx, operation, [parent], conditions),
            demand(cx, operation, [arn || "*"], { ...conditions, "ecs:service": parent }),
          ]
        })
      : [demand(cx, operation, ["*"])]

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
    const conditions = { "ecs:cluster": cluster, "ecs:service": arnOf(cx.scope, cluster, input.service) }
    return [demand(cx, operation, resources, conditions)]
  }

export const createTaskSet: Authorise<Input<"ecs", "CreateTaskSet">> = (cx, input) => {
  const cluster = clusterOf(cx.scope, input.cluster)
  const resources = [taskSetOf(cx.scope, cluster, input.service, undefined)]
  const conditions = {
    "ecs:cluster": cluster,
    "ecs:service": arnOf(cx.scope, cluster, input.service),
    ...definitionCondition(cx, input.taskDefinition),
    ...strategyConditions(cx.scope, input.capacityProviderStrategy),
    ...requestTags(input.tags),
  }
  const row = input.taskDefinition ? findTaskDefinition(cx, input.taskDefinition) : undefined
  return [
    demand(cx, "CreateTaskSet", resources, conditions),
    ...passRoles(cx, rolesOf(row), "ecs-tasks.amazonaws.com", row?.arn),
    ...tagOnCreate(cx, "CreateTaskSet", resources, input.tags),
  ]
}
