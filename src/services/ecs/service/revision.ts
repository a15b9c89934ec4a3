// What a service's tasks are started with: task definition, capacity, platform and network, checked together. Each new
// combination is a service revision, and a deployment brings it about.
import type { CapacityProviderStrategyItem, LaunchType, LoadBalancer, NetworkConfiguration } from "@aws-sdk/client-ecs"
import type { Cx } from "../../../gate/index.ts"
import { formatArn } from "../../../kernel/index.ts"
import type { ClusterRow, Frozen, ServiceRevisionRow, ServiceRow } from "../../../state/index.ts"
import { capacityStrategy, type Share } from "../capacity.ts"
import { compatibilitiesOf } from "../definition/compatibilities.ts"
import { invalidParameter, notYet } from "../faults.ts"
import { runnableTaskDefinition } from "../resolve.ts"
import { checkEc2 } from "../run-task/ec2.ts"
import { taskNetwork } from "../run-task/network.ts"
import { checkPlatform } from "../run-task/platform.ts"
import { present } from "../shape.ts"
import { type LaterInput, refuseLater } from "./later.ts"
import { checkBalancedContainers, checkTargetTypes, keptBalancers, validateBalancers } from "./load-balancers.ts"
import { blueFor } from "./shift/production.ts"
import { shiftsTraffic } from "./shift/strategy.ts"
import { targetGroupsOf } from "./shift/target-groups.ts"

/** The members of a call that a revision is made of. */
export interface RevisionInput extends LaterInput {
  readonly taskDefinition: string
  readonly launchType?: LaunchType | undefined
  readonly capacityProviderStrategy?: readonly Frozen<CapacityProviderStrategyItem>[] | undefined
  readonly platformVersion?: string | undefined
  readonly networkConfiguration?: Frozen<NetworkConfiguration> | undefined
  readonly loadBalancers?: readonly Frozen<LoadBalancer>[] | undefined
  /** The load balancers are those that the service has already: what became of them is told by its events. */
  readonly keepsBalancers?: boolean
}

/** A revision without its identity. */
export type RevisionSettings = Omit<
  ServiceRevisionRow,
  "arn" | "account" | "region" | "serviceArn" | "createdAt" | "images"
>

/** Whether two revisions would start the same tasks. */
export const isSameSettings = (a: RevisionSettings, b: RevisionSettings): boolean => {
  const told = ({
    taskDefinitionArn,
    launchType,
    capacityProviderStrategy,
    platformVersion,
    networkConfiguration,
    loadBalancers,
  }: RevisionSettings) =>
    JSON.stringify([
      taskDefinitionArn,
      launchType,
      capacityProviderStrategy,
      platformVersion,
      networkConfiguration,
      loadBalancers,
    ])
  return told(a) === told(b)
}

/** The capacity of a service: a launch type or a strategy, else the cluster's default strategy, else EC2. */
const capacityOf = (
  cluster: ClusterRow,
  { launchType, capacityProviderStrategy }: RevisionInput,
): { launchType?: LaunchType; capacityProviderStrategy?: readonly Share[] } => {
  const asked = capacityProviderStrategy ?? []
  if (launchType && asked.length > 0) {
    // [probed], see settings.ts
    throw invalidParameter(
      "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.",
    )
  }
  if (launchType) return { launchType }
  const strategy =
    asked.length > 0
      ? capacityStrategy(asked as CapacityProviderStrategyItem[], cluster.capacityProviders)
      : (cluster.defaultCapacityProviderStrategy as readonly Share[])
  return strategy.length > 0 ? { capacityProviderStrategy: strategy } : { launchType: "EC2" }
}

/** Whether tasks of these settings run on Fargate. */
export const isOnFargate = (settings: Pick<RevisionSettings, "launchType" | "capacityProviderStrategy">): boolean =>
  settings.launchType === "FARGATE" || (settings.capacityProviderStrategy?.length ?? 0) > 0

/** Fargate places tasks itself. */
export const checkPlacementOnFargate = (
  service: Pick<ServiceRow, "placementConstraints" | "placementStrategy">,
): void => {
  // [probed], see settings.ts
  if (service.placementConstraints.length > 0) {
    throw invalidParameter("Placement constraints are not supported with FARGATE launch type.")
  }
  if (service.placementStrategy.length > 0) {
    throw invalidParameter("Placement strategies are not supported with FARGATE launch type.")
  }
}

/**
 * Checks what tasks are to be started with. `service` says what else it must go together with.
 * Throws AWS's errors; changes nothing.
 */
export const resolveRevision = (
  cx: Cx,
  cluster: ClusterRow,
  input: RevisionInput,
  service: Pick<ServiceRow, "schedulingStrategy" | "placementConstraints" | "placementStrategy" | "roleArn">,
  allowHostAccess: boolean,
): RevisionSettings => {
  const definition = runnableTaskDefinition(cx, input.taskDefinition)
  const capacity = capacityOf(cluster, input)
  if (capacity.launchType === "EXTERNAL" || capacity.launchType === "MANAGED_INSTANCES") {
    throw notYet(`the launch type ${capacity.launchType} of services`)
  }
  if (isOnFargate(capacity)) {
    checkPlacementOnFargate(service)
    if (service.schedulingStrategy === "DAEMON") {
      throw invalidParameter("The daemon scheduling strategy is not supported by the FARGATE launch type.") // text from memory
    }
    if (!compatibilitiesOf(definition.definition).includes("FARGATE")) {
      throw invalidParameter("Task definition does not support launch_type FARGATE.") // [field] aws/aws-cli#3983
    }
    checkPlatform(input.platformVersion, definition.definition)
  } else {
    if (input.platformVersion) {
      throw invalidParameter("The platform version must be null when specifying an EC2 launch type.") // [probed]
    }
    checkEc2(definition, { ...service, networkConfiguration: input.networkConfiguration }, allowHostAccess)
  }
  const network = taskNetwork(cx, definition.definition.networkMode, input.networkConfiguration as NetworkConfiguration)
  checkBalancedContainers(input.loadBalancers, definition, isOnFargate(capacity))
  if (!input.keepsBalancers) validateBalancers(cx, input.loadBalancers, service)
  checkTargetTypes(cx.tx, input.loadBalancers, definition)
  refuseLater(input, definition)
  return present({
    taskDefinitionArn: definition.arn,
    ...capacity,
    platformVersion: isOnFargate(capacity) ? (input.platformVersion ?? "LATEST") : undefined,
    networkConfiguration: network && {
      awsvpcConfiguration: {
        subnets: network.configuration.subnets,
        securityGroups: input.networkConfiguration?.awsvpcConfiguration?.securityGroups ?? [],
        assignPublicIp: network.configuration.assignPublicIp,
      },
    },
    loadBalancers: keptBalancers(input.loadBalancers),
  }) as RevisionSettings
}

/** Writes a revision down. Its number is as ECS's: 19 digits. */
export const insertRevision = (
  cx: Cx,
  service: Pick<ServiceRow, "arn" | "account" | "region">,
  settings: RevisionSettings,
): ServiceRevisionRow =>
  cx.tx.serviceRevisions.insert({
    ...settings,
    ...groupsFor(cx, service.arn, settings),
    arn: formatArn("ecs", service, `service-revision/${pathOf(service.arn)}/${cx.ids.digits(19)}`),
    account: service.account,
    region: service.region,
    serviceArn: service.arn,
    createdAt: cx.now,
  })

/** The target groups of a new revision of the service, if it has two to choose from. */
const groupsFor = (cx: Cx, serviceArn: string, settings: RevisionSettings) => {
  const service = cx.tx.services.get(serviceArn)
  const blue = service && blueFor(cx.tx, service)
  const current = blue && cx.tx.serviceRevisions.get(blue.revisionArn)
  return service ? targetGroupsOf(settings, current, shiftsTraffic(service.deploymentConfiguration)) : {}
}

/** `<cluster>/<service>` of a service's ARN. */
export const pathOf = (serviceArn: string): string =>
  serviceArn.slice(serviceArn.indexOf(":service/") + ":service/".length)
