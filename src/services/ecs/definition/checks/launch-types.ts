// What keeps a task definition from EXTERNAL instances, from Managed Instances and from EC2; Fargate's list is in
// fargate.ts. Asked for in requiresCompatibilities it is refused, otherwise `compatibilities` leaves the place out.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instances-tasks-services.html and ecs-anywhere.html
import { clientException } from "../../faults.ts"
import { type Check, containersOf, type Definition, isGiven, isWindows, requires } from "../definition.ts"

const places: readonly unknown[] = ["EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"]

/** The first that is there, said in the form that Fargate's refusals have; no source has these texts. */
const firstOf = (kind: string, members: Readonly<Record<string, unknown>>): string | undefined => {
  const member = Object.entries(members).find(([, value]) => value)?.[0]
  return member === undefined ? undefined : `${kind} compatible task definitions do not support ${member}`
}

const some = (definition: Definition, member: keyof ReturnType<typeof containersOf>[number]): boolean =>
  containersOf(definition).some((container) => container[member] !== false && isGiven(container[member]))

/** Why the definition cannot run on Managed Instances; undefined when it can. Texts by analogy with Fargate's. */
export const managedObstacle = (definition: Definition): string | undefined => {
  const { networkMode } = definition
  if (networkMode !== undefined && networkMode !== "awsvpc" && networkMode !== "host") {
    return `Managed Instances only support network modes ‘awsvpc’ and ‘host’.`
  }
  if (isWindows(definition)) return "Managed Instances only support the operating system family LINUX."
  const volumes = definition.volumes ?? []
  const linux = containersOf(definition).map((container) => container.linuxParameters ?? {})
  return firstOf("Managed Instances", {
    ephemeralStorage: definition.ephemeralStorage,
    ipcMode: definition.ipcMode,
    proxyConfiguration: definition.proxyConfiguration,
    dockerVolumeConfiguration: volumes.some((volume) => volume.dockerVolumeConfiguration),
    fsxWindowsFileServerVolumeConfiguration: volumes.some((volume) => volume.fsxWindowsFileServerVolumeConfiguration),
    disableNetworking: some(definition, "disableNetworking"),
    dnsSearchDomains: some(definition, "dnsSearchDomains"),
    dnsServers: some(definition, "dnsServers"),
    dockerSecurityOptions: some(definition, "dockerSecurityOptions"),
    extraHosts: some(definition, "extraHosts"),
    hostname: some(definition, "hostname"),
    links: some(definition, "links"),
    maxSwap: linux.some(({ maxSwap }) => maxSwap !== undefined),
    swappiness: linux.some(({ swappiness }) => swappiness !== undefined),
    sharedMemorySize: linux.some(({ sharedMemorySize }) => sharedMemorySize !== undefined),
    tmpfs: linux.some(({ tmpfs }) => isGiven(tmpfs)),
  })
}

/** Why the definition cannot run on EXTERNAL instances: "load balancing, EFS, awsvpc and App Mesh aren't supported". */
export const externalObstacle = (definition: Definition): string | undefined => {
  if (definition.networkMode === "awsvpc") return "External task definitions do not support network mode awsvpc." // from memory
  const volumes = definition.volumes ?? []
  return firstOf("External", {
    proxyConfiguration: definition.proxyConfiguration,
    ephemeralStorage: definition.ephemeralStorage,
    efsVolumeConfiguration: volumes.some((volume) => volume.efsVolumeConfiguration),
    fsxWindowsFileServerVolumeConfiguration: volumes.some((volume) => volume.fsxWindowsFileServerVolumeConfiguration),
    configuredAtLaunch: volumes.some((volume) => volume.configuredAtLaunch),
    // amazon-ecs-agent takes these capabilities from an agent in external mode (agent_capability.go).
    enableFaultInjection: definition.enableFaultInjection,
  })
}

export const checkLaunchTypes: Check = (definition) => {
  for (const asked of definition.requiresCompatibilities ?? []) {
    if (!places.includes(asked)) {
      throw clientException(`Invalid 'requiresCompatibilities' setting for task: ${asked}.`) // text from memory
    }
  }
  const asked = definition.requiresCompatibilities ?? []
  if (definition.ephemeralStorage && asked.includes("EC2") && !asked.includes("FARGATE")) {
    // [field] badmintoncryer/cdk-preflight, probed at the real API
    throw clientException("Tasks using the EC2 launch type do not support EphemeralStorage")
  }
  const obstacle =
    (requires(definition, "MANAGED_INSTANCES") && managedObstacle(definition)) ||
    (requires(definition, "EXTERNAL") && externalObstacle(definition))
  if (obstacle) throw clientException(obstacle)
}
