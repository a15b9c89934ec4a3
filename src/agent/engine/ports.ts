// Port mappings in Docker's two forms. Pure. A host port of 0 is left to Docker, which reports what it took.
import type { AcsContainer } from "../../protocol/index.ts"

interface Port {
  readonly container: number
  /** 0 for any. */
  readonly host: number
  readonly protocol: "tcp" | "udp"
}

const portsOf = ({ portMappings = [] }: AcsContainer): Port[] =>
  portMappings.flatMap(({ containerPort, containerPortRange, hostPort = 0, protocol = "tcp" }) => {
    if (containerPort !== undefined) return [{ container: containerPort, host: hostPort, protocol }]
    const [first = 0, last = first] = (containerPortRange ?? "").split("-").map(Number)
    if (first === 0) return []
    return Array.from({ length: last - first + 1 }, (_, i) => ({ container: first + i, host: 0, protocol }))
  })

const keyOf = ({ container, protocol }: Port): string => `${container}/${protocol}`

export const exposedPorts = (container: AcsContainer): Readonly<Record<string, object>> =>
  Object.fromEntries(portsOf(container).map((port) => [keyOf(port), {}]))

export const portBindings = (
  container: AcsContainer,
): Readonly<Record<string, readonly { readonly HostPort: string }[]>> => {
  const bindings: Record<string, { HostPort: string }[]> = {}
  for (const port of portsOf(container)) {
    const binding = { HostPort: port.host === 0 ? "" : String(port.host) }
    bindings[keyOf(port)] = [...(bindings[keyOf(port)] ?? []), binding]
  }
  return bindings
}

/** What is published of a task whose containers share one network, in Docker's two forms. */
export interface Publication {
  readonly exposed: Readonly<Record<string, object>>
  readonly bindings: Readonly<Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[]>>
}

/**
 * The ports of all containers on `address`: `same` asks for the same number there, else Docker takes a free one. Undefined
 * for a task without ports.
 */
export const publication = (
  containers: readonly AcsContainer[],
  { address, same }: { address: string; same: boolean },
): Publication | undefined => {
  const ports = containers.flatMap(portsOf)
  if (ports.length === 0) return undefined
  const hostPort = (port: Port) => (same ? String(port.container) : "")
  return {
    exposed: Object.fromEntries(ports.map((port) => [keyOf(port), {}])),
    bindings: Object.fromEntries(ports.map((port) => [keyOf(port), [{ HostIp: address, HostPort: hostPort(port) }]])),
  }
}
