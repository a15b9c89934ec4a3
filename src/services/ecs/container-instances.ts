// Container instances as their cluster shows them: describing, listing and deregistering. Hosts of the hidden Fargate
// pools are nobody's business here. Registration is the agent's own: register-container-instance.ts.
import type { ContainerInstance, Resource } from "@aws-sdk/client-ecs"
import type { Op, ReadOp } from "../../gate/index.ts"
import { satisfies } from "../../scheduler/index.ts"
import type { ContainerInstanceRow, View } from "../../state/index.ts"
import { containerInstanceArn, lastPart } from "./arns.ts"
import { checkAtMost, checkOneOf, clientException, invalidParameter } from "./faults.ts"
import { findInstance } from "./find-instance.ts"
import { healthOf } from "./instance-health.ts"
import { freeGpus, queriedOf, roomLeft } from "./instance-room.ts"
import { nextToken, pageOf } from "./pages.ts"
import { queryOf } from "./placement.ts"
import { activeCluster } from "./resolve.ts"
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

/** CPU, MEMORY and the list of GPUs get fewer, the lists of ports that are taken grow. */
export const remainingOf = (view: View, row: ContainerInstanceRow): Resource[] => {
  const left = roomLeft(view, row)
  return row.registeredResources.map(({ name, type, integerValue, stringSetValue }) => {
    if (name === "CPU") return resourceOut(name, type, left.cpu)
    if (name === "MEMORY") return resourceOut(name, type, left.memory)
    if (name === "GPU") return resourceOut(name, type, integerValue, freeGpus(view, row))
    if (name !== "PORTS" && name !== "PORTS_UDP") return resourceOut(name, type, integerValue, stringSetValue)
    const protocol = name === "PORTS" ? "/tcp" : "/udp"
    const taken = [...left.ports].filter((port) => port.endsWith(protocol)).map((port) => port.slice(0, -4))
    return resourceOut(name, type, integerValue, taken)
  })
}

/** A container instance as the API answers it. */
export const describeContainerInstance = (
  view: View,
  row: ContainerInstanceRow,
  { tags = false, health = false }: { readonly tags?: boolean; readonly health?: boolean } = {},
): ContainerInstance => {
  const tasks = view.tasks.by("host", row.arn)
  // "The number of tasks … that have a desired status of RUNNING": one on its way out counts no more (API_ContainerInstance).
  const running = tasks.filter((task) => task.desiredStatus === "RUNNING" && task.lastStatus === "RUNNING")
  const pending = tasks.filter((task) => task.desiredStatus === "RUNNING" && task.lastStatus !== "RUNNING")
  const { agentVersion, agentHash, dockerVersion } = row.session
  return present<ContainerInstance>({
    containerInstanceArn: row.arn,
    ec2InstanceId: row.ec2InstanceId,
    version: row.version,
    versionInfo: present({ agentVersion, agentHash, dockerVersion }),
    remainingResources: remainingOf(view, row),
    registeredResources: registeredOf(row),
    status: row.status,
    agentConnected: row.session.connected,
    runningTasksCount: running.length,
    pendingTasksCount: pending.length,
    attributes: row.attributes.map((attribute) => ({ ...attribute })),
    registeredAt: date(row.registeredAt),
    attachments: [],
    tags: tags ? tagsOut(row.tags) : [],
    healthStatus: health ? healthOf(view, row) : undefined,
  })
}

/** Describes up to 100 container instances of a cluster; unknown ones are failures. */
export const DescribeContainerInstances: ReadOp<"ecs", "DescribeContainerInstances"> = (cx, input) => {
  const cluster = activeCluster(cx, input.cluster)
  const references = input.containerInstances ?? []
  if (references.length === 0) throw clientException("Container Instances cannot be empty.")
  checkAtMost("containerInstances", references, 100)
  for (const field of input.include ?? []) checkOneOf("include", field, ["TAGS", "CONTAINER_INSTANCE_HEALTH"])
  const shown = {
    tags: input.include?.includes("TAGS") ?? false,
    health: input.include?.includes("CONTAINER_INSTANCE_HEALTH") ?? false,
  }
  const containerInstances: ContainerInstance[] = []
  const failures: { arn: string; reason: string }[] = []
  for (const reference of new Set(references)) {
    const row = findInstance(cx, cluster, reference)
    if (row) containerInstances.push(describeContainerInstance(cx.tx, row, shown))
    else failures.push({ arn: containerInstanceArn(cluster, cluster.name, lastPart(reference)), reason: "MISSING" })
  }
  return { containerInstances, failures }
}

/** ARNs of a cluster's instances in every status but INACTIVE, or of one status, and that a query finds where one is given. */
export const ListContainerInstances: ReadOp<"ecs", "ListContainerInstances"> = (cx, input) => {
  const cluster = activeCluster(cx, input.cluster)
  const query = input.filter ? queryOf(input.filter) : undefined
  const statuses = ["ACTIVE", "DRAINING", "REGISTERING", "DEREGISTERING", "REGISTRATION_FAILED"]
  checkOneOf("status", input.status, statuses)
  const list = `ListContainerInstances ${cluster.arn} ${input.status ?? ""} ${input.filter ?? ""}`
  const keep = (row: ContainerInstanceRow) =>
    (!input.status || row.status === input.status) && (!query || satisfies(queriedOf(cx.tx, row), query))
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
  const gone = cx.tx.containerInstances.patch(row.arn, { status: "INACTIVE", inactiveAt: cx.now })
  return { containerInstance: describeContainerInstance(cx.tx, gone) }
}

/**
 * Lets instances drain, or take tasks again. What waits on a draining one is moved at once, what runs under the
 * percentages of its service; tasks of no service stay: aws-behaviour.md 1.12.
 */
export const UpdateContainerInstancesState: Op<"ecs", "UpdateContainerInstancesState"> = (cx, input) => {
  const cluster = activeCluster(cx, input.cluster)
  const { status } = input
  if (status !== "ACTIVE" && status !== "DRAINING") {
    throw invalidParameter("Container instance status should be one of [ACTIVE, DRAINING]")
  }
  const references = input.containerInstances ?? []
  if (references.length === 0) throw clientException("Container Instances cannot be empty.")
  checkAtMost("containerInstances", references, 10)
  const containerInstances: ContainerInstance[] = []
  const failures: { arn: string; reason: string }[] = []
  for (const reference of new Set(references)) {
    const row = findInstance(cx, cluster, reference)
    if (!row || row.status === "INACTIVE") {
      const arn = row?.arn ?? containerInstanceArn(cluster, cluster.name, lastPart(reference))
      failures.push({ arn, reason: row ? "INACTIVE" : "MISSING" })
      continue
    }
    const changed = row.status === status ? row : cx.tx.containerInstances.patch(row.arn, { status })
    containerInstances.push(describeContainerInstance(cx.tx, changed))
  }
  return { containerInstances, failures }
}
