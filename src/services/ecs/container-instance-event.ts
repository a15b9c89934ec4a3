// The event of a container instance's change, as EventBridge carries it. The container instance controller emits it.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_container_instance_events.html
import { hash } from "node:crypto"
import type { Resource } from "@aws-sdk/client-ecs"
import type { EmittedEvent } from "../../gate/index.ts"
import type { ContainerInstanceRow, View } from "../../state/index.ts"
import { describeContainerInstance } from "./container-instances.ts"

/** In events a resource has the value of its type alone, without the zeroes of the API. */
const valueAlone = ({ name, type, integerValue, stringSetValue }: Resource): Resource =>
  stringSetValue ? { name, type, stringSetValue } : { name, type, integerValue }

/** What the event says besides how often it was said and when. */
const shownOf = (view: View, row: ContainerInstanceRow) => {
  const { registeredResources = [], remainingResources = [], ...shown } = describeContainerInstance(view, row)
  return {
    agentConnected: shown.agentConnected,
    attributes: shown.attributes,
    clusterArn: row.clusterArn,
    containerInstanceArn: row.arn,
    ec2InstanceId: shown.ec2InstanceId,
    registeredAt: shown.registeredAt,
    registeredResources: registeredResources.map(valueAlone),
    remainingResources: remainingResources.map(valueAlone),
    status: shown.status,
    versionInfo: shown.versionInfo,
  }
}

/** What ECS sends an event for, digested: another digest is another event. */
export const containerInstanceDigest = (view: View, row: ContainerInstanceRow): string =>
  hash("sha1", JSON.stringify(shownOf(view, row)))

/** `ECS Container Instance State Change` for an instance as it is now; `at` becomes `updatedAt`. */
export const containerInstanceStateChange = (view: View, row: ContainerInstanceRow, at: number): EmittedEvent => ({
  source: "aws.ecs",
  detailType: "ECS Container Instance State Change",
  resources: [row.arn],
  // Dates become ISO 8601 text, as everywhere in events.
  detail: JSON.parse(
    JSON.stringify({ ...shownOf(view, row), updatedAt: new Date(at), version: row.version }),
  ) as object,
})
