// The health of a container instance, from what its agent says of it. Pure over a view.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-instance-health.html
import type { ContainerInstanceHealthStatus, InstanceHealthCheckType } from "@aws-sdk/client-ecs"
import type { EmittedEvent } from "../../gate/index.ts"
import type { ContainerInstanceRow, InstanceHealthRow, View } from "../../state/index.ts"
import { present } from "./shape.ts"

type Status = InstanceHealthRow["checks"][number]["status"]

/** "The most severe status takes precedence in the following order." */
const worstFirst: readonly Status[] = ["IMPAIRED", "INSUFFICIENT_DATA", "INITIALIZING", "OK"]

/** What an instance is while its agent has said nothing yet, and while there is no agent to ask. */
const without = (row: ContainerInstanceRow): Status => (row.session.connected ? "INITIALIZING" : "INSUFFICIENT_DATA")

const worst = (statuses: readonly Status[]): Status | undefined =>
  worstFirst.find((status) => statuses.includes(status))

/** `healthStatus` of DescribeContainerInstances. */
export const healthOf = (view: View, row: ContainerInstanceRow): ContainerInstanceHealthStatus => {
  const checks = view.instanceHealth.get(row.arn)?.checks ?? []
  const details = checks.map(({ type, status, statusReason, lastUpdated, lastStatusChange }) =>
    present({
      type: type as InstanceHealthCheckType,
      // What was true when the agent went is not known to be true now.
      status: row.session.connected ? status : ("INSUFFICIENT_DATA" as const),
      statusReason,
      lastUpdated: new Date(lastUpdated),
      lastStatusChange: new Date(lastStatusChange),
    }),
  )
  return { overallStatus: worst(details.map((check) => check.status)) ?? without(row), details }
}

/** What ECS sends an event for: the result of a check, not that it was made again. */
export const healthDigest = ({ checks }: InstanceHealthRow): string =>
  checks.map(({ type, status, statusReason = "" }) => `${type} ${status} ${statusReason}`).join("\n")

/**
 * `ECS Container Instance Health Change`, of what the agent said: that it comes and goes is the state change's to say.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_container_instance_health_events.html
 */
export const containerInstanceHealthChange = (row: ContainerInstanceRow, health: InstanceHealthRow): EmittedEvent => ({
  source: "aws.ecs",
  detailType: "ECS Container Instance Health Change",
  resources: [row.arn],
  detail: {
    clusterArn: row.clusterArn,
    containerInstanceArn: row.arn,
    capacityProviderName: null,
    ec2InstanceId: row.ec2InstanceId ?? null,
    overallStatus: worst(health.checks.map((check) => check.status)) ?? "INITIALIZING",
    healthChecks: health.checks.map(({ type, status, statusReason = null, lastStatusChange, lastUpdated }) => ({
      type,
      status,
      lastStatusChange: seconds(lastStatusChange),
      lastUpdated: seconds(lastUpdated),
      statusReason,
    })),
  },
})

/** This event has times without the fractions that the others have. */
const seconds = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z")
