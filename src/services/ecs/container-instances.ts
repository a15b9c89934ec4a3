// Container instances as their cluster shows them: describing, listing and deregistering. Hosts of the hidden Fargate
// pools are nobody's business here. Registration is the agent's own: register-container-instance.ts.
import type { ContainerInstance, Resource } from "@aws-sdk/client-ecs"
import type { Op, ReadOp } from "../../gate/index.ts"
import type { Room } from "../../scheduler/index.ts"
import type { ClusterRow, ContainerInstanceRow, View } from "../../state/index.ts"
import { containerInstanceArn, lastPart } from "./arns.ts"
import { checkAtMost, checkOneOf, clientException, invalidParameter, notYet } from "./faults.ts"
import { roomLeft } from "./instance-room.ts"
import { nextToken, pageOf } from "./pages.ts"
import { activeCluster, type Looking } from "./resolve.ts"
import { date, present } from "./shape.ts"
import { tagsOut } from "./tags.ts"

/** With the zeroes that ECS writes beside the value that counts. */
const resourceOut = (name: string, type: string, integer: number | undefined, strings?: readonly string[]): Resource =>
  present<Resource>({
    name,
    type,
    doubleValue: 0,
    longValue: 0,
    integerValue: integer ?? 0,
    stringSetValue: strings ? [...strings] : undefined,
  })

const registeredOf = (row: ContainerInstanceRow): Resource[] =>
  row.registeredResources.map(({ name, type, integerValue, stringSetValue }) =>
    resourceOut(name, type, integerValue, stringSetValue),
  )

/** CPU and MEMORY get fewer, the lists of ports that are taken grow. */
const remainingOf = (row: ContainerInstanceRow, left: Room): Resource[] =>
  row.registeredResources.map(({ name, type, integerValue, stringSetValue }) => {
    if (name === "CPU") return resourceOut(name, type, left.cpu)
    if (name === "MEMORY") return resourceOut(name, type, left.memory)
    if (name !== "PORTS" && name !== "PORTS_UDP") return resourceOut(name, type, integerValue, stringSetValue)
    const protocol = name === "PORTS" ? "/tcp" : "/udp"
    const taken = [...left.ports].filter((port) => port.endsWith(protocol)).map((port) => port.slice(0, -4))
    return resourceOut(name, type, integerValue, taken)
  })

/** A container instance as the API answers it. */
export const describeContainerInstance = (
  view: View,
  row: ContainerInstanceRow,
  withTags = false,
): ContainerInstance => {
  const tasks = view.tasks.by("host", row.arn)
  const running = tasks.filter((task) => task.lastStatus === "RUNNING")
  const pending = tasks.filter((task) => task.desiredStatus === "RUNNING" && task.lastStatus !== "RUNNING")
  const { agentVersion, agentHash, dockerVersion } = row.session
  return present<ContainerInstance>({
    containerInstanceArn: row.arn,
    ec2InstanceId: row.ec2InstanceId,
    version: row.version,
    versionInfo: present({ agentVersion, agentHash, dockerVersion }),
    remainingResources: remainingOf(row, roomLeft(view, row)),
    registeredResources: registeredOf(row),
    status: row.status,
    agentConnected: row.session.connected,
    runningTasksCount: running.length,
    pendingTasksCount: pending.length,
    attributes: row.attributes.map((attribute) => ({ ...attribute })),
    registeredAt: date(row.registeredAt),
    attachments: [],
    tags: withTags ? tagsOut(row.tags) : [],
  })
}

/** The instance of a cluster that `reference` (id or ARN) names, deregistered ones too, or undefined. */
export const findInstance = (cx: Looking, cluster: ClusterRow, reference: string): ContainerInstanceRow | undefined => {
  const long = containerInstanceArn(cluster, cluster.name, lastPart(reference))
  const row = cx.tx.containerInstances.get(reference) ?? cx.tx.containerInstances.get(long)
  return row && !row.pool && row.clusterArn === cluster.arn ? row : undefined
}

/** Describes up to 100 container instances of a cluster; unknown ones are failures. */
export const DescribeContainerInstances: ReadOp<"ecs", "DescribeContainerInstances"> = (cx, input) => {
  const cluster = activeCluster(cx, input.cluster)
  const references = input.containerInstances ?? []
  if (references.length === 0) throw clientException("Container Instances cannot be empty.")
  checkAtMost("containerInstances", references, 100)
  if (input.include?.includes("CONTAINER_INSTANCE_HEALTH")) {
    throw notYet("include CONTAINER_INSTANCE_HEALTH of ecs:DescribeContainerInstances")
  }
  const containerInstances: ContainerInstance[] = []
  const failures: { arn: string; reason: string }[] = []
  for (const reference of new Set(references)) {
    const row = findInstance(cx, cluster, reference)
    if (row) containerInstances.push(describeContainerInstance(cx.tx, row, input.include?.includes("TAGS") ?? false))
    else failures.push({ arn: containerInstanceArn(cluster, cluster.name, lastPart(reference)), reason: "MISSING" })
  }
  return { containerInstances, failures }
}

/** ARNs of a cluster's instances in every status but INACTIVE, or of one status. */
export const ListContainerInstances: ReadOp<"ecs", "ListContainerInstances"> = (cx, input) => {
  const cluster = activeCluster(cx, input.cluster)
  if (input.filter) throw notYet("the filter of ecs:ListContainerInstances (cluster query language)")
  const statuses = ["ACTIVE", "DRAINING", "REGISTERING", "DEREGISTERING", "REGISTRATION_FAILED"]
  checkOneOf("status", input.status, statuses)
  const list = `ListContainerInstances ${cluster.arn} ${input.status ?? ""}`
  const keep = (row: ContainerInstanceRow) => !input.status || row.status === input.status
  const page = cx.tx.containerInstances.page("cluster", cluster.arn, { ...pageOf(list, input), keep })
  return { containerInstanceArns: page.rows.map((row) => row.arn), ...nextToken(list, page.next) }
}

/** Takes an instance out of its cluster. Its tasks are given up with `force`; without, they forbid it. */
export const DeregisterContainerInstance: Op<"ecs", "DeregisterContainerInstance"> = (cx, input) => {
  const cluster = activeCluster(cx, input.cluster)
  const row = findInstance(cx, cluster, input.containerInstance ?? "")
  if (!row || row.status === "INACTIVE") {
    throw invalidParameter(`Referenced container instance ${lastPart(input.containerInstance ?? "")} not found.`) // from memory
  }
  const tasks = cx.tx.tasks.by("host", row.arn)
  if (tasks.length > 0 && !input.force) throw invalidParameter("Found running tasks on the instance.")
  for (const task of tasks) {
    if (task.desiredStatus === "STOPPED") continue
    cx.tx.tasks.patch(task.arn, {
      desiredStatus: "STOPPED",
      stopCode: "UserInitiated",
      stoppedReason: "Container instance deregistration forced by user",
      stopRequestedAt: cx.now,
    })
  }
  const gone = cx.tx.containerInstances.patch(row.arn, { status: "INACTIVE", version: row.version + 1 })
  return { containerInstance: describeContainerInstance(cx.tx, gone) }
}
