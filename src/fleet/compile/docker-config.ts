// The part of a container that agents pass to Docker as it is: `config` and `hostConfig`, JSON strings in Docker's
// shapes. Durations in nanoseconds, sizes in bytes. Pure.
import type { ContainerDefinition, ContainerOverride } from "@aws-sdk/client-ecs"
import type { AcsContainer } from "../../protocol/index.ts"
import type { Frozen } from "../../state/index.ts"
import type { ContainerInput } from "./container-input.ts"
import { compileLogConfig, type LogContext } from "./log-drivers.ts"

type Definition = Frozen<ContainerDefinition>

const second = 1_000_000_000
const mebibyte = 1024 * 1024

/** `dockerConfig` of a container. `version` is the oldest Docker API that has all that is asked for. */
export const dockerConfigOf = (
  input: ContainerInput,
  override: Frozen<ContainerOverride>,
): AcsContainer["dockerConfig"] => ({
  version: oldestApi(input.container),
  config: JSON.stringify(configOf(input.container)),
  hostConfig: JSON.stringify({
    ...hostConfigOf(input, override),
    // The agent does not derive Docker's network from the task's mode: ecs-agent-protocol.md section 17, trap 4.
    ...((input.networkMode === "host" || input.networkMode === "none") && { NetworkMode: input.networkMode }),
  }),
})

/** What an engine of an older API would drop in silence, with the API that brought it: Docker's own API history. */
const apis: readonly (readonly [minor: number, asked: (container: Definition) => unknown])[] = [
  [20, ({ linuxParameters: linux }) => linux?.swappiness],
  [21, ({ memoryReservation }) => memoryReservation],
  [22, ({ linuxParameters: linux }) => linux?.sharedMemorySize ?? linux?.tmpfs?.length],
  [24, ({ systemControls, healthCheck }) => systemControls?.length || healthCheck],
  [25, ({ linuxParameters: linux }) => linux?.initProcessEnabled],
  [29, ({ healthCheck }) => healthCheck?.startPeriod],
]

const oldestApi = (container: Definition): string =>
  `1.${Math.max(18, ...apis.map(([minor, asked]) => (asked(container) ? minor : 0)))}`

const configOf = (container: Definition): object => ({
  ...(container.healthCheck && { Healthcheck: healthCheckOf(container.healthCheck) }),
  ...(container.dockerLabels && { Labels: container.dockerLabels }),
  ...(container.user !== undefined && { User: container.user }),
  ...(container.workingDirectory !== undefined && { WorkingDir: container.workingDirectory }),
  ...(container.hostname !== undefined && { Hostname: container.hostname }),
  ...(container.interactive && { OpenStdin: true }),
  ...(container.pseudoTerminal && { Tty: true }),
  ...(container.disableNetworking && { NetworkDisabled: true }),
})

const healthCheckOf = (check: NonNullable<Definition["healthCheck"]>): object => ({
  Test: check.command,
  Interval: (check.interval ?? 30) * second,
  Timeout: (check.timeout ?? 5) * second,
  Retries: check.retries ?? 3,
  ...(check.startPeriod && { StartPeriod: check.startPeriod * second }),
})

const hostConfigOf = (input: ContainerInput, override: Frozen<ContainerOverride>): object => {
  const { container } = input
  const linux = container.linuxParameters
  const memory = override.memory ?? container.memory
  const reservation = override.memoryReservation ?? container.memoryReservation
  const ulimits = (container.ulimits ?? []).map((u) => ({ Name: u.name, Soft: u.softLimit, Hard: u.hardLimit }))
  return {
    CapAdd: linux?.capabilities?.add ?? [],
    CapDrop: linux?.capabilities?.drop ?? [],
    ...(container.logConfiguration && {
      LogConfig: compileLogConfig(container.logConfiguration, logContext(input)),
    }),
    ...(reservation !== undefined && { MemoryReservation: reservation * mebibyte }),
    ...(ulimits.length > 0 && { Ulimits: ulimits }),
    ...(container.privileged && { Privileged: true }),
    ...(container.readonlyRootFilesystem && { ReadonlyRootfs: true }),
    ...(container.dnsServers?.length && { Dns: container.dnsServers }),
    ...(container.dnsSearchDomains?.length && { DnsSearch: container.dnsSearchDomains }),
    ...(container.extraHosts?.length && {
      ExtraHosts: container.extraHosts.map((h) => `${h.hostname}:${h.ipAddress}`),
    }),
    ...(container.dockerSecurityOptions?.length && { SecurityOpt: container.dockerSecurityOptions }),
    ...(container.systemControls?.length && {
      Sysctls: Object.fromEntries(container.systemControls.map((s) => [s.namespace ?? "", s.value ?? ""])),
    }),
    ...(linux?.initProcessEnabled && { Init: true }),
    ...(linux?.sharedMemorySize !== undefined && { ShmSize: linux.sharedMemorySize * mebibyte }),
    ...(linux?.devices?.length && { Devices: linux.devices.map(deviceOf) }),
    ...(linux?.tmpfs?.length && {
      Tmpfs: Object.fromEntries(
        linux.tmpfs.map((t) => [t.containerPath ?? "", [`size=${t.size ?? 0}m`, ...(t.mountOptions ?? [])].join(",")]),
      ),
    }),
    // Docker's MemorySwap is memory and swap together; ECS's maxSwap is swap alone, and without it swappiness is ignored:
    // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LinuxParameters.html
    ...(linux?.maxSwap !== undefined && memory !== undefined && { MemorySwap: (memory + linux.maxSwap) * mebibyte }),
    ...(linux?.maxSwap !== undefined && linux.swappiness !== undefined && { MemorySwappiness: linux.swappiness }),
  }
}

const logContext = ({ container, task, logsEndpoint }: ContainerInput): LogContext => ({
  logsEndpoint,
  defaultMode: task.logDriverMode,
  suffix: `${container.name}/${task.arn.slice(task.arn.lastIndexOf("/") + 1)}`,
})

const deviceOf = (device: {
  hostPath?: string | undefined
  containerPath?: string | undefined
  permissions?: readonly string[] | undefined
}) => ({
  PathOnHost: device.hostPath,
  PathInContainer: device.containerPath ?? device.hostPath,
  CgroupPermissions: (device.permissions ?? ["read", "write", "mknod"]).map((p) => p[0]).join(""),
})
