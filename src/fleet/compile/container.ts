// One container of a payload: the members that the agent understands, and all else as Docker's own JSON
// (docker-config.ts). Pure.
import type { ContainerDefinition, ContainerOverride } from "@aws-sdk/client-ecs"
import type { AcsContainer, AcsPortMapping } from "../../protocol/index.ts"
import type { Frozen } from "../../state/index.ts"
import type { ContainerInput } from "./container-input.ts"
import { dockerConfigOf } from "./docker-config.ts"
import { compileImage } from "./image.ts"
import { compileRegistryLogin } from "./registry-logins.ts"
import { compileSecret } from "./secrets.ts"

/** The container as PayloadMessage carries it, with RunTask's overrides merged in. */
export const compileContainer = (input: ContainerInput): AcsContainer => {
  const { container, task, hasExecutionRole } = input
  const name = container.name ?? ""
  const override: Frozen<ContainerOverride> = task.overrides.containerOverrides?.find((o) => o.name === name) ?? {}
  const command = override.command ?? container.command
  const secrets = [
    ...(container.secrets ?? []).map((s) => compileSecret(s, "CONTAINER", task)),
    ...(container.logConfiguration?.secretOptions ?? []).map((s) => compileSecret(s, "LOG_DRIVER", task)),
  ]
  const login = compileRegistryLogin(input)
  const made = task.containers.find((c) => c.name === name)
  return {
    name,
    image: compileImage(made?.pinnedImage ? { ...input, container: { ...container, image: made.pinnedImage } } : input),
    cpu: override.cpu ?? container.cpu ?? 0,
    memory: override.memory ?? container.memory ?? 0,
    essential: container.essential ?? true,
    ...(command && { command }),
    ...(container.entryPoint && { entryPoint: container.entryPoint }),
    environment: environmentOf(input, override),
    ...(container.environmentFiles?.length && {
      environmentFiles: container.environmentFiles.map((f) => ({ value: f.value ?? "", type: "s3" as const })),
    }),
    ...(secrets.length > 0 && { secrets }),
    overrides: "{}",
    portMappings: (container.portMappings ?? []).map(compilePort),
    mountPoints: (container.mountPoints ?? []).map((m) => ({
      sourceVolume: m.sourceVolume ?? "",
      containerPath: m.containerPath ?? "",
      readOnly: m.readOnly ?? false,
    })),
    volumesFrom: (container.volumesFrom ?? []).map((v) => ({
      sourceContainer: v.sourceContainer ?? "",
      readOnly: v.readOnly ?? false,
    })),
    links: container.links ?? [],
    ...(container.dependsOn?.length && {
      dependsOn: container.dependsOn.map((d) => ({
        containerName: d.containerName ?? "",
        condition: d.condition ?? "START",
      })),
    }),
    ...(container.startTimeout !== undefined && { startTimeout: container.startTimeout }),
    ...(container.stopTimeout !== undefined && { stopTimeout: container.stopTimeout }),
    ...(hasHealthCheck(container) && { healthCheckType: "docker" as const }),
    dockerConfig: dockerConfigOf(input, override),
    ...(login && { registryAuthentication: login }),
    ...(hasExecutionRole &&
      container.logConfiguration?.logDriver === "awslogs" && { logsAuthStrategy: "ExecutionRole" as const }),
    ...(container.firelensConfiguration && {
      firelensConfiguration: {
        type: container.firelensConfiguration.type ?? "fluentbit",
        ...(container.firelensConfiguration.options && { options: container.firelensConfiguration.options }),
      },
    }),
    ...(container.restartPolicy?.enabled && {
      restartPolicy: {
        enabled: true,
        ignoredExitCodes: container.restartPolicy.ignoredExitCodes ?? [],
        restartAttemptPeriod: container.restartPolicy.restartAttemptPeriod ?? 300,
      },
    }),
    ...(made && { containerArn: made.arn }),
  }
}

/** Whether the definition has a health check that is not switched off by `NONE`. */
export const hasHealthCheck = (container: Frozen<ContainerDefinition>): boolean =>
  container.healthCheck?.command !== undefined && container.healthCheck.command[0] !== "NONE"

/**
 * The environment with overrides on top. AWS_EXECUTION_ENV comes from the control plane: agents do not add it
 * (ecs-agent-protocol.md section 10).
 */
const environmentOf = (
  { container, task, apiEndpoint }: ContainerInput,
  override: Frozen<ContainerOverride>,
): Record<string, string> => {
  const pairs = [...(container.environment ?? []), ...(override.environment ?? [])]
  // An agent puts `environment` over files and secrets, so what these may set is left to them.
  const others = container.environmentFiles?.length || container.secrets?.some((s) => s.name === "AWS_ENDPOINT_URL")
  return {
    ...(apiEndpoint !== undefined && !others && { AWS_ENDPOINT_URL: apiEndpoint }),
    AWS_EXECUTION_ENV: task.launchType === "FARGATE" ? "AWS_ECS_FARGATE" : "AWS_ECS_EC2",
    ...Object.fromEntries(pairs.map((pair) => [pair.name ?? "", pair.value ?? ""])),
  }
}

const compilePort = (port: NonNullable<Frozen<ContainerDefinition>["portMappings"]>[number]): AcsPortMapping => ({
  ...(port.containerPort !== undefined && { containerPort: port.containerPort }),
  ...(port.containerPortRange !== undefined && { containerPortRange: port.containerPortRange }),
  ...(port.containerPortRange === undefined && { hostPort: port.hostPort ?? 0 }),
  // An unknown protocol is treated as tcp: aws-behaviour.md 1.8.
  protocol: port.protocol === "udp" ? "udp" : "tcp",
})
