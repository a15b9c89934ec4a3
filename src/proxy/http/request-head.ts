// Reads a request's head once: what rules, cookies and logs look at, and which headers go on to a target.
import type { Client } from "./client/client.ts"

export interface RequestHead {
  readonly method: string
  /** As the client sent it, percent signs and all; begins with a slash, or is `*`. */
  readonly path: string
  /** Behind the question mark; "" without one. */
  readonly query: string
  /** Both as they came: an empty query keeps its question mark. */
  readonly rest: string
  /** The Host header, or the host of a whole URL in the request line: with its port where it has one. */
  readonly host: string
  /** Lower case, without the port. */
  readonly hostName: string
  /** All of `Cookie`, joined. */
  readonly cookie: string
  readonly userAgent: string
  readonly traceId: string | undefined
  readonly forwardedFor: string | undefined
  readonly contentType: string
  readonly expectsContinue: boolean
  /** The protocols that the client would switch to. */
  readonly upgrade: string | undefined
  readonly contentLength: string | undefined
  /** One of the headers is longer than a load balancer takes. */
  readonly tooLarge: boolean
  /** There is more than one Host. */
  readonly twoHosts: boolean
  /** Lower case. */
  readonly transferCoding: string | undefined
  /** Names and values in turn: those that go to the target as they came. */
  readonly passed: string[]
  /** Values of all headers of a lower-case name, read again from what came. */
  values(name: string): readonly string[]
}

/** What Connection may name without it being a header. */
const connectionWords = new Set(["", "close", "keep-alive", "upgrade", "te"])
/** Quotas of Application Load Balancers: a single header of 16 K. */
const mostHeader = 16 * 1024
const validName = /^[-A-Za-z0-9]+$/

export interface HeadOptions {
  /** routing.http.drop_invalid_header_fields.enabled */
  readonly dropInvalid: boolean
}

export const readHead = (client: Client, { dropInvalid }: HeadOptions): RequestHead => {
  const { headers } = client
  const passed: string[] = []
  let host: string | undefined
  let cookie = ""
  let userAgent = ""
  let traceId: string | undefined
  let forwardedFor: string | undefined
  let contentType = ""
  let expect = false
  let upgrade: string | undefined
  let contentLength: string | undefined
  let tooLarge = false
  let twoHosts = false
  let transferCoding: string | undefined
  let nominated: Set<string> | undefined
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] ?? ""
    const value = headers[i + 1] ?? ""
    const lower = name.toLowerCase()
    if (name.length + value.length + 2 >= mostHeader) tooLarge = true
    switch (lower) {
      case "host":
        if (host !== undefined) twoHosts = true
        host ??= value
        continue
      case "connection":
        for (const one of value.toLowerCase().split(",")) {
          const word = one.trim()
          if (!connectionWords.has(word)) nominated = new Set(nominated).add(word)
        }
        continue
      case "keep-alive":
      case "proxy-connection":
        continue
      case "transfer-encoding":
        transferCoding = value.toLowerCase()
        continue
      case "x-forwarded-proto":
      case "x-forwarded-port":
        continue
      case "te":
        if (/\btrailers\b/i.test(value)) passed.push(name, "trailers")
        continue
      case "content-length":
        contentLength = value
        continue
      case "expect":
        expect = value.toLowerCase() === "100-continue"
        continue
      case "upgrade":
        // Nobody speaks HTTP/2 without TLS here: the request is one of HTTP/1.1.
        if (!/^h2c?$/i.test(value)) upgrade = value
        continue
      case "x-forwarded-for":
        forwardedFor = forwardedFor === undefined ? value : `${forwardedFor}, ${value}`
        continue
      case "x-amzn-trace-id":
        traceId ??= value
        continue
      case "cookie":
        cookie = cookie === "" ? value : `${cookie}; ${value}`
        continue
      case "user-agent":
        userAgent = value
        break
      case "content-type":
        contentType = value
    }
    // What a target could take for the header that frames the body: the header is normalised away, the request not.
    if (isDisguised(name)) continue
    if (dropInvalid && !validName.test(name)) continue
    passed.push(name, value)
  }
  if (nominated) drop(passed, nominated)
  const target = splitTarget(client.target)
  const named = target.host ?? (host || (client.protocol === "HTTP/1.0" ? client.connection.way.address : ""))
  return {
    method: client.method,
    path: target.path,
    query: target.query,
    rest: target.rest,
    host: named,
    hostName: nameOf(named),
    cookie,
    userAgent,
    traceId,
    forwardedFor,
    contentType,
    expectsContinue: expect,
    upgrade,
    contentLength,
    tooLarge,
    twoHosts,
    transferCoding,
    passed,
    values: (wanted) => valuesOf(headers, wanted),
  }
}

/** `Transfer_Encoding`: what some servers read as the header that frames the body. */
export const isDisguised = (name: string): boolean => {
  if (name.length !== 14 && name.length !== 17) return false
  const lower = name.toLowerCase()
  if (lower === "content-length" || lower === "transfer-encoding") return false
  const plain = lower.replace(/[^a-z]/g, "-")
  return plain === "content-length" || plain === "transfer-encoding"
}

const drop = (passed: string[], names: ReadonlySet<string>): void => {
  for (let i = passed.length - 2; i >= 0; i -= 2) if (names.has((passed[i] ?? "").toLowerCase())) passed.splice(i, 2)
}

const valuesOf = (headers: readonly string[], wanted: string): readonly string[] => {
  const found: string[] = []
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] ?? ""
    if (name.length === wanted.length && name.toLowerCase() === wanted) found.push(headers[i + 1] ?? "")
  }
  return found
}

/** A request line may hold a whole URL; its host then counts for more than the Host header (RFC 9112, 3.2.2). */
const splitTarget = (target: string): { host?: string; path: string; query: string; rest: string } => {
  let rest = target
  let host: string | undefined
  if (rest.charCodeAt(0) !== 47) {
    const whole = /^https?:\/\/([^/?#]*)(.*)$/i.exec(rest)
    if (whole) {
      host = (whole[1] ?? "").replace(/^.*@/, "")
      rest = whole[2] === "" || whole[2]?.startsWith("?") ? `/${whole[2]}` : (whole[2] ?? "/")
    }
  }
  const mark = rest.indexOf("?")
  const path = mark < 0 ? rest : rest.slice(0, mark)
  const query = mark < 0 ? "" : rest.slice(mark + 1)
  return host === undefined ? { path, query, rest } : { host, path, query, rest }
}

const nameOf = (host: string): string => {
  const end = host.charCodeAt(0) === 91 ? host.indexOf("]") + 1 : host.indexOf(":")
  return (end > 0 ? host.slice(0, end) : host).toLowerCase()
}
