// Members of the task itself that are of a closed set or of a form: compatibilities, modes, roles, proxy.
import { parseArn } from "../../../../kernel/index.ts"
import { clientException } from "../../faults.ts"
import { type Check, containersOf } from "../definition.ts"

const compatibilities: readonly unknown[] = ["EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"]
const architectures: readonly unknown[] = [undefined, "X86_64", "ARM64"]

export const checkCompatibilities: Check = (definition) => {
  for (const asked of definition.requiresCompatibilities ?? []) {
    if (!compatibilities.includes(asked)) {
      throw clientException(`Invalid 'requiresCompatibilities' setting for task: ${asked}.`) // text from memory
    }
    if (asked === "EXTERNAL" && definition.networkMode === "awsvpc") {
      throw clientException("External task definitions do not support network mode awsvpc.") // text from memory
    }
  }
}

export const checkModes: Check = ({ ipcMode, pidMode, runtimePlatform }) => {
  if (pidMode !== undefined && pidMode !== "host" && pidMode !== "task") {
    throw clientException(`Invalid 'pidMode' setting for task: ${pidMode}.`) // text from memory
  }
  if (ipcMode !== undefined && ipcMode !== "host" && ipcMode !== "task" && ipcMode !== "none") {
    throw clientException(`Invalid 'ipcMode' setting for task: ${ipcMode}.`) // text from memory
  }
  if (!architectures.includes(runtimePlatform?.cpuArchitecture)) {
    throw clientException(`Invalid 'cpuArchitecture' setting for task: ${runtimePlatform?.cpuArchitecture}.`) // from memory
  }
}

/** A role is named by ARN, or by its name alone. */
const isRole = (role: string): boolean => {
  if (!role.startsWith("arn:")) return /^[\w+=,.@/-]{1,512}$/.test(role)
  const arn = parseArn(role)
  return arn?.service === "iam" && /^\d{12}$/.test(arn.account) && arn.resource.startsWith("role/")
}

export const checkRoles: Check = ({ taskRoleArn, executionRoleArn }) => {
  for (const role of [taskRoleArn, executionRoleArn]) {
    if (role && !isRole(role)) throw clientException("Role is not valid")
  }
}

export const checkProxy: Check = (definition) => {
  const proxy = definition.proxyConfiguration
  if (!proxy) return
  if (definition.networkMode !== "awsvpc") {
    throw clientException("proxyConfiguration is only supported when networkMode=awsvpc.") // text from memory
  }
  if (!containersOf(definition).some((container) => container.name === proxy.containerName)) {
    throw clientException(`The proxy container '${proxy.containerName}' does not exist in the task definition.`) // from memory
  }
}
