// Finding container instances by what a caller names them.
import type { ClusterRow, ContainerInstanceRow } from "../../state/index.ts"
import { containerInstanceArn, lastPart } from "./arns.ts"
import type { Looking } from "./resolve.ts"

/** The instance of a cluster that `reference` (id or ARN) names, deregistered ones too, or undefined. */
export const findInstance = (cx: Looking, cluster: ClusterRow, reference: string): ContainerInstanceRow | undefined => {
  const long = containerInstanceArn(cluster, cluster.name, lastPart(reference))
  const row = cx.tx.containerInstances.get(reference) ?? cx.tx.containerInstances.get(long)
  return row && !row.pool && row.clusterArn === cluster.arn ? row : undefined
}

/** Attributes that the agent reports about itself at each start; all others were given once and are kept. */
export const isReported = (name: string): boolean => /^(com\.amazonaws\.)?ecs\./.test(name)
