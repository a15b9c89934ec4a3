// UpdateService: what of a service may be changed, and which changes begin a deployment: aws-behaviour.md 1.9.
import type { CapacityProviderStrategyItem } from "@aws-sdk/client-ecs"
import type { Cx, Input, Op } from "../../../gate/index.ts"
import { fault } from "../../../kernel/index.ts"
import type { ClusterRow, Frozen, ServiceRevisionRow, ServiceRow } from "../../../state/index.ts"
import type { EcsPorts } from "../agent-operations.ts"
import { checkOneOf, invalidParameter } from "../faults.ts"
import { checkConstraints, checkStrategies } from "../placement.ts"
import { activeCluster, runnableTaskDefinition } from "../resolve.ts"
import { present } from "../shape.ts"
import { beginDeployment } from "./deploy.ts"
import { describeService } from "./describe-service.ts"
import { checkExternalUpdate } from "./external.ts"
import { findService, primaryOf, revisionOf } from "./find.ts"
import { checkGraceUse } from "./grace.ts"
import { checkLater, refuseLater } from "./later.ts"
import { checkBalancers } from "./load-balancers.ts"
import { checkPlacementOnFargate, insertRevision, isOnFargate, isSameSettings, resolveRevision } from "./revision.ts"
import {
  checkDaemonStrategies,
  checkDesiredCount,
  checkGracePeriod,
  deploymentConfigurationOf,
  echoStrategies,
} from "./settings.ts"
import { checkShiftedBalancers } from "./shift/advanced.ts"
import { rebalancingOf } from "./zones.ts"

type UpdateInput = Input<"ecs", "UpdateService">

/** The columns of the service that the call changes without a deployment. */
const changesOf = (service: ServiceRow, input: UpdateInput): Partial<ServiceRow> => {
  checkOneOf("propagateTags", input.propagateTags, ["TASK_DEFINITION", "SERVICE", "NONE"])
  checkDesiredCount(input.desiredCount, service.schedulingStrategy)
  checkGracePeriod(input.healthCheckGracePeriodSeconds)
  checkConstraints(input.placementConstraints)
  checkStrategies(input.placementStrategy)
  checkDaemonStrategies(input.placementStrategy, service.schedulingStrategy)
  if (input.deploymentController && input.deploymentController.type !== service.deploymentController) {
    throw invalidParameter("The deployment controller of a service cannot be changed.") // text from memory
  }
  if (service.deploymentController === "EXTERNAL") checkExternalUpdate(input)
  checkBalancers(input.loadBalancers)
  checkLater(input)
  return present({
    desiredCount: input.desiredCount,
    deploymentConfiguration:
      input.deploymentConfiguration &&
      deploymentConfigurationOf(
        input.deploymentConfiguration,
        service.schedulingStrategy,
        service.deploymentConfiguration,
      ),
    placementConstraints: input.placementConstraints,
    placementStrategy: input.placementStrategy && echoStrategies(input.placementStrategy),
    healthCheckGracePeriodSeconds: input.healthCheckGracePeriodSeconds,
    enableExecuteCommand: input.enableExecuteCommand,
    enableECSManagedTags: input.enableECSManagedTags,
    propagateTags: input.propagateTags,
  }) as Partial<ServiceRow>
}

/** Whether the call's strategy is another one than that which the service has. */
const isOtherCapacity = (input: UpdateInput, current: ServiceRevisionRow): boolean => {
  const shares = (strategy: readonly Frozen<CapacityProviderStrategyItem>[] | undefined) =>
    JSON.stringify(
      (strategy ?? []).map(({ capacityProvider, weight = 0, base = 0 }) => [capacityProvider, weight, base]),
    )
  return shares(input.capacityProviderStrategy) !== shares(current.capacityProviderStrategy)
}

/** Begins a deployment when the call changes what tasks are started with, or forces one. */
const deploy = (
  cx: Cx,
  cluster: ClusterRow,
  service: ServiceRow,
  input: UpdateInput,
  allowHostAccess: boolean,
): void => {
  const primary = primaryOf(cx.tx, service)
  if (!primary) return
  const current = revisionOf(cx.tx, primary)
  const isFargate = isOnFargate(current)
  if (isFargate && !input.capacityProviderStrategy) checkPlacementOnFargate(service)
  if (input.capacityProviderStrategy && !input.forceNewDeployment && isOtherCapacity(input, current)) {
    // [field] AWS's reference of AWS::ECS::Service, "CapacityProviderStrategy"
    throw invalidParameter(
      "When switching from launch type to capacity provider strategy on an existing service, or making a change to a capacity provider strategy on a service that is already using one, you must force a new deployment.",
    )
  }
  const definition = cx.tx.taskDefinitions.get(current.taskDefinitionArn)
  if (!input.taskDefinition) refuseLater(input, definition)
  checkGraceUse(cx.tx, input.healthCheckGracePeriodSeconds, {
    taskDefinitionArn: input.taskDefinition
      ? runnableTaskDefinition(cx, input.taskDefinition).arn
      : current.taskDefinitionArn,
    ...present({ loadBalancers: input.loadBalancers ?? current.loadBalancers }),
  })
  const deploys =
    input.taskDefinition !== undefined ||
    input.networkConfiguration !== undefined ||
    input.platformVersion !== undefined ||
    input.loadBalancers !== undefined ||
    input.capacityProviderStrategy !== undefined ||
    input.forceNewDeployment === true
  if (!deploys) return
  // An empty strategy goes back to the cluster's default; a given one takes the place of a launch type.
  const capacity = input.capacityProviderStrategy
    ? { capacityProviderStrategy: input.capacityProviderStrategy }
    : { launchType: current.launchType, capacityProviderStrategy: current.capacityProviderStrategy }
  const settings = resolveRevision(
    cx,
    cluster,
    {
      ...input,
      taskDefinition: input.taskDefinition ?? current.taskDefinitionArn,
      ...capacity,
      platformVersion:
        input.platformVersion ?? (current.platformVersion === "LATEST" ? undefined : current.platformVersion),
      networkConfiguration: input.networkConfiguration ?? current.networkConfiguration,
      // What is not mentioned stays; an empty list takes the load balancers away.
      loadBalancers: input.loadBalancers ?? current.loadBalancers,
      keepsBalancers: input.loadBalancers === undefined,
    },
    service,
    allowHostAccess,
  )
  // The same settings again change nothing unless a deployment is forced.
  if (isSameSettings(settings, current) && !input.forceNewDeployment) return
  beginDeployment(cx, service, insertRevision(cx, service, settings))
}

/** Changes a service. Throws ServiceNotFoundException and ServiceNotActiveException. */
export const updateService =
  ({ allowHostAccess = false }: Pick<EcsPorts, "allowHostAccess">): Op<"ecs", "UpdateService"> =>
  (cx, input) => {
    const cluster = activeCluster(cx, input.cluster)
    // "You can't update a service that's inactive" (API_UpdateService, ServiceNotActiveException).
    const service = findService(cx, cluster, input.service ?? "")
    if (!service) throw fault("ServiceNotFoundException", "Service not found.")
    if (service.status !== "ACTIVE") throw fault("ServiceNotActiveException", "Service was not ACTIVE.")
    const changes = changesOf(service, input)
    // "You must have a service-linked role when you update this property" (API_UpdateService, loadBalancers).
    const changed = cx.tx.services.patch(service.arn, {
      ...changes,
      ...(input.loadBalancers && { roleArn: undefined }),
    })
    deploy(cx, cluster, changed, input, allowHostAccess)
    const { availabilityZoneRebalancing: known } = service
    const primary = primaryOf(cx.tx, cx.tx.services.get(service.arn) ?? changed)
    const { loadBalancers } = primary ? revisionOf(cx.tx, primary) : {}
    if (input.deploymentConfiguration || input.loadBalancers) {
      checkShiftedBalancers(cx.tx, loadBalancers ?? [], changed.deploymentConfiguration.strategy)
    }
    const zones = { ...changed, loadBalancers }
    const availabilityZoneRebalancing = rebalancingOf(input.availabilityZoneRebalancing, zones, known)
    if (availabilityZoneRebalancing !== known) cx.tx.services.patch(service.arn, { availabilityZoneRebalancing })
    return { service: describeService(cx.tx, cx.tx.services.get(service.arn) ?? changed, changed.tags.length > 0) }
  }
