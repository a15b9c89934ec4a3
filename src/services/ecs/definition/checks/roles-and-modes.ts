// Members of the task itself that are of a closed set or of a form: modes, platform, roles, constraints, fault injection.
import { parseArn } from "../../../../kernel/index.ts"
import { clientException } from "../../faults.ts"
import { readQuery } from "../../placement.ts"
import { type Check, containersOf, isWindows } from "../definition.ts"

const architectures: readonly unknown[] = [undefined, "X86_64", "ARM64"]
/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RuntimePlatform.html */
const families: readonly unknown[] = [
  undefined,
  "LINUX",
  ...[
    "2004_CORE",
    "2016_FULL",
    "2019_CORE",
    "2019_FULL",
    "2022_CORE",
    "2022_FULL",
    "2025_CORE",
    "2025_FULL",
    "20H2_CORE",
  ].map((edition) => `WINDOWS_SERVER_${edition}`),
]

export const checkModes: Check = (definition) => {
  const { ipcMode, pidMode, runtimePlatform } = definition
  if (pidMode !== undefined && pidMode !== "host" && pidMode !== "task") {
    throw clientException(`Invalid 'pidMode' setting for task: ${pidMode}.`) // text from memory
  }
  if (ipcMode !== undefined && ipcMode !== "host" && ipcMode !== "task" && ipcMode !== "none") {
    throw clientException(`Invalid 'ipcMode' setting for task: ${ipcMode}.`) // text from memory
  }
  if (!families.includes(runtimePlatform?.operatingSystemFamily)) {
    throw clientException(
      `Invalid 'operatingSystemFamily' setting for task: ${runtimePlatform?.operatingSystemFamily}.`, // text from memory
    )
  }
  if (!architectures.includes(runtimePlatform?.cpuArchitecture)) {
    throw clientException(`Invalid 'cpuArchitecture' setting for task: ${runtimePlatform?.cpuArchitecture}.`) // from memory
  }
  // "This parameter is not supported for Windows containers or tasks run on Fargate." (API_TaskDefinition); from memory
  if (isWindows(definition) && (pidMode ?? ipcMode) !== undefined) {
    throw clientException(`Windows containers do not support ${pidMode === undefined ? "ipcMode" : "pidMode"}.`)
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

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fault-injection.html: awsvpc or host, and never Windows. */
export const checkFaultInjection: Check = (definition) => {
  if (!definition.enableFaultInjection) return
  const { networkMode } = definition
  if (networkMode !== "awsvpc" && networkMode !== "host") {
    throw clientException("enableFaultInjection is only supported when networkMode=awsvpc or networkMode=host.") // from memory
  }
  if (isWindows(definition)) throw clientException("Windows containers do not support enableFaultInjection.") // from memory
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskDefinitionPlacementConstraint.html; texts from memory */
export const checkConstraints: Check = ({ placementConstraints = [] }) => {
  if (placementConstraints.length > 10) throw clientException("At most 10 placement constraints can be specified.")
  for (const { type, expression } of placementConstraints) {
    if (type !== "memberOf") throw clientException(`Invalid placement constraint type '${type}'.`)
    if (!expression) throw clientException("Placement constraint memberOf requires an expression.")
    const query = readQuery(expression)
    if (typeof query === "string") throw clientException(query)
  }
}

/** Closed sets of single containers. Texts from memory. */
export const checkContainerModes: Check = (definition) => {
  for (const { name, versionConsistency, credentialSpecs = [], repositoryCredentials } of containersOf(definition)) {
    if (versionConsistency !== undefined && versionConsistency !== "enabled" && versionConsistency !== "disabled") {
      throw clientException(`Invalid 'versionConsistency' setting for container '${name}'.`)
    }
    // "We support a list of one" (API_ContainerDefinition, credentialSpecs)
    if (credentialSpecs.length > 1 || !credentialSpecs.every((spec) => /^credentialspec(domainless)?:./.test(spec))) {
      throw clientException(`Invalid 'credentialSpecs' setting for container '${name}'.`)
    }
    if (repositoryCredentials && !repositoryCredentials.credentialsParameter) {
      throw clientException(`Invalid 'repositoryCredentials' setting for container '${name}'.`)
    }
    if (repositoryCredentials && !definition.executionRoleArn) {
      throw clientException(
        "When you are specifying repository credentials, you must also specify a value for 'executionRoleArn'.", // by analogy
      )
    }
  }
}
