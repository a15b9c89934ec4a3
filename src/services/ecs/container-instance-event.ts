// The event of a container instance's change, as EventBridge carries it. The container instance controller emits it.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_container_instance_events.html
import { hash } from "node:crypto"
import type { Resource } from "@aws-sdk/client-ecs"
import type { EmittedEvent } from "../../gate/index.ts"
import type { ContainerInstanceRow, View } from "../../state/index.ts"
import { remainingOf } from "./container-instances.ts"
import { present } from "./shape.ts"

/** In events a resource has the value of its type alone, without the zeroes of the API. */
const valueAlone = ({ name, type, integerValue, stringSetValue }: Resource): object =>
  stringSetValue ? { name, type, stringSetValue } : { name, type, integerValue }

/** Digests of lists that stay what they are while their instance changes: there are many attributes, and many changes. */
const digests = new WeakMap<object, string>()
const digestOf = (list: object): string => {
  const known = digests.get(list)
  if (known !== undefined) return known
  const made = hash("sha1", JSON.stringify(list))
  digests.set(list, made)
  return made
}

const remaining = (view: View, row: ContainerInstanceRow) => remainingOf(view, row).map(valueAlone)
const versionInfo = ({ session: { agentVersion, agentHash, dockerVersion } }: ContainerInstanceRow) =>
  present({ agentHash, agentVersion, dockerVersion })

/** What ECS sends an event for, digested: another digest is another event. */
export const containerInstanceDigest = (view: View, row: ContainerInstanceRow): string =>
  hash(
    "sha1",
    JSON.stringify([
      [row.status, row.session.connected, row.ec2InstanceId, row.registeredAt],
      [digestOf(row.attributes), digestOf(row.registeredResources)],
      [versionInfo(row), remaining(view, row)],
    ]),
  )

/** `ECS Container Instance State Change` for an instance as it is now; `at` becomes `updatedAt`. */
export const containerInstanceStateChange = (view: View, row: ContainerInstanceRow, at: number): EmittedEvent => ({
  source: "aws.ecs",
  detailType: "ECS Container Instance State Change",
  resources: [row.arn],
  detail: present({
    agentConnected: row.session.connected,
    attributes: row.attributes,
    clusterArn: row.clusterArn,
    containerInstanceArn: row.arn,
    ec2InstanceId: row.ec2InstanceId,
    registeredAt: new Date(row.registeredAt).toISOString(),
    registeredResources: row.registeredResources.map((resource) => valueAlone(resource as Resource)),
    remainingResources: remaining(view, row),
    status: row.status,
    updatedAt: new Date(at).toISOString(),
    version: row.version,
    versionInfo: versionInfo(row),
  }),
})
