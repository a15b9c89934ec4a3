// What a target hears before the client's bytes: the PROXY protocol's header, where its target group or its classic load
// balancer's policy asks for it.
import type { Socket } from "node:net"
import type { BalancerConfiguration, PoolConfiguration } from "../../protocol/index.ts"
import type { Way } from "../front.ts"
import { headerV1, headerV2 } from "./proxy-protocol.ts"

export const prefaceOf = (
  { kind, id }: Pick<BalancerConfiguration, "kind" | "id">,
  { attributes }: Pick<PoolConfiguration, "attributes">,
  way: Way,
  client: Pick<Socket, "remoteAddress" | "remotePort">,
): Uint8Array | string | undefined => {
  const ends = () => ({
    sourceAddress: client.remoteAddress ?? "",
    sourcePort: client.remotePort ?? 0,
    destinationAddress: way.address,
    destinationPort: way.port,
  })
  // Before version 2: a classic load balancer has only this one.
  if (attributes["proxy_protocol_v1.enabled"] === "true") return headerV1(ends())
  if (attributes["proxy_protocol_v2.enabled"] !== "true") return undefined
  return headerV2(ends(), "tcp", kind === "endpoint" ? id : undefined)
}
