// Which sockets a configuration asks for: for each listener its node addresses and, of what has a name, a port of this
// machine's loopback. Pure.
import type { BalancerConfiguration, DoorWish, ListenerConfiguration } from "../protocol/index.ts"

/** Interface endpoints are for what is in their VPC, and have no name that leads here. */
export const hasLoopback = ({ kind }: BalancerConfiguration): boolean => kind !== "endpoint"

export const transportsOf = ({ protocol }: ListenerConfiguration): readonly ("tcp" | "udp")[] =>
  protocol === "TCP_UDP" ? ["tcp", "udp"] : protocol === "UDP" ? ["udp"] : ["tcp"]

const speaks = {
  HTTP: "http",
  HTTPS: "tls",
  TLS: "tls",
  SSL: "tls",
  TCP: "raw",
  TCP_UDP: "raw",
  UDP: "udp",
} as const

/** By which names a listener is found among others on its port: its load balancer's own, then what it is made for. */
const namesOf = ({ dnsName }: BalancerConfiguration, listener: ListenerConfiguration): string[] => {
  const hosts = listener.rules.flatMap(({ conditions }) =>
    conditions.flatMap((condition) =>
      condition.field === "host-header" && !("regex" in condition) ? condition.values : [],
    ),
  )
  const certificates = listener.tls?.certificates.flatMap(({ names }) => names) ?? []
  const further = [...certificates, ...(listener.protocol.startsWith("HTTP") ? hosts : [])]
  return [...new Set([dnsName, `*.${dnsName}`, ...further.map((name) => name.toLowerCase())])]
}

/** The ports of loopback that a listener wishes for. */
export const doorsOf = (balancer: BalancerConfiguration, listener: ListenerConfiguration): DoorWish[] =>
  transportsOf(listener).map((transport) => ({
    id: JSON.stringify([balancer.id, listener.id, transport]),
    port: listener.port,
    name: `the load balancer ${balancer.name}`,
    speaks: transport === "udp" ? "udp" : speaks[listener.protocol],
    names: namesOf(balancer, listener),
  }))

/** The listener that answers requests which came by Host through the port of the APIs. */
export const apiListener = ({ listeners }: BalancerConfiguration): ListenerConfiguration | undefined =>
  listeners.filter(({ protocol }) => protocol === "HTTP").sort((a, b) => order(a) - order(b))[0]

const order = ({ port }: ListenerConfiguration): number => (port === 80 ? 0 : port)
