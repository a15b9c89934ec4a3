// Tasks on the container instances of a cluster: what RunTask, StartTask and services have in common when they place
// them.
import type { Failure, NetworkConfiguration, PlacementConstraint, PlacementStrategy } from "@aws-sdk/client-ecs"
import type { Cx } from "../../../gate/index.ts"
import { type Obstacle, placeAll, type TaskNeeds } from "../../../scheduler/index.ts"
import type {
  ClusterRow,
  ContainerInstanceRow,
  Frozen,
  SubnetRow,
  TaskDefinitionRow,
  TaskRow,
} from "../../../state/index.ts"
import { attributesToPlace } from "../definition/compatibilities.ts"
import { invalidParameter } from "../faults.ts"
import { roomFor, zoneOf } from "../instance-room.ts"
import { knownHost } from "../known-hosts.ts"
import { checkConstraints, checkStrategies, constraintsOf, strategiesOf } from "../placement.ts"
import { type Kind, placeOnInstances } from "../standings.ts"
import { withGpus } from "./gpus.ts"
import { checkHostAccess } from "./host-access.ts"
import type { TaskNetwork } from "./network.ts"
import { newTask, type Plan } from "./new-task.ts"
import { newContainers } from "./overrides.ts"
import { insertTask } from "./roles.ts"

/** What a call says of placement. */
export interface AskedPlacement {
  readonly placementConstraints?: readonly Frozen<PlacementConstraint>[] | undefined
  readonly placementStrategy?: readonly Frozen<PlacementStrategy>[] | undefined
  /** Only on instances of this availability zone. */
  readonly zone?: string | undefined
}

/** The same with the network that is asked for. */
export type AskedOfEc2 = AskedPlacement & {
  readonly networkConfiguration?: Frozen<NetworkConfiguration> | undefined
}

/** Refuses what ECS refuses on container instances, and what this Roadstead does not allow. */
export const checkEc2 = ({ definition }: TaskDefinitionRow, asked: AskedOfEc2, hostAccess: boolean): void => {
  if (asked.networkConfiguration?.awsvpcConfiguration?.assignPublicIp === "ENABLED") {
    throw invalidParameter("Assign public IP is not supported for this launch type.") // [field] hashicorp/waypoint#643
  }
  checkConstraints(asked.placementConstraints)
  checkStrategies(asked.placementStrategy)
  checkHostAccess(definition, hostAccess)
}

/** An interface is of one zone, and of the VPC of its instance. */
const networkNeeds = ({ subnets }: TaskNetwork): Pick<TaskNeeds, "vpc" | "zones"> => ({
  ...(subnets[0] && { vpc: subnets[0].vpcId }),
  zones: new Set(subnets.map((subnet) => subnet.availabilityZone)),
})

const needsOf = (cx: Cx, plan: Plan, asked: AskedPlacement): TaskNeeds => ({
  attributes: attributesToPlace(plan.definition),
  ...(plan.network && networkNeeds(plan.network)),
  group: plan.input.group || `family:${plan.row.family}`,
  constraints: constraintsOf(asked.placementConstraints, plan.definition.placementConstraints),
  strategies: strategiesOf(asked.placementStrategy),
  seed: cx.ids.below(2 ** 31),
  room: roomFor(
    {
      ...(plan.definition.cpu !== undefined && { cpu: plan.definition.cpu }),
      ...(plan.definition.memory !== undefined && { memory: plan.definition.memory }),
      containers: newContainers(plan.definition, () => ""),
    },
    plan.definition,
  ),
})

/** Tasks of the call and all that are placed like them. */
const kindOf = (cx: Cx, plan: Plan, asked: AskedPlacement): Kind => {
  const needs = needsOf(cx, plan, asked)
  const { attributes, group, strategies, room, vpc, zones = [] } = needs
  const cluster = plan.cluster.arn
  const constraints = [asked.placementConstraints, plan.definition.placementConstraints]
  const ports = [...(room?.ports ?? [])]
  const network = [vpc, [...zones].toSorted()]
  const like = [cluster, asked.zone, attributes, group, constraints, strategies, { ...room, ports }, network]
  const key = JSON.stringify(like)
  return { cluster, zone: asked.zone, needs, key }
}

/** By lot one of the subnets in the zone of the instance; of all where nobody knows in which zone it is. */
const subnetFor = (cx: Cx, { network }: Plan, zone: string | undefined): SubnetRow | undefined => {
  const near = network?.subnets.filter((subnet) => zone === undefined || subnet.availabilityZone === zone) ?? []
  return near.length === 0 ? undefined : near[cx.ids.below(near.length)]
}

const start = (cx: Cx, plan: Plan, instance: ContainerInstanceRow): TaskRow => {
  const zone = zoneOf(instance)
  const subnet = subnetFor(cx, plan, zone)
  const place = { arn: instance.arn, ...(zone !== undefined && { availabilityZone: zone }) }
  const task = newTask(cx, plan, { capacity: { launchType: "EC2" }, subnet, instance: place })
  return insertTask(cx, plan.roles, withGpus(cx.tx, plan.definition, instance, task))
}

const failuresOf = (obstacles: ReadonlyMap<string, Obstacle>): Failure[] =>
  [...obstacles].map(([arn, reason]) => ({ arn, reason }))

/** Tasks that were started, and a failure for every instance that could not take the next one. */
export interface Started {
  readonly tasks: readonly TaskRow[]
  readonly failures: Failure[]
}

/** Throws when no instance of the cluster takes tasks. */
export const checkInstances = (cx: Cx, cluster: ClusterRow): void => {
  if (cx.tx.containerInstances.count("active", cluster.arn) > 0) return
  throw invalidParameter("No Container Instances were found in your cluster.")
}

/** Starts up to `count` tasks on the instances of the cluster that have room. */
export const startPlaced = (cx: Cx, plan: Plan, count: number, asked: AskedPlacement = {}): Started => {
  const placed = placeOnInstances(cx.tx, kindOf(cx, plan, asked), count)
  const tasks = placed.hosts.flatMap((host) => {
    const instance = cx.tx.containerInstances.get(host.id)
    return instance ? [start(cx, plan, instance)] : []
  })
  return { tasks, failures: failuresOf(placed.obstacles) }
}

/** Starts one task on each of these instances that has room for it. */
export const startOn = (
  cx: Cx,
  plan: Plan,
  instances: readonly ContainerInstanceRow[],
  asked: AskedPlacement = {},
): Started => {
  const needs = needsOf(cx, plan, asked)
  const tasks: TaskRow[] = []
  const failures: Failure[] = []
  for (const instance of instances) {
    const { obstacles } = placeAll([knownHost(cx.tx, instance)], needs, 1)
    if (obstacles.size > 0) failures.push(...failuresOf(obstacles))
    else tasks.push(start(cx, plan, instance))
  }
  return { tasks, failures }
}
