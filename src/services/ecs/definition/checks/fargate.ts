// What keeps a task definition from running on Fargate. Asked for in requiresCompatibilities it is refused with the
// first of these; otherwise `compatibilities` simply leaves FARGATE out.
// Texts [field]: badmintoncryer/cdk-preflight rules/ecs (probed at the real API) and the team's reference 1.6, 1.8.
import { clientException } from "../../faults.ts"
import {
  type Check,
  type ContainerBody,
  containersOf,
  type Definition,
  isGiven,
  isWindows,
  requires,
} from "../definition.ts"
import { isFargateSize, noFargateSize, parseCpu, parseMemory } from "../task-size.ts"

const unsupported = (member: string): string => `Fargate compatible task definitions do not support ${member}`
const logDrivers: readonly unknown[] = ["awslogs", "splunk", "awsfirelens"]
const leastStorage = 21
const mostStorage = 200
/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html, stopTimeout */
const longestTimeout = 120

const isArm = (definition: Definition): boolean => definition.runtimePlatform?.cpuArchitecture === "ARM64"

const sizeObstacle = (definition: Definition): string | undefined => {
  const { cpu, memory } = definition
  if (cpu === undefined) return "Fargate requires that 'cpu' be defined at the task level."
  if (memory === undefined) return "Fargate requires that 'memory' be defined at the task level."
  const units = parseCpu(cpu) ?? 0
  const mebibytes = parseMemory(memory) ?? 0
  // "When you run Windows containers on Fargate, you must have the X86_64 CPU architecture", and 1 to 4 vCPU.
  const fits = !isWindows(definition) || (units >= 1024 && units <= 4096 && !isArm(definition))
  if (!isFargateSize(units, mebibytes) || !fits) {
    return noFargateSize(String(units || cpu), String(mebibytes || memory))
  }
  return undefined
}

const taskObstacle = (definition: Definition): string | undefined => {
  if (definition.networkMode !== "awsvpc") return "Fargate only supports network mode ‘awsvpc’."
  if (definition.ipcMode !== undefined) return unsupported("ipcMode")
  if (definition.pidMode !== undefined && definition.pidMode !== "task") {
    return `Tasks using the Fargate launch type do not support pidMode '${definition.pidMode}'. The supported value for pidMode is 'task'.`
  }
  if (isGiven(definition.placementConstraints)) return unsupported("constraints")
  for (const volume of definition.volumes ?? []) {
    if (volume.fsxWindowsFileServerVolumeConfiguration) return unsupported("fsxWindowsFileServerVolumeConfiguration") // by analogy
    if (volume.host?.sourcePath !== undefined) return unsupported("sourcePath")
    if (volume.dockerVolumeConfiguration) return unsupported("dockerVolumeConfiguration")
  }
  return sizeObstacle(definition)
}

const logObstacle = (container: ContainerBody, definition: Definition): string | undefined => {
  const log = container.logConfiguration
  if (!log) return undefined
  if (!logDrivers.includes(log.logDriver)) {
    return `${log.logDriver} is not a valid log driver. Must be one of [awslogs, splunk, awsfirelens]`
  }
  if (log.logDriver !== "awslogs") return undefined
  if (!definition.executionRoleArn) {
    return "Fargate requires task definition to have execution role ARN to support log driver awslogs."
  }
  return log.options?.["awslogs-stream-prefix"]
    ? undefined
    : "Fargate requires log configuration options to include awslogs-stream-prefix to support log driver awslogs."
}

/** `<account>.dkr.ecr.<region>.amazonaws.com/…` */
export const isEcrImage = (image: string | undefined): boolean =>
  /^\d{12}\.dkr\.ecr(-fips)?\.[a-z0-9-]+\.amazonaws\.com(\.cn)?\//.test(image ?? "")

const containerObstacle = (container: ContainerBody, definition: Definition): string | undefined => {
  if (container.privileged) return "Fargate requires that the 'privileged' setting be 'false'"
  if (isGiven(container.dockerSecurityOptions)) return unsupported("dockerSecurityOptions")
  if (container.resourceRequirements?.some((requirement) => requirement.type === "GPU")) {
    return "Tasks using the Fargate launch type do not support GPU resource requirements."
  }
  if (container.resourceRequirements?.some((requirement) => requirement.type === "NeuronDevice")) {
    return "Tasks using the Fargate launch type do not support NeuronDevice resource requirements." // by analogy
  }
  if (container.firelensConfiguration?.options?.["config-file-type"] === "s3") {
    return "Fargate launch type does not support FirelensConfiguration config file from 's3'" // [emu]
  }
  if (isWindows(definition) && isGiven(container.ulimits)) return unsupported("ulimits") // by analogy
  for (const word of ["startTimeout", "stopTimeout"] as const) {
    if ((container[word] ?? 0) > longestTimeout) return `Invalid '${word}' setting for container '${container.name}'.`
  }
  const linux = container.linuxParameters ?? {}
  for (const member of ["devices", "maxSwap", "swappiness", "sharedMemorySize", "tmpfs"] as const) {
    if (isGiven(linux[member])) return unsupported(member)
  }
  const capability = linux.capabilities?.add?.find((name) => name !== "SYS_PTRACE")
  if (capability !== undefined) return `${capability} is not allowed on Fargate.`
  if (isEcrImage(container.image) && !definition.executionRoleArn) {
    return "Fargate requires task definition to have execution role ARN to support ECR images."
  }
  return logObstacle(container, definition)
}

/** Why the definition cannot run on Fargate, in AWS's words; undefined when it can. */
export const fargateObstacle = (definition: Definition): string | undefined => {
  const ofTask = taskObstacle(definition)
  if (ofTask !== undefined) return ofTask
  for (const container of containersOf(definition)) {
    const obstacle = containerObstacle(container, definition)
    if (obstacle !== undefined) return obstacle
  }
  return undefined
}

export const checkFargate: Check = (definition) => {
  if (!requires(definition, "FARGATE")) return
  const obstacle = fargateObstacle(definition)
  if (obstacle !== undefined) throw clientException(obstacle)
}

export const checkEphemeralStorage: Check = ({ ephemeralStorage }) => {
  if (!ephemeralStorage) return
  const size = ephemeralStorage.sizeInGiB ?? 0
  if (!Number.isInteger(size)) throw clientException("EphemeralStorage size should be an integer.") // text from memory
  if (size < leastStorage) throw clientException(`EphemeralStorage size should be at least ${leastStorage}.`)
  if (size > mostStorage) throw clientException(`EphemeralStorage size should be at most ${mostStorage}.`)
}
