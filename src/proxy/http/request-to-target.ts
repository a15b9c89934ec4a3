// The head of a request as a target gets it: what the load balancer adds, changes and leaves out. Reference 5.4; the order
// is that of AWS, whose own headers stand first.
import type { Client } from "./client/client.ts"
import type { RequestHead } from "./request-head.ts"
import type { Serving } from "./serving.ts"

export interface ToTarget {
  /** Names and values in turn, Host among them; without those of the connection. */
  readonly headers: readonly string[]
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly host: string
  readonly traceId: string
}

/** What a rule's transforms made of it. */
export interface Rewritten {
  readonly host?: string
  readonly path?: string
}

export const toTarget = (
  serving: Serving,
  client: Client,
  head: RequestHead,
  traceId: string,
  rewritten?: Rewritten,
): ToTarget => {
  const { connection } = client
  const headers: string[] = []
  const forwardedFor = forwardedForOf(serving, client, head)
  if (forwardedFor !== undefined) headers.push("X-Forwarded-For", forwardedFor)
  headers.push("X-Forwarded-Proto", serving.secure ? "https" : "http")
  headers.push("X-Forwarded-Port", String(serving.listener.port))
  const host = rewritten?.host ?? hostOf(serving, head)
  headers.push("Host", host)
  // A classic load balancer knows no trace ids; one that a client sends passes.
  if (!serving.classic) headers.push("X-Amzn-Trace-Id", traceId)
  else if (head.traceId !== undefined) headers.push("X-Amzn-Trace-Id", head.traceId)
  if (serving.tlsHeaders && connection.tls) {
    const { socket } = connection.tls
    headers.push(serving.tlsHeaders.version, socket.getProtocol() ?? "-")
    headers.push(serving.tlsHeaders.cipher, socket.getCipher().name)
  }
  for (const part of head.passed) headers.push(part)
  if (head.cookie !== "") headers.push("Cookie", head.cookie)
  return { headers, method: head.method, path: rewritten?.path ?? head.rest, host, traceId }
}

/** The same as bytes of HTTP/1.1, with what frames its body and is for this connection only. */
export const http1Head = ({ method, path, headers }: ToTarget, framing: readonly string[]): string => {
  let text = `${method} ${path} HTTP/1.1\r\n`
  for (let i = 0; i < headers.length; i += 2) text += `${headers[i]}: ${headers[i + 1]}\r\n`
  for (let i = 0; i < framing.length; i += 2) text += `${framing[i]}: ${framing[i + 1]}\r\n`
  return `${text}\r\n`
}

const forwardedForOf = (serving: Serving, { connection }: Client, head: RequestHead): string | undefined => {
  if (serving.xff === "remove") return undefined
  if (serving.xff === "preserve") return head.forwardedFor
  const address = connection.address.includes(":") && serving.xffPort ? `[${connection.address}]` : connection.address
  const own = serving.xffPort ? `${address}:${connection.port}` : address
  return head.forwardedFor === undefined ? own : `${head.forwardedFor}, ${own}`
}

/**
 * Unless it is to be preserved, the listener's port is put behind a name that has none (AWS's announcement of
 * preserve_host_header); the ports that the scheme implies are not.
 */
const hostOf = ({ preserveHost, listener, secure }: Serving, { host }: RequestHead): string => {
  if (preserveHost || host === "" || listener.port === (secure ? 443 : 80)) return host
  return /:\d*$/.test(host) ? host : `${host}:${listener.port}`
}

/** AWS answers 463 to more addresses than this in X-Forwarded-For. */
export const mostForwardedFor = 30

export const tooManyForwardedFor = ({ forwardedFor }: RequestHead): boolean => {
  if (forwardedFor === undefined || forwardedFor.length < mostForwardedFor) return false
  let count = 1
  for (let at = forwardedFor.indexOf(","); at >= 0; at = forwardedFor.indexOf(",", at + 1)) count++
  return count > mostForwardedFor
}
