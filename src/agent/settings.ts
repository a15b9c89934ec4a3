// The settings of /etc/ecs/ecs.config that this agent has behaviour for, read into its options. Values are the user's own
// words: what cannot be read is logged and left at its default, as the official agent does.
import type { Log } from "../kernel/index.ts"
import type { AgentOptions } from "./agent.ts"

/** What an EC2 instance hands to its agent. */
export interface InstanceOfAgent {
  readonly vcpus: number
  readonly memoryMiB: number
  readonly architecture: "x86_64" | "arm64"
  readonly settings: Readonly<Record<string, string>>
  readonly hostRoot?: string
  /** Whether tasks can have network interfaces of their own; where nobody says, they can. */
  readonly interfaces?: boolean
}

type Options = Pick<
  AgentOptions,
  "attributes" | "size" | "stopTimeoutSeconds" | "imagePull" | "hostRoot" | "architecture" | "registration"
>

/** All settings that have an effect. */
export const knownSettings: ReadonlySet<string> = new Set([
  "ECS_CLUSTER",
  "ECS_AVAILABLE_LOGGING_DRIVERS",
  "ECS_AWSVPC_BLOCK_IMDS",
  "ECS_CONTAINER_INSTANCE_TAGS",
  "ECS_CONTAINER_STOP_TIMEOUT",
  "ECS_DISABLE_PRIVILEGED",
  "ECS_ENABLE_TASK_ENI",
  "ECS_ENABLE_TASK_IAM_ROLE",
  "ECS_ENABLE_TASK_IAM_ROLE_NETWORK_HOST",
  "ECS_IMAGE_PULL_BEHAVIOR",
  "ECS_INSTANCE_ATTRIBUTES",
  "ECS_RESERVED_MEMORY",
  "ECS_RESERVED_PORTS",
  "ECS_RESERVED_PORTS_UDP",
])

/** Whether tasks in awsvpc mode are kept from the instance metadata service. */
export const blocksImds = ({ settings }: Pick<InstanceOfAgent, "settings">): boolean =>
  flag(settings.ECS_AWSVPC_BLOCK_IMDS ?? "") ?? false

/** The agent's options for its instance. */
export const instanceOptions = (instance: InstanceOfAgent, log: Log): Options => {
  const { settings, vcpus: cpus, memoryMiB, architecture, hostRoot } = instance
  const read = <T>(name: string, parse: (text: string) => T | undefined): T | undefined => {
    const text = settings[name]
    if (text === undefined || text === "") return undefined
    const value = parse(text)
    if (value === undefined) log.warn("A setting of the agent cannot be read and has no effect.", { name, value: text })
    return value
  }
  for (const name of Object.keys(settings)) {
    if (!knownSettings.has(name)) log.warn("A setting of the agent is not known here and has no effect.", { name })
  }
  const attributes = read("ECS_INSTANCE_ATTRIBUTES", textMap)
  const reserved = read("ECS_RESERVED_MEMORY", whole) ?? 0
  const stopTimeoutSeconds = read("ECS_CONTAINER_STOP_TIMEOUT", seconds)
  const imagePull = read("ECS_IMAGE_PULL_BEHAVIOR", pullBehaviour)
  const tags = read("ECS_CONTAINER_INSTANCE_TAGS", textMap)
  const ports = read("ECS_RESERVED_PORTS", portList)
  const portsUdp = read("ECS_RESERVED_PORTS_UDP", portList)
  const loggingDrivers = read("ECS_AVAILABLE_LOGGING_DRIVERS", textList)
  const lacking = [
    ...(read("ECS_ENABLE_TASK_IAM_ROLE", flag) === false ? ["com.amazonaws.ecs.capability.task-iam-role"] : []),
    ...(read("ECS_ENABLE_TASK_IAM_ROLE_NETWORK_HOST", flag) === false
      ? ["com.amazonaws.ecs.capability.task-iam-role-network-host"]
      : []),
    // On an ECS-optimized image it is on unless it is turned off.
    ...(read("ECS_ENABLE_TASK_ENI", flag) === false || instance.interfaces === false
      ? ["ecs.capability.task-eni"]
      : []),
    ...(read("ECS_DISABLE_PRIVILEGED", flag) ? ["com.amazonaws.ecs.capability.privileged-container"] : []),
  ]
  return {
    architecture,
    size: { cpus, memoryMiB: Math.max(0, memoryMiB - reserved) },
    ...(hostRoot !== undefined && { hostRoot }),
    ...(attributes && { attributes: pairs(attributes).map(([name, value]) => ({ name, value })) }),
    ...(stopTimeoutSeconds !== undefined && { stopTimeoutSeconds }),
    ...(imagePull !== undefined && { imagePull }),
    registration: {
      lacking,
      ...(tags && { tags: pairs(tags).map(([key, value]) => ({ key, value })) }),
      ...(ports && { ports }),
      ...(portsUdp && { portsUdp }),
      ...(loggingDrivers && { loggingDrivers }),
    },
  }
}

const pairs = (map: Readonly<Record<string, string>>): [string, string][] => Object.entries(map)

const json = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const textMap = (text: string): Record<string, string> | undefined => {
  const value = json(text)
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined
  return Object.values(value).every((one) => typeof one === "string") ? (value as Record<string, string>) : undefined
}

const textList = (text: string): string[] | undefined => {
  const value = json(text)
  return Array.isArray(value) && value.every((one) => typeof one === "string") ? value : undefined
}

const portList = (text: string): string[] | undefined => {
  const value = json(text)
  const isPort = (one: unknown) => Number.isInteger(one) && Number(one) >= 0 && Number(one) <= 65535
  return Array.isArray(value) && value.every(isPort) ? value.map(String) : undefined
}

const whole = (text: string): number | undefined => (/^\d{1,9}$/.test(text) ? Number(text) : undefined)

/** Go's `strconv.ParseBool`, as the official agent has it. */
const flag = (text: string): boolean | undefined => {
  if (/^(1|t|T|TRUE|true|True)$/.test(text)) return true
  return /^(0|f|F|FALSE|false|False)$/.test(text) ? false : undefined
}

const unitSeconds: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 }

/** Go's durations: `90s`, `1m30s`. */
const seconds = (text: string): number | undefined => {
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined
  let sum = 0
  for (const [, number, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    sum += Number(number) * (unitSeconds[unit ?? "s"] ?? 1)
  }
  return Math.round(sum)
}

const behaviours = ["default", "always", "once", "prefer-cached"] as const
const pullBehaviour = (text: string) => behaviours.find((behaviour) => behaviour === text)
