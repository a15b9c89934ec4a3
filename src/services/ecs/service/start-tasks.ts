// Starting tasks for a deployment of a service: the records that RunTask would write, as ECS itself. Called by
// controllers/service inside its transaction; what the scheduler cannot place is answered, not thrown.
import type { Cx } from "../../../gate/index.ts"
import { Fault } from "../../../kernel/index.ts"
import type { Obstacle } from "../../../scheduler/index.ts"
import type {
  ClusterRow,
  ServiceRevisionRow,
  ServiceRow,
  SubnetRow,
  TaskDefinitionRow,
  TaskRow,
} from "../../../state/index.ts"
import { lastPart } from "../arns.ts"
import { distribute, type Share } from "../capacity.ts"
import type { Capacity } from "../run-task/capacity-choice.ts"
import { checkInstances, startOn, startPlaced } from "../run-task/ec2.ts"
import { type TaskNetwork, taskNetwork } from "../run-task/network.ts"
import { newTask, type Plan } from "../run-task/new-task.ts"
import { echoOverrides } from "../run-task/overrides.ts"
import { insertTask, isUnassumable, taskRoles } from "../run-task/roles.ts"
import { type KeptTag, mergeTags } from "../tags.ts"
import { keepDigests, pinsOf } from "./pinned-images.ts"
import { isOnFargate } from "./revision.ts"
import { balancersOf } from "./shift/target-groups.ts"

/** Why tasks that are wanted were not started. */
export interface Refusal {
  /** No container instance had what they need, the role of the tasks cannot be assumed, or something else was in the way. */
  readonly kind: "placement" | "launch" | "other"
  /** In the words of the service's event. */
  readonly reason: string
  /** `reason` of the event SERVICE_TASK_PLACEMENT_FAILURE. */
  readonly code: string
  /** What that event carries besides. */
  readonly more: object
}

export interface StartedTasks {
  readonly taskArns: readonly string[]
  readonly refusal?: Refusal
}

const tagsFor = (cluster: ClusterRow, service: ServiceRow, definition: TaskDefinitionRow): readonly KeptTag[] => {
  const { propagateTags } = service
  const propagated =
    propagateTags === "SERVICE" ? service.tags : propagateTags === "TASK_DEFINITION" ? definition.tags : []
  const managed = service.enableECSManagedTags
    ? [
        { key: "aws:ecs:clusterName", value: cluster.name },
        { key: "aws:ecs:serviceName", value: service.name },
      ]
    : []
  return mergeTags(managed, propagated)
}

const planOf = (cx: Cx, service: ServiceRow, deploymentId: string, revision: ServiceRevisionRow): Plan => {
  const cluster = cx.tx.clusters.get(service.clusterArn)
  const row = cx.tx.taskDefinitions.get(revision.taskDefinitionArn)
  if (!cluster || !row) throw new Error(`${service.arn} has lost its cluster or task definition`)
  const { networkConfiguration: asked, platformVersion } = revision
  const awsvpc = asked?.awsvpcConfiguration
  const network = taskNetwork(
    cx,
    row.definition.networkMode,
    awsvpc && {
      awsvpcConfiguration: {
        subnets: [...(awsvpc.subnets ?? [])],
        securityGroups: [...(awsvpc.securityGroups ?? [])],
        assignPublicIp: awsvpc.assignPublicIp,
      },
    },
  )
  return {
    cluster,
    row,
    definition: row.definition,
    overrides: echoOverrides(row.definition, undefined),
    network,
    roles: taskRoles(cx, row.definition),
    tags: tagsFor(cluster, service, row),
    pins: pinsOf(cx.tx, revision),
    input: {
      platformVersion,
      startedBy: deploymentId,
      group: `service:${service.name}`,
      enableExecuteCommand: service.enableExecuteCommand,
      serviceArn: service.arn,
      loadBalancers: revision.loadBalancers && balancersOf(revision),
    },
  }
}

/** The plan with the subnets of one zone alone. */
const inZone = (plan: Plan, zone: string | undefined): Plan => {
  if (zone === undefined || !plan.network) return plan
  const subnets = plan.network.subnets.filter((subnet) => subnet.availabilityZone === zone)
  return { ...plan, network: { ...plan.network, subnets } }
}

/** Tasks of the service by availability zone: new ones go where there are fewest. */
const zonesOf = (cx: Cx, service: ServiceRow): Map<string, number> => {
  const zones = new Map<string, number>()
  for (const task of cx.tx.tasks.by("serving", service.arn)) {
    if (task.desiredStatus !== "RUNNING" || task.availabilityZone === undefined) continue
    zones.set(task.availabilityZone, (zones.get(task.availabilityZone) ?? 0) + 1)
  }
  return zones
}

const thinnest = (network: TaskNetwork, zones: ReadonlyMap<string, number>): SubnetRow | undefined =>
  network.subnets.reduce<SubnetRow | undefined>((best, subnet) => {
    const count = (one: SubnetRow) => zones.get(one.availabilityZone) ?? 0
    return !best || count(subnet) < count(best) ? subnet : best
  }, undefined)

const startOnFargate = (
  cx: Cx,
  service: ServiceRow,
  plan: Plan,
  capacities: readonly Capacity[],
): readonly TaskRow[] => {
  const zones = zonesOf(cx, service)
  return capacities.map((capacity) => {
    const subnet = plan.network && thinnest(plan.network, zones)
    if (subnet) zones.set(subnet.availabilityZone, (zones.get(subnet.availabilityZone) ?? 0) + 1)
    return insertTask(cx, plan.roles, newTask(cx, plan, { capacity, subnet }))
  })
}

/** The words of the service's event for what the closest instance lacks: aws-behaviour.md 2.2. */
const lacking: Readonly<Record<Obstacle, string>> = {
  AGENT: 'encountered error "AGENT".',
  ATTRIBUTE: "is missing an attribute required by your task.",
  NETWORK: 'encountered error "AGENT".',
  "RESOURCE:CPU": "has insufficient CPU units available.",
  "RESOURCE:MEMORY": "has insufficient memory available.",
  "RESOURCE:PORTS": "is already using a port required by your task.",
  // [field] the form of the next two: an obstacle without a sentence of its own.
  LOCATION: 'encountered error "LOCATION".',
  "RESOURCE:ENI": 'encountered error "RESOURCE:ENI".',
  "RESOURCE:GPU": "has insufficient GPU resource available.",
  "MemberOf placement constraint unsatisfied.": 'encountered error "MemberOf placement constraint unsatisfied.".',
  "DistinctInstance placement constraint unsatisfied.":
    'encountered error "DistinctInstance placement constraint unsatisfied.".',
}

/** The instance that came closest: it failed at the latest of the filters. */
const closest = [
  "AGENT",
  "NETWORK",
  "ATTRIBUTE",
  "LOCATION",
  "RESOURCE:CPU",
  "RESOURCE:MEMORY",
  "RESOURCE:PORTS",
  "RESOURCE:ENI",
  "RESOURCE:GPU",
  "MemberOf placement constraint unsatisfied.",
  "DistinctInstance placement constraint unsatisfied.",
]

const refusalOf = (
  failures: readonly { readonly arn?: string | undefined; readonly reason?: string | undefined }[],
): Refusal => {
  const best = failures.toSorted((a, b) => closest.indexOf(b.reason ?? "") - closest.indexOf(a.reason ?? ""))[0]
  const code = best?.reason ?? "AGENT"
  return {
    kind: "placement",
    reason: `The closest matching container-instance ${lastPart(best?.arn ?? "")} ${lacking[code as Obstacle] ?? `encountered error "${code}".`}`,
    code,
    more: { containerInstanceArns: failures.flatMap(({ arn }) => (arn === undefined ? [] : [arn])) },
  }
}

/** What each of the next tasks runs on: the strategy's shares continue from what the deployment has already. */
const capacitiesOf = (
  cx: Cx,
  deploymentId: string,
  service: ServiceRow,
  revision: ServiceRevisionRow,
  count: number,
): readonly Capacity[] => {
  const strategy = revision.capacityProviderStrategy as readonly Share[] | undefined
  if (!strategy) return Array.from({ length: count }, () => ({ launchType: "FARGATE" as const }))
  const known = cx.tx.tasks
    .by("serving", service.arn)
    .filter((task) => task.startedBy === deploymentId && task.desiredStatus === "RUNNING")
  const left = [...distribute(strategy, known.length + count)]
  for (const { capacityProviderName } of known) {
    const at = left.indexOf(capacityProviderName ?? "")
    if (at >= 0) left.splice(at, 1)
  }
  return left.slice(0, count).map((capacityProviderName) => ({ launchType: "FARGATE" as const, capacityProviderName }))
}

/** How many tasks: on `instances` one each when they are given, in `zone` when that is given. */
export interface Wanted {
  readonly count: number
  readonly instances?: readonly string[]
  readonly zone?: string
}

/** Starts up to `count` tasks of a deployment or task set, on `instances` one each when they are given; says why when there are fewer. */
export const startServiceTasks = (
  cx: Cx,
  service: ServiceRow,
  deploymentId: string,
  { count, instances, zone }: Wanted,
): StartedTasks => {
  const started =
    cx.tx.deployments.get(`${service.arn} ${deploymentId}`) ??
    cx.tx.taskSets.by("service", service.arn).find(({ id }) => id === deploymentId)
  const known = started && cx.tx.serviceRevisions.get(started.revisionArn)
  if (!known) throw new Error(`${deploymentId} of ${service.arn} has no revision`)
  const revision = keepDigests(cx, known)
  try {
    const plan = inZone(planOf(cx, service, deploymentId, revision), zone)
    if (isOnFargate(revision)) {
      const capacities = capacitiesOf(cx, deploymentId, service, revision, count)
      return { taskArns: startOnFargate(cx, service, plan, capacities).map((task) => task.arn) }
    }
    checkInstances(cx, plan.cluster)
    const named = instances?.flatMap((arn) => cx.tx.containerInstances.get(arn) ?? [])
    const { tasks, failures } = named
      ? startOn(cx, plan, named, service)
      : startPlaced(cx, plan, count, { ...service, zone })
    const taskArns = tasks.map((task) => task.arn)
    return taskArns.length < count ? { taskArns, refusal: refusalOf(failures) } : { taskArns }
  } catch (thrown) {
    // What a caller of RunTask would be told (a subnet that was deleted, an empty cluster) is the service's event.
    if (!(thrown instanceof Fault)) throw thrown
    if (isUnassumable(thrown))
      return { taskArns: [], refusal: { kind: "launch", reason: thrown.message, code: thrown.code, more: {} } }
    const isEmpty = thrown.message === "No Container Instances were found in your cluster."
    return {
      taskArns: [],
      refusal: {
        kind: isEmpty ? "placement" : "other",
        reason: isEmpty ? `Reason: ${thrown.message}` : thrown.message.replace(/\.$/, ""),
        code: isEmpty ? "EMPTY CLUSTER" : thrown.code,
        more: {},
      },
    }
  }
}
