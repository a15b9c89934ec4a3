// What an agent says that its host can do and has, when it registers. Pure; only what is true of this agent is in here.
import type { HostFacts } from "./ports.ts"

/** An attribute as RegisterContainerInstance has it. */
export interface Attribute {
  readonly name: string
  readonly value?: string
}

// The official agent lists only versions below 1.33 and leaves out the ones that never appeared in a release of Docker.
const dockerApis = [
  "1.17",
  "1.18",
  "1.19",
  "1.20",
  "1.21",
  "1.22",
  "1.23",
  "1.24",
  "1.25",
  "1.28",
  "1.29",
  "1.30",
  "1.32",
]

const capabilities = [
  "ecs.capability.container-ordering",
  // Understands TaskManifestMessage.
  "ecs.capability.full-sync",
  ...dockerApis.map((version) => `com.amazonaws.ecs.capability.docker-remote-api.${version}`),
  // Docker's own are handed on to it; what it cannot do on this host fails the container in its words.
  ...["json-file", "awslogs", "none", "syslog", "journald", "gelf", "fluentd", "splunk"].map(
    (driver) => `com.amazonaws.ecs.capability.logging-driver.${driver}`,
  ),
  "com.amazonaws.ecs.capability.privileged-container",
  "com.amazonaws.ecs.capability.task-iam-role",
  "com.amazonaws.ecs.capability.task-iam-role-network-host",
  "com.amazonaws.ecs.capability.ecr-auth",
  "ecs.capability.private-registry-authentication.secretsmanager",
  "ecs.capability.secrets.ssm.environment-variables",
  "ecs.capability.secrets.ssm.bootstrap.log-driver",
  "ecs.capability.secrets.asm.environment-variables",
  "ecs.capability.secrets.asm.bootstrap.log-driver",
  "ecs.capability.execution-role-ecr-pull",
  "ecs.capability.execution-role-awslogs",
  "ecs.capability.network.container-port-range",
  "ecs.capability.container-restart-policy",
  "ecs.capability.pid-ipc-namespace-sharing",
  "ecs.capability.container-health-check",
  "ecs.capability.docker-plugin.local",
  "ecs.capability.task-eni",
  "ecs.capability.task-cpu-mem-limit",
  "ecs.capability.increased-task-cpu-limit",
]

/** All attributes of a registration, in the official agent's order: custom (the first time only), capabilities, system. */
export const attributesOf = (host: HostFacts, first: boolean): readonly Attribute[] => [
  ...(first ? host.attributes : []),
  ...capabilities.filter((name) => has(host, name)).map((name) => ({ name })),
  ...(host.accessControls ?? []).map((name) => ({ name: `com.amazonaws.ecs.capability.${name}` })),
  { name: "ecs.os-type", value: "linux" },
  { name: "ecs.os-family", value: "LINUX" },
  ...(host.architecture ? [{ name: "ecs.cpu-architecture", value: host.architecture }] : []),
]

const loggingDriver = "com.amazonaws.ecs.capability.logging-driver."

const has = ({ registration }: HostFacts, name: string): boolean => {
  if (registration?.lacking?.includes(name)) return false
  const drivers = registration?.loggingDrivers
  return !drivers || !name.startsWith(loggingDriver) || drivers.includes(name.slice(loggingDriver.length))
}

const ownPorts = ["22", "2375", "2376", "51678", "51679"]

/** `totalResources` of a registration. PORTS are those already taken, not those to give out. */
export const resourcesOf = (host: Pick<HostFacts, "cpus" | "memoryMiB" | "registration">) => [
  { name: "CPU", type: "INTEGER", integerValue: 1024 * host.cpus },
  { name: "MEMORY", type: "INTEGER", integerValue: Math.floor(host.memoryMiB) },
  {
    name: "PORTS",
    type: "STRINGSET",
    stringSetValue: [...new Set([...ownPorts, ...(host.registration?.ports ?? [])])],
  },
  { name: "PORTS_UDP", type: "STRINGSET", stringSetValue: [...(host.registration?.portsUdp ?? [])] },
]

/** The names of attributes that did not come back with the value they were sent with; a missing value equals `""`. */
export const notEchoed = (
  sent: readonly Attribute[],
  returned: readonly { name?: string | undefined; value?: string | undefined }[],
): string[] => {
  const values = new Map(returned.map((attribute) => [attribute.name, attribute.value ?? ""]))
  return sent
    .filter((attribute) => values.get(attribute.name) !== (attribute.value ?? ""))
    .map((attribute) => attribute.name)
}
