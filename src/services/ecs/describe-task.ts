// A task's record as the API and the events of ECS show it. Pure: one record (and its definition) in, data out.
import type { Attachment, Container, HealthStatus, NetworkBinding, Task, TaskOverride } from "@aws-sdk/client-ecs"
import type { Frozen, TaskRow, View } from "../../state/index.ts"
import { reportsStorage } from "./run-task/platform.ts"
import { date, present, thaw } from "./shape.ts"
import { tagsOut, taskTags } from "./tags.ts"

/** The member of the attachment's details that carries the task's address. */
const addressDetail = "privateIPv4Address"

const interfacesOf = (task: TaskRow): { attachmentId: string; privateIpv4Address: string }[] =>
  task.attachments.flatMap((attachment) => {
    const address = attachment.details.find((detail) => detail.name === addressDetail)?.value
    return address === undefined ? [] : [{ attachmentId: attachment.id, privateIpv4Address: address }]
  })

/** UNKNOWN without a health check: one that an image brings along is ignored by ECS. */
const healthOf = (task: TaskRow, name: string, healthChecked: boolean): HealthStatus =>
  healthChecked ? (task.observed.containers[name]?.health ?? "UNKNOWN") : "UNKNOWN"

/**
 * A task's health by that of its essential containers: UNHEALTHY when one is, HEALTHY when all are, else UNKNOWN.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/healthcheck.html
 */
export const taskHealth = (task: TaskRow): HealthStatus => {
  const essential = task.containers.filter((container) => container.essential)
  const health = essential.map((container) => healthOf(task, container.name, container.healthChecked))
  if (health.includes("UNHEALTHY")) return "UNHEALTHY"
  return health.length > 0 && health.every((one) => one === "HEALTHY") ? "HEALTHY" : "UNKNOWN"
}

/**
 * Whether the agent has said more of a container than that it is there. Before, ECS shows neither its health nor its
 * bindings ([field] the examples of `aws ecs run-task`, and public answers to it); a task that is over has a health.
 */
const isSeen = (task: TaskRow, name: string): boolean =>
  (task.observed.containers[name]?.status ?? "PENDING") !== "PENDING"

const containersOf = (task: TaskRow): Container[] =>
  task.containers.map((container) => {
    const seen = task.observed.containers[container.name]
    const hasRun = seen?.status === "RUNNING" || seen?.runtimeId !== undefined
    const hasHealth = isSeen(task, container.name) || task.lastStatus === "STOPPED"
    return present<Container>({
      containerArn: container.arn,
      taskArn: task.arn,
      name: container.name,
      image: container.image,
      imageDigest: seen?.imageDigest,
      runtimeId: seen?.runtimeId,
      // A container that was never made is over with its task.
      lastStatus: seen?.status ?? (task.lastStatus === "STOPPED" ? "STOPPED" : "PENDING"),
      exitCode: seen?.exitCode,
      reason: seen?.reason,
      networkBindings: hasRun
        ? thaw<NetworkBinding[]>((seen?.networkBindings ?? []) as Frozen<NetworkBinding[]>)
        : undefined,
      networkInterfaces: interfacesOf(task),
      healthStatus: hasHealth ? healthOf(task, container.name, container.healthChecked) : undefined,
      cpu: container.cpu,
      memory: container.memory,
      memoryReservation: container.memoryReservation,
      gpuIds: container.gpuIds && [...container.gpuIds],
    })
  })

const attachmentsOf = (task: TaskRow): Attachment[] =>
  task.attachments.map(({ id, type, status, details }) => ({
    id,
    type,
    status,
    details: details.map((d) => ({ ...d })),
  }))

const architectureOf = (view: View, task: TaskRow): string => {
  const platform = view.taskDefinitions.get(task.taskDefinitionArn)?.definition.runtimePlatform
  return platform?.cpuArchitecture === "ARM64" ? "arm64" : "x86_64"
}

/**
 * Whether the task's agent is there, once the task was given to it. What is over keeps what was true then.
 * `connectivityAt` is "the time when the task last went into CONNECTED status" (API_Task), also while it is DISCONNECTED.
 */
const connectivityOf = (view: View, task: TaskRow): Pick<Task, "connectivity" | "connectivityAt"> => {
  const { connectivity, connectivityAt } = task
  const session =
    task.lastStatus === "STOPPED" || connectivityAt === undefined || task.containerInstanceArn === undefined
      ? undefined
      : view.containerInstances.get(task.containerInstanceArn)?.session
  if (!session || connectivityAt === undefined) return { connectivity, connectivityAt: date(connectivityAt) }
  return session.connected
    ? { connectivity: "CONNECTED", connectivityAt: date(Math.max(connectivityAt, session.since)) }
    : { connectivity: "DISCONNECTED", connectivityAt: date(connectivityAt) }
}

/** A task as DescribeTasks answers it. A Fargate task shows no container instance: its host is nobody's business. */
export const describeTask = (view: View, task: TaskRow, withTags = false): Task => {
  const isFargate = task.launchType === "FARGATE"
  const hasHealth = task.lastStatus === "STOPPED" || task.containers.some(({ name }) => isSeen(task, name))
  const hasStorage = task.ephemeralStorageGiB !== undefined && reportsStorage(task.platformVersion)
  const storage = hasStorage ? { sizeInGiB: task.ephemeralStorageGiB } : undefined
  return present<Task>({
    attachments: attachmentsOf(task),
    attributes: [{ name: "ecs.cpu-architecture", value: architectureOf(view, task) }],
    availabilityZone: task.availabilityZone,
    capacityProviderName: task.capacityProviderName,
    clusterArn: task.clusterArn,
    ...connectivityOf(view, task),
    containerInstanceArn: isFargate ? undefined : task.containerInstanceArn,
    containers: containersOf(task),
    cpu: task.cpu,
    createdAt: date(task.createdAt),
    desiredStatus: task.desiredStatus,
    enableExecuteCommand: task.enableExecuteCommand,
    executionStoppedAt: date(task.executionStoppedAt),
    group: task.group,
    healthStatus: hasHealth ? taskHealth(task) : undefined,
    lastStatus: task.lastStatus,
    launchType: task.launchType,
    memory: task.memory,
    overrides: thaw<TaskOverride>(task.overrides),
    platformVersion: task.platformVersion,
    platformFamily: task.platformFamily,
    pullStartedAt: date(task.observed.pullStartedAt),
    pullStoppedAt: date(task.observed.pullStoppedAt),
    startedAt: date(task.startedAt),
    startedBy: task.startedBy,
    stopCode: task.stopCode,
    stoppedAt: date(task.stoppedAt),
    stoppedReason: task.stoppedReason,
    stoppingAt: date(task.stoppingAt),
    tags: withTags ? tagsOut(taskTags(task)) : [],
    taskArn: task.arn,
    taskDefinitionArn: task.taskDefinitionArn,
    version: task.version,
    ephemeralStorage: storage,
    fargateEphemeralStorage: isFargate ? storage : undefined,
  })
}

/**
 * `detail` of an `ECS Task State Change` event: the task as DescribeTasks shows it, but with times as ISO 8601 text,
 * without tags, health, platform family, `fargateEphemeralStorage` and empty lists, and with attachments of type `eni`.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html
 */
export const taskStateChangeDetail = (view: View, task: TaskRow, updatedAt: number): object => {
  const {
    tags: _tags,
    healthStatus: _health,
    fargateEphemeralStorage: _storage,
    platformFamily: _platform,
    attachments,
    overrides,
    ...shown
  } = describeTask(view, task)
  const { inferenceAcceleratorOverrides = [], ...overridden } = overrides ?? {}
  const detail = {
    ...shown,
    overrides: inferenceAcceleratorOverrides.length > 0 ? overrides : overridden,
    attachments: attachments?.map((attachment) => ({ ...attachment, type: "eni" })),
    containers: shown.containers?.map(({ healthStatus: _ofContainer, networkBindings, ...container }) =>
      networkBindings?.length ? { ...container, networkBindings } : container,
    ),
    updatedAt: new Date(updatedAt),
  }
  // Dates become ISO 8601 text, as everywhere in events.
  return JSON.parse(JSON.stringify(detail)) as object
}
