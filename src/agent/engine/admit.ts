// A task of a payload becomes a snapshot: checked, its names chosen, nothing made yet. Pure but for the ids handed in.
import type { Ids } from "../../kernel/index.ts"
import type { AcsContainer, AcsTask } from "../../protocol/index.ts"
import type { ContainerSnapshot, TaskSnapshot } from "../types.ts"
import { hasCircle } from "./dependencies.ts"
import { containerLabels, dockerName, namespacePauseName, type Owner, pauseName } from "./names.ts"
import { circleReason } from "./reasons.ts"

/** What came of a task: `rejected` ones are STOPPED snapshots that spoil the payload's ack. */
export interface Admission {
  readonly task: TaskSnapshot
  readonly rejected: boolean
}

/** Takes a task that is to run. Credentials are left out; their id stays. */
export const admit = (
  task: AcsTask,
  { ids, owner, pauseImage }: { ids: Ids; owner: Owner; pauseImage: string },
): Admission => {
  const { roleCredentials, executionRoleCredentials, ...definition } = task
  const base: TaskSnapshot = {
    arn: task.arn,
    definition,
    known: "NONE",
    desired: "RUNNING",
    containers: [],
    linkAddresses: [],
    volumeNames: volumeNames(task, ids),
    ...(roleCredentials && { credentialsId: roleCredentials.credentialsId }),
    ...(executionRoleCredentials && { executionCredentialsId: executionRoleCredentials.credentialsId }),
  }
  const problem = problemOf(task)
  // The name is spelled like this by ECS's agent, and looked for by those who read it.
  if (problem) return { task: stopped(base, `UnrecogniedTaskError: Error loading task - ${problem}`), rejected: true }
  const make = (container: AcsContainer, type: ContainerSnapshot["type"]): ContainerSnapshot => ({
    name: container.name,
    definition: container,
    type,
    known: "NONE",
    desired: "RUNNING",
    metadataId: ids.uuid(),
    runtimeName: dockerName(task, container.name, ids),
    labels: { ...userLabels(container), ...containerLabels(task, container.name, owner) },
    mounts: [],
    ...logDriver(container),
  })
  const users = (task.containers ?? []).map((container) => make(withOverrides(container), "NORMAL"))
  const pause = pauseOf(task)
  const pauses = pause ? [make(pauseContainer(pause.name, pauseImage), pause.type)] : []
  const admitted = { ...base, containers: [...users, ...pauses] }
  return { task: hasCircle(users) ? stopped(admitted, circleReason(task.arn)) : admitted, rejected: false }
}

/** A STOP of a task that this agent does not have: it is over, and that is all there is to say. */
export const unknownStop = (task: AcsTask): TaskSnapshot =>
  stopped({
    arn: task.arn,
    definition: { arn: task.arn, desiredStatus: "STOPPED" },
    known: "NONE",
    desired: "STOPPED",
    containers: [],
    linkAddresses: [],
    volumeNames: {},
  })

const stopped = (task: TaskSnapshot, reason?: string): TaskSnapshot => ({
  ...task,
  known: "STOPPED",
  desired: "STOPPED",
  containers: task.containers.map((container) => ({ ...container, known: "STOPPED", desired: "STOPPED" })),
  ...(reason !== undefined && { reason: reason.slice(0, 1024) }),
})

const problemOf = (task: AcsTask): string | undefined => {
  const containers = task.containers ?? []
  if (containers.length === 0) return "no containers"
  const names = new Set(containers.map((container) => container.name))
  if (names.size < containers.length) return "two containers have the same name"
  for (const container of containers) {
    for (const { containerName } of container.dependsOn ?? []) {
      if (!names.has(containerName))
        return `container ${container.name} depends on ${containerName}, which does not exist`
    }
    for (const text of [container.dockerConfig.config, container.dockerConfig.hostConfig]) {
      if (parseObject(text) === undefined) return `container ${container.name}: dockerConfig is not a JSON object`
    }
    const overrides = parseObject(container.overrides ?? "{}")
    if (!overrides) return `container ${container.name}: overrides is not a JSON object`
    const key = Object.keys(overrides).find((name) => name !== "command")
    if (key !== undefined) return `Unrecognized key: ${key}`
  }
  if (task.networkMode === "awsvpc" && !task.elasticNetworkInterfaces?.[0]?.ipv4Addresses[0]) {
    return "networkMode awsvpc without a network interface"
  }
  return undefined
}

/** A JSON object, or undefined for any other text. Empty text is an empty object, as in ECS's agent. */
export const parseObject = (text: string): Readonly<Record<string, unknown>> | undefined => {
  if (text === "") return {}
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

const withOverrides = (container: AcsContainer): AcsContainer => {
  const { command } = parseObject(container.overrides ?? "") ?? {}
  return Array.isArray(command) ? { ...container, command: command.map(String) } : container
}

const userLabels = (container: AcsContainer): Readonly<Record<string, string>> =>
  (parseObject(container.dockerConfig.config)?.Labels as Record<string, string> | undefined) ?? {}

const logDriver = (container: AcsContainer): Pick<ContainerSnapshot, "logDriver" | "logOptions"> => {
  const config = parseObject(container.dockerConfig.hostConfig)?.LogConfig as
    | { Type?: string; Config?: Record<string, string> }
    | undefined
  if (!config?.Type) return {}
  return { logDriver: config.Type, logOptions: config.Config ?? {} }
}

const volumeNames = (task: AcsTask, ids: Ids): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (task.volumes ?? []).flatMap((volume) => {
      const docker = volume.dockerVolumeConfiguration
      if (docker?.scope === "shared") return [[volume.name, volume.name]]
      const anonymous = volume.type === "host" && !volume.host?.sourcePath
      return volume.type === "docker" || anonymous ? [[volume.name, dockerName(task, volume.name, ids)]] : []
    }),
  )

/** The container that holds what all containers of the task share, if they share anything. */
const pauseOf = (task: AcsTask): { name: string; type: ContainerSnapshot["type"] } | undefined => {
  if (task.networkMode === "awsvpc") return { name: pauseName, type: "CNI_PAUSE" }
  if (task.pidMode !== "task" && task.ipcMode !== "task") return undefined
  return { name: namespacePauseName, type: "NAMESPACE_PAUSE" }
}

/** Not of the definition: it holds the namespaces that the task's containers share. */
const pauseContainer = (name: string, image: string): AcsContainer => ({
  name,
  image,
  cpu: 0,
  memory: 0,
  essential: true,
  dockerConfig: { config: "{}", hostConfig: "{}" },
})
