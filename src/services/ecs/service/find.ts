// Finding services by what a caller names them, and the deployments and events that belong to one.
import { fault } from "../../../kernel/index.ts"
import type { ClusterRow, DeploymentRow, ServiceRevisionRow, ServiceRow, View } from "../../../state/index.ts"
import { lastPart, serviceArn, withoutPrefix } from "../arns.ts"
import type { Looking } from "../resolve.ts"

/** The ARN that a reference (name, ARN, or ARN of the old form without its cluster) stands for in a cluster. */
export const namedServiceArn = (cluster: ClusterRow, reference: string): string => {
  const path = withoutPrefix(reference, "service")
  return reference.startsWith("arn:") && path.includes("/")
    ? reference
    : serviceArn(cluster, cluster.name, lastPart(path))
}

/** The service of a cluster that `reference` names, in whatever status, or undefined. */
export const findService = (cx: Looking, cluster: ClusterRow, reference: string): ServiceRow | undefined => {
  const row = cx.tx.services.get(namedServiceArn(cluster, reference))
  return row?.clusterArn === cluster.arn ? row : undefined
}

/** The same for calls that need it. Throws ServiceNotFoundException. */
export const knownService = (cx: Looking, cluster: ClusterRow, reference: string): ServiceRow => {
  const row = findService(cx, cluster, reference)
  if (!row || row.status === "INACTIVE") throw fault("ServiceNotFoundException", "Service not found.")
  return row
}

/** The deployments that `deployments[]` shows: the primary one first, then the others from the newest. */
export const shownDeployments = (view: View, service: ServiceRow): readonly DeploymentRow[] =>
  [...view.deployments.by("shown", service.arn)].sort(
    (a, b) => Number(b.id === service.primary) - Number(a.id === service.primary) || b.createdAt - a.createdAt,
  )

/** The deployment that is PRIMARY, if the service has one. */
export const primaryOf = (view: View, service: ServiceRow): DeploymentRow | undefined =>
  service.primary === undefined ? undefined : view.deployments.get(`${service.arn} ${service.primary}`)

/** The settings of a deployment. A deployment always has them: revisions go with their service only. */
export const revisionOf = (view: View, deployment: DeploymentRow): ServiceRevisionRow => {
  const revision = view.serviceRevisions.get(deployment.revisionArn)
  if (!revision) throw new Error(`${deployment.id} has no revision ${deployment.revisionArn}`)
  return revision
}
