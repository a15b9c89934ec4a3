// Where a task definition could run, and what a container instance must be able to do for it. Both are computed from
// the definition whenever it is described; nothing of this is stored.
import type { Compatibility } from "@aws-sdk/client-ecs"
import { fargateObstacle, isEcrImage } from "./checks/fargate.ts"
import { type ContainerBody, containersOf, type Definition, isGiven } from "./definition.ts"

/** `compatibilities` of DescribeTaskDefinition. MANAGED_INSTANCES is left out: there is no such thing here yet. */
export const compatibilitiesOf = (definition: Definition): Compatibility[] => {
  if (definition.networkMode !== "awsvpc") return ["EXTERNAL", "EC2"]
  return fargateObstacle(definition) === undefined ? ["EC2", "FARGATE"] : ["EC2"]
}

const old = (capability: string): string => `com.amazonaws.ecs.capability.${capability}`
const capability = (name: string): string => `ecs.capability.${name}`
const api = (version: string): string => old(`docker-remote-api.${version}`)

const secretStore = (valueFrom: string | undefined): "asm" | "ssm" =>
  valueFrom?.includes(":secretsmanager:") ? "asm" : "ssm"

/** What one container asks of its host; the table is in the team's reference, section 1.8. */
const ofContainer = (container: ContainerBody, definition: Definition): string[] => {
  const { logConfiguration: log, healthCheck } = container
  const asked: string[] = []
  const add = (when: unknown, ...names: string[]) => {
    if (when) asked.push(...names)
  }
  const executes = isGiven(definition.executionRoleArn)
  add(log, old(`logging-driver.${log?.logDriver}`), api("1.19"))
  add(log?.logDriver === "awslogs" && executes, capability("execution-role-awslogs"))
  for (const { valueFrom } of log?.secretOptions ?? []) {
    add(true, capability(`secrets.${secretStore(valueFrom)}.bootstrap.log-driver`))
  }
  add(isEcrImage(container.image), old("ecr-auth"), api("1.19"))
  add(isEcrImage(container.image) && executes, capability("execution-role-ecr-pull"))
  add(container.privileged, old("privileged-container"))
  for (const { valueFrom } of container.secrets ?? []) {
    add(true, capability(`secrets.${secretStore(valueFrom)}.environment-variables`))
  }
  const ordered =
    isGiven(container.dependsOn) || container.startTimeout !== undefined || container.stopTimeout !== undefined
  add(ordered, capability("container-ordering"))
  add(healthCheck, capability("container-health-check"), api("1.24"))
  add(container.repositoryCredentials, capability("private-registry-authentication.secretsmanager"))
  add(container.firelensConfiguration, capability(`firelens.${container.firelensConfiguration?.type}`))
  add(isGiven(container.environmentFiles), capability("env-files.s3"))
  add(container.restartPolicy?.enabled, capability("container-restart-policy"))
  add(
    container.portMappings?.some((m) => m.containerPortRange),
    capability("network.container-port-range"),
  )
  add(container.memoryReservation, api("1.21"))
  add(container.linuxParameters?.initProcessEnabled, api("1.25"))
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
  add(definition.cpu ?? definition.memory, capability("task-cpu-mem-limit"))
  for (const { dockerVolumeConfiguration: docker, efsVolumeConfiguration: efs } of definition.volumes ?? []) {
    add(docker, capability(`docker-plugin.${docker?.driver ?? "local"}`), api("1.25"))
    add(efs, capability("efs"), api("1.25"))
    const auth = efs?.authorizationConfig
    add(auth?.accessPointId ?? auth?.iam === "ENABLED", capability("efsAuth"))
  }
  add(definition.pidMode ?? definition.ipcMode, capability("pid-ipc-namespace-sharing"))
  add(definition.proxyConfiguration, capability("aws-appmesh"))
  add(definition.enableFaultInjection, capability("fault-injection"))
  return asked
}

/** `requiresAttributes` of DescribeTaskDefinition: names only, each once. */
export const requiresAttributesOf = (definition: Definition): { name: string }[] => {
  const names = [...containersOf(definition).flatMap((c) => ofContainer(c, definition)), ...ofTask(definition)]
  return [...new Set(names)].map((name) => ({ name }))
}
