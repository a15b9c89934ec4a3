// Where a task definition could run, and what a container instance must be able to do for it. Both are computed from
// the definition whenever it is described; nothing of this is stored.
import type { Compatibility } from "@aws-sdk/client-ecs"
import { fargateObstacle, isEcrImage } from "./checks/fargate.ts"
import { externalObstacle, managedObstacle } from "./checks/launch-types.ts"
import { type ContainerBody, containersOf, type Definition, isGiven, requires } from "./definition.ts"

/**
 * `compatibilities` of DescribeTaskDefinition. AWS's own answers have the members in no order that holds; this one is the
 * reference's (1.8). Outside awsvpc Managed Instances are named only when they were asked for, as the reference has it.
 */
export const compatibilitiesOf = (definition: Definition): Compatibility[] => {
  const managed = managedObstacle(definition) === undefined
  if (definition.networkMode !== "awsvpc") {
    return [
      ...(externalObstacle(definition) === undefined ? ["EXTERNAL" as const] : []),
      "EC2",
      ...(managed && requires(definition, "MANAGED_INSTANCES") ? ["MANAGED_INSTANCES" as const] : []),
    ]
  }
  return [
    "EC2",
    ...(managed ? ["MANAGED_INSTANCES" as const] : []),
    ...(fargateObstacle(definition) === undefined ? ["FARGATE" as const] : []),
  ]
}

const old = (capability: string): string => `com.amazonaws.ecs.capability.${capability}`
const capability = (name: string): string => `ecs.capability.${name}`
/** Versions that amazon-ecs-agent offers: 1.17 and up. */
const api = (version: string): string => old(`docker-remote-api.${version}`)

const secretStore = (valueFrom: string | undefined): "asm" | "ssm" =>
  valueFrom?.includes(":secretsmanager:") ? "asm" : "ssm"

/** [field] awslogs-create-group and a start period go with 1.29, `mode` with 1.28: answers of the API that users published. */
const ofLog = (log: NonNullable<ContainerBody["logConfiguration"]>, executes: boolean): string[] => {
  const options = log.options ?? {}
  return [
    old(`logging-driver.${log.logDriver}`),
    api("1.19"),
    ...(log.logDriver === "awslogs" && executes ? [capability("execution-role-awslogs")] : []),
    ...(log.secretOptions ?? []).map((o) => capability(`secrets.${secretStore(o.valueFrom)}.bootstrap.log-driver`)),
    ...(isGiven(options.mode) || isGiven(options["max-buffer-size"]) ? [api("1.28")] : []),
    ...(isGiven(options["awslogs-create-group"]) ? [api("1.29")] : []),
    ...(isGiven(options["log-driver-buffer-limit"])
      ? [capability("logging-driver.awsfirelens.log-driver-buffer-limit")]
      : []),
  ]
}

const ofFirelens = ({ type, options }: NonNullable<ContainerBody["firelensConfiguration"]>): string[] => {
  const file = options?.["config-file-type"]
  return [capability(`firelens.${type}`), ...(file ? [capability(`firelens.options.config.${file}`)] : [])]
}

/**
 * What one container asks of its host. Names: agent/app/agent_capability*.go of amazon-ecs-agent; what asks for which: the
 * team's reference, 1.8, corrected by answers of the API that users published [field].
 */
const ofContainer = (container: ContainerBody, executes: boolean): string[] => {
  const { logConfiguration: log, healthCheck, firelensConfiguration: firelens, linuxParameters: linux } = container
  const asked: string[] = []
  const add = (when: unknown, ...names: string[]) => {
    if (when) asked.push(...names)
  }
  if (log) asked.push(...ofLog(log, executes))
  add(isEcrImage(container.image), old("ecr-auth"), api("1.19"))
  add(isEcrImage(container.image) && executes, capability("execution-role-ecr-pull"))
  add(container.privileged, old("privileged-container"))
  for (const { valueFrom } of container.secrets ?? []) {
    add(true, capability(`secrets.${secretStore(valueFrom)}.environment-variables`))
  }
  const ordered =
    isGiven(container.dependsOn) || container.startTimeout !== undefined || container.stopTimeout !== undefined
  add(ordered, capability("container-ordering"))
  add(healthCheck, capability("container-health-check"), api(healthCheck?.startPeriod === undefined ? "1.24" : "1.29"))
  add(container.repositoryCredentials, capability("private-registry-authentication.secretsmanager"))
  if (firelens) asked.push(...ofFirelens(firelens))
  add(isGiven(container.environmentFiles), capability("env-files.s3"))
  add(container.restartPolicy?.enabled, capability("container-restart-policy"))
  const ranged = container.portMappings?.some((mapping) => mapping.containerPortRange)
  add(ranged, capability("network.container-port-range"))
  for (const spec of container.credentialSpecs ?? []) {
    add(true, capability(spec.startsWith("credentialspecdomainless:") ? "gmsa-domainless" : "gmsa"))
  }
  for (const option of container.dockerSecurityOptions ?? []) {
    add(option.startsWith("apparmor:"), old("apparmor"))
    add(option.startsWith("label:"), old("selinux"))
    add(option.startsWith("no-new-privileges"), api("1.23")) // [field]
  }
  add(isGiven(container.user), api("1.17")) // [field]
  // "This parameter requires version 1.18 of the Docker Remote API": API_ContainerDefinition, dockerLabels and ulimits
  add(isGiven(container.ulimits) || Object.keys(container.dockerLabels ?? {}).length > 0, api("1.18"))
  add(container.memoryReservation, api("1.21")) // [field]
  add(linux?.initProcessEnabled, api("1.25"))
  add(linux?.maxSwap !== undefined || linux?.swappiness !== undefined, api("1.32")) // [field]
  return asked
}

const ofTask = (definition: Definition): string[] => {
  const asked: string[] = []
  const add = (when: unknown, ...names: string[]) => {
    if (when) asked.push(...names)
  }
  add(definition.networkMode === "awsvpc", capability("task-eni"), api("1.18"))
  const isHost = definition.networkMode === "host"
  add(definition.taskRoleArn, old(isHost ? "task-iam-role-network-host" : "task-iam-role"))
  // Sizes of the task ask for nothing: no published answer of the API has task-cpu-mem-limit, whatever the mode [field].
  for (const volume of definition.volumes ?? []) {
    const docker = volume.dockerVolumeConfiguration
    // A tag is no part of an attribute's name: agent_capability_unix.go writes it behind a point.
    add(docker, capability(`docker-plugin.${(docker?.driver || "local").replaceAll(":", ".")}`), api("1.25"))
    // efsAuth with every EFS volume, encrypted or not [field].
    add(volume.efsVolumeConfiguration, capability("efs"), capability("efsAuth"), api("1.25"))
    add(volume.fsxWindowsFileServerVolumeConfiguration, capability("fsxWindowsFileServer"))
    add(volume.configuredAtLaunch, capability("storage.ebs-task-volume-attach"))
  }
  add(definition.pidMode ?? definition.ipcMode, capability("pid-ipc-namespace-sharing"))
  add(definition.proxyConfiguration, capability("aws-appmesh"))
  add(definition.enableFaultInjection, capability("fault-injection"))
  return asked
}

/** `requiresAttributes` of DescribeTaskDefinition: names only, each once. */
export const requiresAttributesOf = (definition: Definition): { name: string }[] => {
  const executes = isGiven(definition.executionRoleArn)
  const names = [...containersOf(definition).flatMap((c) => ofContainer(c, executes)), ...ofTask(definition)]
  return [...new Set(names)].map((name) => ({ name }))
}

/**
 * What an instance must have for a task. Two attributes are not asked for, because the official agent says them by settings
 * of its installer alone and does the work without them: logs with an execution role, and plain NFS of an EFS volume.
 */
export const attributesToPlace = (definition: Definition): string[] => {
  const plain = (definition.volumes ?? []).every(
    ({ efsVolumeConfiguration: efs }) => !efs?.authorizationConfig && efs?.transitEncryption !== "ENABLED",
  )
  const needless = [capability("execution-role-awslogs"), ...(plain ? [capability("efsAuth")] : [])]
  return requiresAttributesOf(definition).flatMap(({ name }) => (needless.includes(name) ? [] : [name]))
}
