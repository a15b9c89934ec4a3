// What container instances have, and what their tasks hold of it: for remainingResources, and for placement. Pure over
// a view. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerInstance.html
import type { Host, QueriedInstance, Room } from "../../scheduler/index.ts"
import {
  type ContainerInstanceRow,
  mostInterfaces,
  type TaskContainer,
  type TaskRow,
  type View,
} from "../../state/index.ts"
import { type ContainerBody, containersOf, type Definition } from "./definition/definition.ts"

/** What of a task says how much it holds: its own size, else that of its containers. */
export interface Sized {
  readonly cpu?: string
  readonly memory?: string
  readonly containers: readonly TaskContainer[]
}

/** CPU units or MiB that a task holds: its own size, else the sum of its containers' (soft memory limits first). */
const heldBy = (task: Sized, name: "CPU" | "MEMORY"): number => {
  const ofTask = name === "CPU" ? task.cpu : task.memory
  if (ofTask !== undefined) return Number(ofTask)
  return task.containers.reduce(
    (sum, container) =>
      sum + Number((name === "CPU" ? container.cpu : (container.memoryReservation ?? container.memory)) ?? 0),
    0,
  )
}

/** CPU units and MiB that a task holds of its instance. */
export const sizeOfTask = (task: Sized): { readonly cpu: number; readonly memory: number } => ({
  cpu: heldBy(task, "CPU"),
  memory: heldBy(task, "MEMORY"),
})

/** By the record of the definition, which is frozen: all tasks of an instance are asked for their ports, again and again. */
const knownPorts = new WeakMap<Definition, readonly string[]>()

/** Host ports that are fixed by the definition, as `80/tcp`. Dynamic ones are the agent's choice and reserve nothing. */
const hostPortsOf = (definition: Definition | undefined): readonly string[] => {
  const known = definition && knownPorts.get(definition)
  if (known) return known
  const ports = definition ? findHostPorts(definition) : []
  if (definition) knownPorts.set(definition, ports)
  return ports
}

const findHostPorts = (definition: Definition): string[] => {
  const mode = definition.networkMode ?? "bridge"
  if (mode !== "bridge" && mode !== "host") return []
  return containersOf(definition).flatMap((container) =>
    (container.portMappings ?? []).flatMap((mapping) => {
      const port = mapping.hostPort || (mode === "host" ? mapping.containerPort : undefined)
      return port ? [`${port}/${mapping.protocol ?? "tcp"}`] : []
    }),
  )
}

/** What `ALL` takes is as much as there is, and more than nothing. */
const amountOf = (value: string | undefined): number => Math.ceil(Number(value) || 1)

/** Accelerators that a container asks for. Of another kind than GPUs no instance has any. */
export const gpusOfContainer = ({ resourceRequirements = [] }: ContainerBody): number =>
  resourceRequirements.reduce(
    (sum, { type, value }) => sum + (type === "GPU" ? amountOf(value) : Number.POSITIVE_INFINITY),
    0,
  )

const gpusOf = (definition: Definition): number =>
  containersOf(definition).reduce((sum, container) => sum + gpusOfContainer(container), 0)

/** The room that a task of this size takes. */
export const roomFor = (task: Sized, definition: Definition): Room => ({
  cpu: heldBy(task, "CPU"),
  memory: heldBy(task, "MEMORY"),
  gpus: gpusOf(definition),
  ports: new Set(hostPortsOf(definition)),
  ...(definition.networkMode === "awsvpc" && { interfaces: 1 }),
})

const registered = (row: ContainerInstanceRow, name: string): number =>
  row.registeredResources.find((resource) => resource.name === name)?.integerValue ?? 0

/** Ports that the agent keeps for itself; the resource's name says the protocol. */
const reservedPorts = (row: ContainerInstanceRow): string[] =>
  row.registeredResources.flatMap(({ name, stringSetValue = [] }) =>
    name === "PORTS" || name === "PORTS_UDP"
      ? stringSetValue.map((port) => `${port}/${name === "PORTS" ? "tcp" : "udp"}`)
      : [],
  )

/** Network interfaces that the instance can still get besides its first one; undefined when its type does not say. */
const interfacesLeft = (row: ContainerInstanceRow, tasks: readonly TaskRow[]): number | undefined => {
  const type = row.attributes.find(({ name }) => name === "ecs.instance-type")?.value
  const most = type === undefined ? undefined : mostInterfaces(type)
  return most === undefined ? undefined : most - 1 - tasks.filter((task) => task.networkConfiguration).length
}

/** The GPUs of an instance that no task has. */
export const freeGpus = (view: View, row: ContainerInstanceRow): readonly string[] => {
  const all = row.registeredResources.find(({ name }) => name === "GPU")?.stringSetValue ?? []
  if (all.length === 0) return all
  const taken = new Set(
    view.tasks.by("host", row.arn).flatMap((task) => task.containers.flatMap(({ gpuIds = [] }) => gpuIds)),
  )
  return all.filter((id) => !taken.has(id))
}

/** What is left of an instance beside the tasks that it has, with every port that is taken. */
export const roomLeft = (view: View, row: ContainerInstanceRow): Room => {
  const tasks = view.tasks.by("host", row.arn)
  const held = (name: "CPU" | "MEMORY") => tasks.reduce((sum, task) => sum + heldBy(task, name), 0)
  const interfaces = interfacesLeft(row, tasks)
  const ports = tasks.flatMap((task) => hostPortsOf(view.taskDefinitions.get(task.taskDefinitionArn)?.definition))
  return {
    cpu: registered(row, "CPU") - held("CPU"),
    memory: registered(row, "MEMORY") - held("MEMORY"),
    gpus: freeGpus(view, row).length,
    ports: new Set([...reservedPorts(row), ...ports]),
    ...(interfaces !== undefined && { interfaces }),
  }
}

const groupsOn = (view: View, row: ContainerInstanceRow): Map<string, number> => {
  const groups = new Map<string, number>()
  for (const { group, desiredStatus } of view.tasks.by("host", row.arn)) {
    if (desiredStatus === "RUNNING") groups.set(group, (groups.get(group) ?? 0) + 1)
  }
  return groups
}

/** What the cluster query language can ask of an instance. */
export const queriedOf = (view: View, row: ContainerInstanceRow, groups = groupsOn(view, row)): QueriedInstance => ({
  agentConnected: row.session.connected,
  ...(row.session.agentVersion !== undefined && { agentVersion: row.session.agentVersion }),
  attributes: new Map(row.attributes.map(({ name, value = "" }) => [name, value])),
  ...(row.ec2InstanceId !== undefined && { ec2InstanceId: row.ec2InstanceId }),
  registeredAt: row.registeredAt,
  runningTasksCount: view.tasks
    .by("host", row.arn)
    .filter((task) => task.desiredStatus === "RUNNING" && task.lastStatus === "RUNNING").length,
  taskGroups: new Set(groups.keys()),
})

/** An instance as placement sees it. */
export const asHost = (view: View, row: ContainerInstanceRow): Host => {
  const groups = groupsOn(view, row)
  const queried = queriedOf(view, row, groups)
  return {
    id: row.arn,
    connected: row.session.connected,
    networks: new Set(),
    attributes: queried.attributes,
    groups,
    queried,
    tasks: view.tasks.count("host", row.arn),
    left: roomLeft(view, row),
  }
}

/** The instances of a cluster (its ARN) that take new tasks. */
export const activeInstances = (view: View, cluster: string): readonly ContainerInstanceRow[] =>
  view.containerInstances.by("active", cluster)

/** The availability zone of a container instance. */
export const zoneOf = ({ attributes }: ContainerInstanceRow): string | undefined =>
  attributes.find(({ name }) => name === "ecs.availability-zone")?.value

/** The instances of these tasks by ARN: what is left of each, and its attributes. */
export const hostsOfTasks = (
  view: View,
  tasks: readonly { readonly instance?: string }[],
): ReadonlyMap<string, { readonly left: Room; readonly attributes: ReadonlyMap<string, string> }> => {
  const arns = new Set(tasks.flatMap(({ instance }) => (instance === undefined ? [] : [instance])))
  const rows = [...arns].flatMap((arn) => view.containerInstances.get(arn) ?? [])
  return new Map(
    rows.map((row) => {
      const attributes = new Map(row.attributes.map(({ name, value = "" }) => [name, value]))
      return [row.arn, { left: roomLeft(view, row), attributes }]
    }),
  )
}
