// The port and protocol of a listener: which a load balancer may have, and whether they are free.
import type { ReadCx } from "../../../gate/index.ts"
import { fault, notImplemented } from "../../../kernel/index.ts"
import type { ListenerRow, LoadBalancerRow } from "../../../state/index.ts"
import { invalid, oneOf, protocols } from "../checks.ts"

/** In the order of AWS's message (field reports). */
const allowed: Readonly<Record<LoadBalancerRow["type"], readonly string[]>> = {
  application: ["HTTPS", "HTTP"],
  network: ["TLS", "TCP", "TCP_UDP", "UDP"],
}

export const checkProtocol = (asked: string | undefined): void => void oneOf("protocol", asked, protocols)

export const protocolFor = (type: LoadBalancerRow["type"], asked: string): ListenerRow["protocol"] => {
  if (type === "network" && (asked === "QUIC" || asked === "TCP_QUIC"))
    throw notImplemented("elbv2", `listeners of protocol ${asked}`)
  if (!allowed[type].includes(asked))
    throw invalid(`Listener protocol '${asked}' must be one of '${allowed[type].join(", ")}'`)
  return asked as ListenerRow["protocol"]
}

const transports = (protocol: string): readonly string[] => {
  if (protocol === "UDP") return ["udp"]
  return protocol === "TCP_UDP" ? ["tcp", "udp"] : ["tcp"]
}

/** A network load balancer may have a TCP and a UDP listener on one port. `but`: a listener that is changed itself. */
export const checkFree = (cx: ReadCx, balancer: string, port: number, protocol: string, but?: string): void => {
  const taken = cx.tx.listeners
    .by("port", `${balancer} ${port}`)
    .some((other) => other.arn !== but && transports(other.protocol).some((t) => transports(protocol).includes(t)))
  if (taken)
    throw fault("DuplicateListener", `A listener already exists on this port for this load balancer '${balancer}'`)
}
