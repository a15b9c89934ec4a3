// A container without a process: a record that ends, and changes its health, at instants that its script gives. Pure.
import type { ContainerSpec, ContainerState } from "../../driver.ts"
import { environmentOf, readScript, type Script } from "./script.ts"

/** What the simulated engine keeps of a container; all of it goes into the state file. */
export interface SimulatedContainer {
  readonly id: string
  readonly spec: ContainerSpec
  readonly createdAt: number
  readonly startedAt?: number
  readonly finishedAt?: number
  readonly exitCode?: number
  readonly oomKilled?: boolean
  readonly error?: string
  /** Addresses by network id. */
  readonly addresses: Readonly<Record<string, string>>
  readonly isolated: readonly string[]
}

export const scriptOf = (container: SimulatedContainer): Script => readScript(environmentOf(container.spec.config))

/** Whether it runs, as far as its record says. */
export const isRunning = (container: SimulatedContainer): boolean =>
  container.startedAt !== undefined && container.finishedAt === undefined

/** The container after its end. */
export const ended = (
  container: SimulatedContainer,
  end: { at: number; exitCode: number; oomKilled?: boolean },
): SimulatedContainer => ({
  ...container,
  finishedAt: end.at,
  exitCode: end.exitCode,
  ...(end.oomKilled && { oomKilled: true }),
})

/** When and how it ends by itself, if it does. */
export const ownEnd = (
  container: SimulatedContainer,
): { at: number; exitCode: number; oomKilled: boolean } | undefined => {
  const { exitAfterMs, exitCode = 0, oom } = scriptOf(container)
  if (exitAfterMs === undefined || container.startedAt === undefined) return undefined
  return { at: container.startedAt + exitAfterMs, exitCode: oom ? 137 : exitCode, oomKilled: oom }
}

/** The container as a driver shows it at `now`. */
export const describe = (container: SimulatedContainer, now: number): ContainerState => {
  const { id, spec, createdAt, startedAt, finishedAt, exitCode, error, addresses } = container
  const health = healthAt(container, now)
  return {
    id,
    name: spec.name,
    image: spec.image,
    imageId: imageId(spec.image),
    labels: (spec.config.Labels as Record<string, string> | undefined) ?? {},
    status: finishedAt !== undefined ? "exited" : startedAt !== undefined ? "running" : "created",
    oomKilled: container.oomKilled ?? false,
    restartCount: 0,
    createdAt,
    addresses,
    ports: portsOf(spec),
    mounts: [],
    ...(startedAt !== undefined && { startedAt }),
    ...(finishedAt !== undefined && { finishedAt }),
    ...(exitCode !== undefined && { exitCode }),
    ...(error !== undefined && { error }),
    ...(health && { health }),
  }
}

const healthAt = (container: SimulatedContainer, now: number): ContainerState["health"] => {
  if (container.spec.config.Healthcheck === undefined || container.startedAt === undefined) return undefined
  const { health } = scriptOf(container)
  if (!health || now < container.startedAt + health.afterMs) return { status: "starting" }
  const exitCode = health.status === "healthy" ? 0 : 1
  return { status: health.status, output: "", exitCode, at: container.startedAt + health.afterMs }
}

/** An id that follows from the image's name: the same name is always the same image. */
export const imageId = (reference: string): string => {
  // FNV-1a, eight times with another beginning: no cryptography is needed to tell names apart in a simulation.
  const part = (seed: number): string => {
    let hash = 0x811c9dc5 ^ seed
    for (const byte of Buffer.from(reference)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
    return hash.toString(16).padStart(8, "0")
  }
  return `sha256:${[0, 1, 2, 3, 4, 5, 6, 7].map(part).join("")}`
}

/** Host ports as given; a 0 becomes a port that follows from the container's port and name. */
const portsOf = ({ hostConfig, name }: ContainerSpec): ContainerState["ports"] => {
  const bindings = (hostConfig.PortBindings ?? {}) as Record<string, readonly { readonly HostPort?: string }[]>
  return Object.entries(bindings).flatMap(([key, hosts]) => {
    const [port, protocol] = key.split("/")
    return hosts.map(({ HostPort = "" }) => ({
      containerPort: Number(port),
      hostPort: Number(HostPort) || 32_768 + (Number.parseInt(name.slice(-6), 16) % 20_000 || Number(port)),
      protocol: protocol === "udp" ? ("udp" as const) : ("tcp" as const),
      hostIp: "0.0.0.0",
    }))
  })
}
