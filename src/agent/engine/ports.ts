// Port mappings in Docker's two forms. Pure. A host port of 0 is left to Docker, which reports what it took.
import type { AcsContainer } from "../../protocol/index.ts"

interface Port {
  readonly container: number
  /** 0 for any. */
  readonly host: number
  readonly protocol: "tcp" | "udp"
}

/** A range of container ports, as `8000-8003/tcp`: what the host's first port for it is kept under. */
interface Range {
  readonly key: string
  readonly first: number
  readonly count: number
  readonly protocol: "tcp" | "udp"
}

type Mapping = NonNullable<AcsContainer["portMappings"]>[number]

const rangeOf = ({ containerPortRange, protocol = "tcp" }: Mapping): Range | undefined => {
  const [first = 0, last = first] = (containerPortRange ?? "").split("-").map(Number)
  return first === 0
    ? undefined
    : { key: `${containerPortRange}/${protocol}`, first, count: last - first + 1, protocol }
}

/** The ranges of a container. Their host ports are in a row as well, and have to be found before it is made. */
export const rangesOf = ({ portMappings = [] }: AcsContainer): readonly Range[] =>
  portMappings.flatMap((mapping) => (mapping.containerPort === undefined ? (rangeOf(mapping) ?? []) : []))

/** The host's first port by the key of each range; without it Docker takes any for each port. */
export type FoundPorts = ReadonlyMap<string, number>

const portsOf = ({ portMappings = [] }: AcsContainer, found: FoundPorts = new Map()): Port[] =>
  portMappings.flatMap((mapping) => {
    const { containerPort, hostPort = 0, protocol = "tcp" } = mapping
    if (containerPort !== undefined) return [{ container: containerPort, host: hostPort, protocol }]
    const range = rangeOf(mapping)
    if (!range) return []
    const host = found.get(range.key)
    return Array.from({ length: range.count }, (_, i) => ({
      container: range.first + i,
      host: host === undefined ? 0 : host + i,
      protocol,
    }))
  })

const keyOf = ({ container, protocol }: Port): string => `${container}/${protocol}`

export const exposedPorts = (container: AcsContainer): Readonly<Record<string, object>> =>
  Object.fromEntries(portsOf(container).map((port) => [keyOf(port), {}]))

export const portBindings = (
  container: AcsContainer,
  found?: FoundPorts,
): Readonly<Record<string, readonly { readonly HostPort: string }[]>> => {
  const bindings: Record<string, { HostPort: string }[]> = {}
  for (const port of portsOf(container, found)) {
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
  const ports = containers.flatMap((one) => portsOf(one))
  if (ports.length === 0) return undefined
  const hostPort = (port: Port) => (same ? String(port.container) : "")
  return {
    exposed: Object.fromEntries(ports.map((port) => [keyOf(port), {}])),
    bindings: Object.fromEntries(ports.map((port) => [keyOf(port), [{ HostIp: address, HostPort: hostPort(port) }]])),
  }
}
