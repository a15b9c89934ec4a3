// A service's records as the API shows them. Reads only.
import type {
  Deployment,
  DeploymentConfiguration,
  NetworkConfiguration,
  Service,
  ServiceEvent,
} from "@aws-sdk/client-ecs"
import type { DeploymentRow, Frozen, ServiceRevisionRow, ServiceRow, View } from "../../../state/index.ts"
import { date, present, thaw } from "../shape.ts"
import { tagsOut } from "../tags.ts"
import { countsByDeployment, noCounts, total } from "./counts.ts"
import { primaryOf, revisionOf, shownDeployments } from "./find.ts"

/** The settings that a revision has in common with services and deployments, as all of them show them. */
const shownSettings = (view: View, revision: ServiceRevisionRow) => {
  const isFargate =
    revision.launchType === "FARGATE" ||
    revision.capacityProviderStrategy?.some(({ capacityProvider }) => capacityProvider?.startsWith("FARGATE")) === true
  return present({
    taskDefinition: revision.taskDefinitionArn,
    launchType: revision.launchType,
    capacityProviderStrategy: revision.capacityProviderStrategy?.map((item) => ({ ...item })) as
      | Deployment["capacityProviderStrategy"]
      | undefined,
    platformVersion: isFargate ? (revision.platformVersion ?? "LATEST") : undefined,
    platformFamily: isFargate ? platformFamilyOf(view, revision) : undefined,
    networkConfiguration: revision.networkConfiguration && thaw<NetworkConfiguration>(revision.networkConfiguration),
  })
}

const platformFamilyOf = (view: View, revision: ServiceRevisionRow): string => {
  const family = view.taskDefinitions.get(revision.taskDefinitionArn)?.definition.runtimePlatform?.operatingSystemFamily
  return family === undefined || family === "LINUX" ? "Linux" : family
}

const describeDeployment = (
  view: View,
  service: ServiceRow,
  deployment: DeploymentRow,
  { running, pending }: { readonly running: number; readonly pending: number },
): Deployment => {
  const isPrimary = deployment.id === service.primary
  const wanted = service.schedulingStrategy === "DAEMON" ? (deployment.daemonCount ?? 0) : service.desiredCount
  return present<Deployment>({
    id: deployment.id,
    status: isPrimary ? "PRIMARY" : "ACTIVE",
    ...shownSettings(view, revisionOf(view, deployment)),
    // An older one is to have what is left of it.
    desiredCount: isPrimary ? wanted : running + pending,
    pendingCount: pending,
    runningCount: running,
    failedTasks: deployment.failedTasks,
    createdAt: date(deployment.createdAt),
    updatedAt: date(deployment.updatedAt),
    rolloutState: deployment.rolloutState,
    rolloutStateReason: deployment.rolloutStateReason,
  })
}

const eventsOf = (view: View, service: ServiceRow): ServiceEvent[] =>
  [...view.serviceEvents.by("service", service.arn)]
    .sort((a, b) => b.number - a.number)
    .slice(0, 100)
    .map(({ id, createdAt, message }) => ({ id, createdAt: new Date(createdAt), message }))

/** A service as DescribeServices answers it; its tags only when they are asked for. */
export const describeService = (view: View, service: ServiceRow, withTags = false): Service => {
  const counts = countsByDeployment(view, service.arn)
  const { running, pending } = total(counts)
  const primary = primaryOf(view, service)
  const isDaemon = service.schedulingStrategy === "DAEMON"
  const deployments = shownDeployments(view, service)
  return present<Service>({
    serviceArn: service.arn,
    serviceName: service.name,
    clusterArn: service.clusterArn,
    loadBalancers: [],
    serviceRegistries: [],
    status: service.status,
    desiredCount: isDaemon ? (primary?.daemonCount ?? 0) : service.desiredCount,
    runningCount: running,
    pendingCount: pending,
    ...(primary && shownSettings(view, revisionOf(view, primary))),
    deploymentConfiguration: thaw<DeploymentConfiguration>(
      service.deploymentConfiguration as Frozen<DeploymentConfiguration>,
    ),
    deployments: deployments.map((d) => describeDeployment(view, service, d, counts.get(d.id) ?? noCounts)),
    roleArn: service.roleArn,
    events: eventsOf(view, service),
    createdAt: date(service.createdAt),
    placementConstraints: service.placementConstraints.map((c) => ({ ...c })),
    placementStrategy: service.placementStrategy.map((s) => ({ ...s })),
    healthCheckGracePeriodSeconds: service.healthCheckGracePeriodSeconds,
    schedulingStrategy: service.schedulingStrategy,
    deploymentController: service.deploymentController === "ECS" ? undefined : { type: service.deploymentController },
    createdBy: service.createdBy,
    enableECSManagedTags: service.enableECSManagedTags,
    propagateTags: service.propagateTags,
    enableExecuteCommand: service.enableExecuteCommand,
    availabilityZoneRebalancing: service.availabilityZoneRebalancing,
    tags: withTags ? tagsOut(service.tags) : undefined,
    currentServiceDeployment: primary?.arn,
    currentServiceRevisions: deployments.map((d) => {
      const of = counts.get(d.id) ?? noCounts
      return {
        arn: d.revisionArn,
        requestedTaskCount: d.id === service.primary ? service.desiredCount : of.running + of.pending,
        runningTaskCount: of.running,
        pendingTaskCount: of.pending,
      }
    }),
  })
}
