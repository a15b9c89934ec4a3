// A service's records as the API shows them. Reads only.
import type { Deployment, DeploymentConfiguration, LoadBalancer, Service, ServiceEvent } from "@aws-sdk/client-ecs"
import { formatGlobalArn } from "../../../kernel/index.ts"
import type { DeploymentRow, Frozen, ServiceRow, View } from "../../../state/index.ts"
import { platformVersionOf } from "../run-task/platform.ts"
import { date, present, thaw } from "../shape.ts"
import { tagsOut } from "../tags.ts"
import { countsByDeployment, noCounts, total } from "./counts.ts"
import { describeTaskSet, primaryTaskSet, taskSetsOf } from "./describe-task-set.ts"
import { primaryOf, revisionOf, shownDeployments } from "./find.ts"
import { balancersOut } from "./load-balancers.ts"
import { wantedDeployments } from "./shift/describe.ts"
import { shownSettings } from "./shown-settings.ts"

/** A deployment shows the platform version that its tasks get, its service the one that was asked for (create-service). */
const ofDeployment = (view: View, deployment: DeploymentRow) => {
  const shown = shownSettings(view, revisionOf(view, deployment))
  return shown.platformVersion === undefined
    ? shown
    : { ...shown, platformVersion: platformVersionOf(shown.platformVersion) }
}

/** The role of ECS itself is shown where ECS acts with it: for interfaces, load balancers and task sets (create-service). */
const roleOf = (service: ServiceRow, usesRole: boolean): string | undefined =>
  service.roleArn ??
  (usesRole || service.deploymentController === "EXTERNAL"
    ? formatGlobalArn("iam", service.account, "role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS")
    : undefined)

/** "Only returned for services … that aren't behind a Classic Load Balancer" (API_Deployment, rolloutState). */
const rolloutOf = (view: View, deployment: DeploymentRow) => {
  const isClassic = revisionOf(view, deployment).loadBalancers?.some(({ loadBalancerName }) => loadBalancerName)
  return isClassic ? {} : { rolloutState: deployment.rolloutState, rolloutStateReason: deployment.rolloutStateReason }
}

const describeDeployment = (
  view: View,
  service: ServiceRow,
  deployment: DeploymentRow,
  isWanted: boolean,
  { running, pending }: { readonly running: number; readonly pending: number },
): Deployment => {
  const isPrimary = deployment.id === service.primary
  const wanted = service.schedulingStrategy === "DAEMON" ? (deployment.daemonCount ?? 0) : service.desiredCount
  return present<Deployment>({
    id: deployment.id,
    status: isPrimary ? "PRIMARY" : "ACTIVE",
    ...ofDeployment(view, deployment),
    // An older one is to have what is left of it, unless traffic is being shifted from it.
    desiredCount: isWanted ? wanted : running + pending,
    pendingCount: pending,
    runningCount: running,
    failedTasks: deployment.failedTasks,
    createdAt: date(deployment.createdAt),
    updatedAt: date(deployment.updatedAt),
    ...rolloutOf(view, deployment),
  })
}

const eventsOf = (view: View, service: ServiceRow): ServiceEvent[] =>
  [...view.serviceEvents.by("service", service.arn)]
    .sort((a, b) => b.number - a.number)
    .slice(0, 100)
    .map(({ id, createdAt, message }) => ({ id, createdAt: new Date(createdAt), message }))

/** "It returns all fields specified for a primary task set"; most are absent while there is none. */
const primaryRevision = (view: View, service: ServiceRow) =>
  view.serviceRevisions.get(primaryTaskSet(view, service)?.revisionArn ?? "")

/** The settings of the service's own tasks: of its primary deployment, or of its primary task set. */
const settingsOf = (view: View, service: ServiceRow, primary: DeploymentRow | undefined) => {
  const loadBalancers: LoadBalancer[] = []
  if (!primary && service.deploymentController !== "EXTERNAL") return { loadBalancers }
  const revision = primary ? revisionOf(view, primary) : primaryRevision(view, service)
  // The published output of create-service has this launch type.
  if (!revision) return { loadBalancers, launchType: "EC2" as const }
  return { ...shownSettings(view, revision), loadBalancers: balancersOut(revision.loadBalancers) }
}

/** A service as DescribeServices answers it; its tags only when they are asked for. */
export const describeService = (view: View, service: ServiceRow, withTags = false): Service => {
  const counts = countsByDeployment(view, service.arn)
  const { running, pending } = total(counts)
  const primary = primaryOf(view, service)
  const isDaemon = service.schedulingStrategy === "DAEMON"
  const isExternal = service.deploymentController === "EXTERNAL"
  const deployments = shownDeployments(view, service)
  const { loadBalancers, ...settings } = settingsOf(view, service, primary)
  const wantedNow = wantedDeployments(view, service)
  return present<Service>({
    serviceArn: service.arn,
    serviceName: service.name,
    clusterArn: service.clusterArn,
    loadBalancers,
    serviceRegistries: [],
    status: service.status,
    desiredCount: isDaemon ? (primary?.daemonCount ?? 0) : service.desiredCount,
    runningCount: running,
    pendingCount: pending,
    ...settings,
    deploymentConfiguration: thaw<DeploymentConfiguration>(
      service.deploymentConfiguration as Frozen<DeploymentConfiguration>,
    ),
    taskSets: isExternal
      ? taskSetsOf(view, service).map((set) => describeTaskSet(view, service, set, withTags))
      : undefined,
    deployments: deployments.map((d) =>
      describeDeployment(view, service, d, wantedNow.has(d.id), counts.get(d.id) ?? noCounts),
    ),
    roleArn: roleOf(service, "networkConfiguration" in settings || loadBalancers.length > 0),
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
    currentServiceRevisions: isExternal
      ? undefined
      : deployments.map((d) => {
          const of = counts.get(d.id) ?? noCounts
          return {
            arn: d.revisionArn,
            requestedTaskCount: wantedNow.has(d.id) ? service.desiredCount : of.running + of.pending,
            runningTaskCount: of.running,
            pendingTaskCount: of.pending,
          }
        }),
  })
}
