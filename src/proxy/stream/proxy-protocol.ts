// The headers of the PROXY protocol that targets may ask for: version 2 of network load balancers, version 1 of classic
// ones (haproxy.org, proxy-protocol.txt). They are written only: nothing here reads one.

/** A client's connection as its target is to know it. */
export interface Ends {
  readonly sourceAddress: string
  readonly sourcePort: number
  readonly destinationAddress: string
  readonly destinationPort: number
}

const signature = Buffer.from([0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a])
const version2 = 0x20
const overTcp = 1
const overUdp = 2
/** AWS's own: an interface endpoint's id (the guide of network load balancers, "VPC endpoint services"). */
const awsType = 0xea
const awsEndpointId = 0x01

const header = (command: number, family: number, ...body: readonly Uint8Array[]): Buffer => {
  const length = body.reduce((sum, part) => sum + part.length, 0)
  return Buffer.concat([signature, Buffer.from([version2 | command, family, length >> 8, length & 0xff]), ...body])
}

/** Of a connection that is the load balancer's own, as a health check. */
export const localHeader = (): Buffer => header(0, 0)

/** `endpoint`: of the interface endpoint through which the client came. */
export const headerV2 = (ends: Ends, protocol: "tcp" | "udp", endpoint?: string): Buffer => {
  const source = bytesOf(ends.sourceAddress)
  const destination = bytesOf(ends.destinationAddress)
  const transport = protocol === "tcp" ? overTcp : overUdp
  const extra = endpoint === undefined ? [] : [tlv(endpoint)]
  const ports = Buffer.alloc(4)
  ports.writeUInt16BE(ends.sourcePort, 0)
  ports.writeUInt16BE(ends.destinationPort, 2)
  if (!source || !destination) return header(1, 0, ...extra)
  return header(1, 0x10 | transport, source, destination, ports, ...extra)
}

const tlv = (endpoint: string): Buffer => {
  const value = Buffer.from(endpoint)
  return Buffer.concat([Buffer.from([awsType, 0, value.length + 1, awsEndpointId]), value])
}

/** The line that a classic load balancer with a ProxyProtocol policy sends first. */
export const headerV1 = (ends: Ends): string => {
  const source = plain(ends.sourceAddress)
  const destination = plain(ends.destinationAddress)
  if (!bytesOf(source) || !bytesOf(destination)) return "PROXY UNKNOWN\r\n"
  return `PROXY TCP4 ${source} ${destination} ${ends.sourcePort} ${ends.destinationPort}\r\n`
}

/** Node shows IPv4 that came to a socket for both as IPv6. */
const plain = (address: string) => (address.startsWith("::ffff:") ? address.slice("::ffff:".length) : address)

const bytesOf = (address: string): Buffer | undefined => {
  const parts = plain(address).split(".").map(Number)
  return parts.length === 4 && parts.every((part) => part >= 0 && part <= 255) ? Buffer.from(parts) : undefined
}
