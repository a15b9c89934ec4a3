// A container of a task as Docker is asked to make it. Most of it was compiled by the control plane into dockerConfig;
// here is what only the host knows: names, addresses, volumes, ports, limits, environment. Pure.
import type { AcsNetworkInterface } from "../../protocol/index.ts"
import type { ContainerSpec } from "../driver.ts"
import type { ContainerSnapshot, TaskSnapshot } from "../types.ts"
import { parseObject } from "./admit.ts"
import { type EnvironmentOptions, environmentOf } from "./environment.ts"
import { logConfigOf } from "./log-config.ts"
import { bindsOf, type HostPaths } from "./mounts.ts"
import { exposedPorts, type FoundPorts, type Publication, portBindings } from "./ports.ts"

export interface CompileOptions extends EnvironmentOptions, HostPaths {
  /** By what the image is named to Docker, when that is not the definition's own word. */
  readonly image?: string
  /** Host ports of the container's port ranges. */
  readonly ports?: FoundPorts
  /** Values of the log driver's secret options. */
  readonly logSecrets?: Readonly<Record<string, string>>
  /** CPUs of the host, for limits per container where no cgroup can be written. Only asked for then. */
  readonly hostCpus?: number
  /** Open files that a Fargate container may have when it does not say: AWS's 65535, or what the host allows. */
  readonly openFiles?: number
}

const mebibyte = 1024 * 1024
const fargateOpenFiles = 65535
/** The least that ECS's agent asks of Docker. */
const leastMemory = 4 * mebibyte
const leastShares = 2

/** A container of the task definition. Throws with a text for the user when a volume cannot be had. */
export const compileContainer = (
  task: TaskSnapshot,
  container: ContainerSnapshot,
  options: CompileOptions,
): ContainerSpec => {
  const { definition } = container
  const { image = definition.image } = options
  const shared = task.definition.networkMode === "awsvpc"
  const config = {
    Image: image,
    ...(definition.command && { Cmd: definition.command }),
    ...(definition.entryPoint && { Entrypoint: definition.entryPoint }),
    Env: environmentOf(task, container, options),
    // Docker refuses ports on a container in another's network, and they are open there anyway.
    ...(!shared && { ExposedPorts: exposedPorts(definition) }),
    ...parseObject(definition.dockerConfig.config),
    Labels: container.labels,
  }
  const given = parseObject(definition.dockerConfig.hostConfig) ?? {}
  const binds = bindsOf(task, definition, options)
  const hostConfig = {
    ...given,
    ...logConfigOf(container, options.logSecrets),
    ...(binds.length > 0 && { Binds: [...asList(given.Binds), ...binds] }),
    ...(definition.volumesFrom?.length && { VolumesFrom: volumesFrom(task, container) }),
    ...networkOf(task, container, options.ports),
    ...namespacesOf(task),
    ...ulimitsOf(task, asList(given.Ulimits), options.openFiles),
    CpuShares: Math.max(leastShares, definition.cpu),
    ...limitsOf(task, container, options.hostCpus ?? Number.POSITIVE_INFINITY),
  }
  return { name: container.runtimeName ?? "", image, config, hostConfig }
}

/** Fargate's own limit of open files, unless the definition has one: aws-behaviour.md section 8. */
const ulimitsOf = (task: TaskSnapshot, asked: readonly unknown[], openFiles = fargateOpenFiles) => {
  const says = asked.some((limit) => (limit as { Name?: unknown } | null)?.Name === "nofile")
  if (task.definition.launchType !== "FARGATE" || says) return {}
  return { Ulimits: [...asked, { Name: "nofile", Soft: openFiles, Hard: openFiles }] }
}

const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

const runtimeNameOf = (task: TaskSnapshot, name: string): string =>
  task.containers.find((one) => one.name === name)?.runtimeName ?? name

const volumesFrom = (task: TaskSnapshot, { definition }: ContainerSnapshot): string[] =>
  (definition.volumesFrom ?? []).map(
    ({ sourceContainer, readOnly }) => `${runtimeNameOf(task, sourceContainer)}:${readOnly ? "ro" : "rw"}`,
  )

const networkOf = (
  task: TaskSnapshot,
  { definition }: ContainerSnapshot,
  ports: FoundPorts | undefined,
): Readonly<Record<string, unknown>> => {
  const pause = task.containers.find((one) => one.type === "CNI_PAUSE")
  if (pause) return { NetworkMode: `container:${pause.runtimeName}` }
  const links = (definition.links ?? []).map((link) => {
    const [name = "", alias = name] = link.split(":")
    return `${runtimeNameOf(task, name)}:${alias}`
  })
  return {
    // Host and none come in hostConfig (protocol reference, trap 4); ports mean nothing there.
    ...(task.definition.networkMode !== "host" && { PortBindings: portBindings(definition, ports) }),
    ...(links.length > 0 && { Links: links }),
  }
}

/** pidMode and ipcMode: `host`, `none` (of ipcMode), or `task` for the pause container's. */
const namespacesOf = ({ definition, containers }: TaskSnapshot): Readonly<Record<string, string>> => {
  const pause = containers.find((one) => one.type !== "NORMAL")
  const mode = (asked: string | undefined) =>
    asked === "host" || asked === "none"
      ? asked
      : asked === "task" && pause
        ? `container:${pause.runtimeName}`
        : undefined
  const [pid, ipc] = [mode(definition.pidMode), mode(definition.ipcMode)]
  return { ...(pid && { PidMode: pid }), ...(ipc && { IpcMode: ipc }) }
}

const limitsOf = (
  task: TaskSnapshot,
  { definition }: ContainerSnapshot,
  hostCpus: number,
): Readonly<Record<string, unknown>> => {
  const parent = task.prepared?.cgroupParent
  const memory = definition.memory > 0 ? Math.max(leastMemory, definition.memory * mebibyte) : 0
  const own = memory > 0 && { Memory: memory }
  if (parent !== undefined) return { CgroupParent: parent, ...own }
  // No common cgroup: each container alone may use what the task has, which is the nearest that Docker can do.
  const { cpu, memory: taskMemory } = task.definition
  return {
    ...(taskMemory && { Memory: taskMemory * mebibyte }),
    ...own,
    ...(cpu && { NanoCpus: Math.round(Math.min(cpu, hostCpus) * 1e9) }),
  }
}

/** The container that holds the task's namespaces: its address and names where it has a network, and nothing else. */
export const compilePause = (task: TaskSnapshot, pause: ContainerSnapshot, published?: Publication): ContainerSpec => {
  const ipc = task.definition.ipcMode === "task" && { IpcMode: "shareable" }
  if (pause.type === "NAMESPACE_PAUSE") {
    return {
      name: pause.runtimeName ?? "",
      image: pause.definition.image,
      config: { Labels: pause.labels },
      hostConfig: { LogConfig: { Type: "none", Config: {} }, NetworkMode: "none", ...ipc },
    }
  }
  const [networkInterface] = task.definition.elasticNetworkInterfaces ?? []
  const { network } = task.prepared ?? {}
  return pauseSpec({
    name: pause.runtimeName ?? "",
    image: pause.definition.image,
    labels: pause.labels,
    ...(networkInterface && { networkInterface }),
    ...(network && { network }),
    ...(published && { published }),
    shareable: task.definition.ipcMode === "task",
  })
}

/** What a container is made from that holds a network interface. */
export interface PauseParts {
  readonly name: string
  readonly image: string
  readonly labels: Readonly<Record<string, string>>
  readonly networkInterface?: AcsNetworkInterface
  readonly network?: { readonly id: string; readonly gateway?: string }
  readonly published?: Publication
  /** Whether others may join its IPC namespace. */
  readonly shareable: boolean
}

/** The container that holds an interface: with its address, names and nameservers. */
export const pauseSpec = (parts: PauseParts): ContainerSpec => {
  const { name, image, labels, networkInterface: eni, network, published, shareable } = parts
  const servers = eni?.domainNameServers?.length ? eni.domainNameServers : network?.gateway ? [network.gateway] : []
  const ip = (eni?.ipv4Addresses.find((one) => one.primary) ?? eni?.ipv4Addresses[0])?.privateAddress
  return {
    name,
    image,
    config: {
      Labels: labels,
      ...(eni?.privateDnsName && { Hostname: eni.privateDnsName }),
      ...(published && { ExposedPorts: published.exposed }),
    },
    hostConfig: {
      LogConfig: { Type: "none", Config: {} },
      ...(shareable && { IpcMode: "shareable" }),
      // A dot: without it Docker hands on the search domains of the host.
      DnsSearch: eni?.domainName?.length ? eni.domainName : ["."],
      ...(servers.length > 0 && { Dns: servers }),
      ...(published && { PortBindings: published.bindings }),
      // Not in the task's group: it sleeps for ever, and its start is not to wait for a quarter of a processor.
    },
    ...(network && { network: { id: network.id, ...(ip && { ip }), ...(eni?.macAddress && { mac: eni.macAddress }) } }),
  }
}
