// The record of a new task: what RunTask and StartTask have found out, written down. Fargate tasks get their host from the
// task controller; tasks of a container instance have theirs, and begin in PENDING unless they need an interface first.
import type { Cx } from "../../../gate/index.ts"
import type { ClusterRow, SubnetRow, TaskDefinitionRow, TaskOverrides, TaskRow } from "../../../state/index.ts"
import { settingFor } from "../account-setting-values.ts"
import { containerArn, taskArn } from "../arns.ts"
import type { Definition } from "../definition/definition.ts"
import { present } from "../shape.ts"
import type { KeptTag } from "../tags.ts"
import type { Capacity } from "./capacity-choice.ts"
import type { TaskNetwork } from "./network.ts"
import { newContainers, storageOf } from "./overrides.ts"
import { platformVersionOf } from "./platform.ts"
import type { TaskRoles } from "./roles.ts"

/** What of a call is written down as it came. */
export interface Asked {
  readonly platformVersion?: string | undefined
  readonly startedBy?: string | undefined
  readonly group?: string | undefined
  readonly enableExecuteCommand?: boolean | undefined
  /** The service that the task is part of. */
  readonly serviceArn?: string
  /** Those of the service, for this task. */
  readonly loadBalancers?: TaskRow["loadBalancers"] | undefined
}

/** Everything that the tasks of one call have in common. */
export interface Plan {
  readonly cluster: ClusterRow
  readonly row: TaskDefinitionRow
  /** With the overrides merged in. */
  readonly definition: Definition
  readonly overrides: TaskOverrides
  readonly network: TaskNetwork | undefined
  readonly roles: TaskRoles
  readonly tags: readonly KeptTag[]
  /** Images by their digests instead of their tags, by container. */
  readonly pins?: ReadonlyMap<string, string>
  readonly input: Asked
}

/** Where one task of a call goes. */
export interface Place {
  /** Its capacity. */
  readonly capacity: Capacity
  readonly subnet?: SubnetRow | undefined
  /** The container instance that has it. */
  readonly instance?: { readonly arn: string; readonly availabilityZone?: string } | undefined
}

/** What only Fargate tasks have. */
const fargateOnly = ({ definition, input }: Plan) => ({
  platformVersion: platformVersionOf(input.platformVersion),
  platformFamily: "Linux",
  ephemeralStorageGiB: storageOf(definition),
})

/** The task, not yet inserted. */
export const newTask = (cx: Cx, plan: Plan, { capacity, subnet, instance }: Place): TaskRow => {
  const { cluster, row, definition, input, network } = plan
  const id = cx.ids.hex(32)
  return {
    arn: taskArn(cluster, cluster.name, id),
    id,
    account: cluster.account,
    region: cluster.region,
    clusterArn: cluster.arn,
    taskDefinitionArn: row.arn,
    ...capacity,
    ...(capacity.launchType === "FARGATE" && fargateOnly(plan)),
    ...present({
      cpu: definition.cpu,
      memory: definition.memory,
      startedBy: input.startedBy || undefined,
      serviceArn: input.serviceArn,
      loadBalancers: input.loadBalancers,
      networkConfiguration: network?.configuration,
      availabilityZone: subnet?.availabilityZone ?? instance?.availabilityZone,
      containerInstanceArn: instance?.arn,
    }),
    group: input.group || `family:${row.family}`,
    overrides: plan.overrides,
    enableExecuteCommand: input.enableExecuteCommand ?? false,
    logDriverMode: settingFor(cx, "defaultLogDriverMode"),
    tags: plan.tags,
    containers: newContainers(definition, () => containerArn(cluster, cluster.name, id, cx.ids.uuid())).map(
      (container) => {
        const pinnedImage = plan.pins?.get(container.name)
        return pinnedImage === undefined ? container : { ...container, pinnedImage }
      },
    ),
    createdAt: cx.now,
    desiredStatus: "RUNNING",
    observed: { containers: {} },
    // Tasks without an interface of their own have nothing to wait for: aws-behaviour.md 1.3.
    lastStatus: instance && !subnet ? "PENDING" : "PROVISIONING",
    steps: [],
    attachments: subnet
      ? [
          {
            id: cx.ids.uuid(),
            type: "ElasticNetworkInterface",
            status: "PRECREATED",
            details: [{ name: "subnetId", value: subnet.id }],
          },
        ]
      : [],
    version: 1,
    announced: "",
  }
}
