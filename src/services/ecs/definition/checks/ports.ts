// Port mappings against the network mode, and against each other.
import { clientException } from "../../faults.ts"
import { type Check, type ContainerBody, containersOf, type Definition, isWhole, type PortBody } from "../definition.ts"

const nameForm = /^[a-z0-9_][a-z0-9_-]{0,63}$/
const appProtocols: readonly (string | undefined)[] = [undefined, "http", "http2", "grpc"]
/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html */
const mostRanges = 100

const isPort = (port: number | undefined): port is number => isWhole(port, 1, 65_535)

/** Any other protocol than udp counts as tcp, as the API's own documentation says. */
const protocolOf = (mapping: PortBody): string => (mapping.protocol === "udp" ? "udp" : "tcp")

const span = (container: ContainerBody, mapping: PortBody): readonly [number, number] => {
  const { containerPort, containerPortRange, hostPort } = mapping
  if (containerPortRange === undefined) {
    if (!isPort(containerPort))
      throw clientException(`Invalid 'containerPort' setting for container '${container.name}'.`)
    return [containerPort, containerPort]
  }
  if (containerPort !== undefined || hostPort !== undefined) {
    throw clientException(
      `Invalid setting for container '${container.name}': cannot specify both single port and port range.`,
    )
  }
  const [, first, last] = /^(\d+)-(\d+)$/.exec(containerPortRange) ?? []
  if (!isPort(Number(first)) || !isPort(Number(last)) || Number(first) >= Number(last)) {
    throw clientException(`Invalid 'containerPortRange' setting for container '${container.name}'.`)
  }
  return [Number(first), Number(last)]
}

const checkHostPort = (definition: Definition, container: ContainerBody, mapping: PortBody): void => {
  const { hostPort } = mapping
  if (hostPort !== undefined && hostPort !== 0 && !isPort(hostPort)) {
    throw clientException(`Invalid 'hostPort' setting for container '${container.name}'.`)
  }
  const mode = definition.networkMode
  if ((mode === "awsvpc" || mode === "host") && hostPort && hostPort !== mapping.containerPort) {
    throw clientException(`When networkMode=${mode}, the host ports and container ports in port mappings must match.`)
  }
}

export const checkPorts: Check = (definition) => {
  const mode = definition.networkMode ?? "bridge"
  const names = new Set<string>()
  /** Every span of ports of the namespace that containers share: the task's, or each container's own. */
  const taken: { container: ContainerBody; protocol: string; from: number; to: number }[] = []
  const onHost = new Set<string>()
  let ranges = 0
  for (const container of containersOf(definition)) {
    const mappings = container.portMappings ?? []
    if (mode === "none" && mappings.length > 0) {
      throw clientException("Port mappings are not supported when networkMode=none.") // text from memory
    }
    for (const mapping of mappings) {
      const [from, to] = span(container, mapping)
      if (mapping.containerPortRange !== undefined) {
        if (mode === "host") {
          throw clientException(`Invalid 'containerPortRange' setting for container '${container.name}'.`)
        }
        if (++ranges > mostRanges) throw clientException(`The number of port ranges exceeds ${mostRanges}.`) // from memory
      }
      checkHostPort(definition, container, mapping)
      const protocol = protocolOf(mapping)
      for (const other of taken) {
        const sharesNetwork = mode !== "bridge" || other.container === container
        if (!sharesNetwork || from > other.to || other.from > to) continue
        if (other.container === container && other.protocol !== protocol && from === to && other.from === other.to) {
          // "You can't expose the same container port for multiple protocols. If you attempt this, an error is returned."
          // (API_ContainerDefinition, portMappings; the text of the error is from memory)
          throw clientException(
            `Invalid setting for container '${container.name}': container port ${from} is exposed for multiple protocols.`,
          )
        }
        if (other.protocol === protocol) {
          throw clientException(
            `Invalid setting for container '${container.name}': container port is used multiple times in task.`,
          )
        }
      }
      taken.push({ container, protocol, from, to })
      const host = `${mapping.hostPort}/${protocol}`
      if (mode === "bridge" && mapping.hostPort && onHost.has(host)) {
        throw clientException(
          `Invalid setting for container '${container.name}': host port is used multiple times in task.`, // by analogy
        )
      }
      onHost.add(host)
      if (mapping.name !== undefined && !nameForm.test(mapping.name)) {
        throw clientException(`Invalid port mapping name '${mapping.name}' for container '${container.name}'.`) // from memory
      }
      if (mapping.name !== undefined && names.has(mapping.name)) {
        throw clientException(`Invalid setting for container '${container.name}': port mapping name is already used.`)
      }
      if (mapping.name !== undefined) names.add(mapping.name)
      if (!appProtocols.includes(mapping.appProtocol)) {
        throw clientException(`Invalid 'appProtocol' setting for container '${container.name}'.`) // text from memory
      }
    }
  }
}
