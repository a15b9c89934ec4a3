// The safety of the open port: a web page in the user's browser must not be able to drive a local Roadstead, and a name that an
// attacker points at 127.0.0.1 must not reach it. Pure; runs before anything else of a request, in every mode (DESIGN section 7).
import type { Headers } from "./http.ts"

/** What a listener counts as itself. */
export interface SafetyRules {
  /** Further names under which we may be asked for: `--public-url`, gateways. Lower case, without a port. */
  readonly publicHosts: ReadonlySet<string>
  /** Origins of web pages that may talk to us: `--allow-origin`, `http://127.0.0.1:5173`. Lower case. */
  readonly allowOrigins: ReadonlySet<string>
}

/** Why a request is refused, in words for the one who sent it. */
export interface Danger {
  readonly message: string
}

/** What kind of request it is, and where it came in. */
export interface Entrance {
  /** A WebSocket upgrade. */
  readonly upgrade: boolean
  /** A listener inside the VPC. No browser is there, and through a relay its gateways have addresses that we are not told: any
   * address is taken as a Host, since only a name can be pointed at us by somebody else. */
  readonly vpc: boolean
  /** For a host that is not ours but goes through us: its own pages open its WebSockets. */
  readonly hosted?: boolean
}

/** Checks a request's headers; undefined when nothing is wrong. */
export const dangerOf = (
  rules: SafetyRules,
  headers: Headers,
  { upgrade, vpc, hosted = false }: Entrance,
): Danger | undefined => {
  const host = headers.host
  // HTTP/1.1 demands a Host; without one a request cannot be told from a rebinding attack.
  if (host === undefined || !(isOurs(rules, hostName(host)) || (vpc && isAddress(hostName(host))))) {
    return {
      message: `Host ${JSON.stringify(host ?? "")} is not a name of this Roadstead. Add it with --public-url if it should be.`,
    }
  }
  const origin = headers.origin
  const allowed = origin !== undefined && rules.allowOrigins.has(origin.toLowerCase())
  // Browsers always send Origin on a WebSocket, programs never do.
  const isOwnPage = hosted && origin !== undefined && isOwnOrigin(origin, host)
  if (upgrade && origin !== undefined && !isOwnPage) return { message: "WebSockets are not open to web pages." }
  if (origin !== undefined && !allowed && !isOwnOrigin(origin, host)) {
    return { message: `Origin ${JSON.stringify(origin)} is not allowed. Add it with --allow-origin if it should be.` }
  }
  const site = headers["sec-fetch-site"]
  if ((site === "cross-site" || site === "same-site") && !allowed) {
    return { message: "Requests from other web sites are not allowed." }
  }
  return undefined
}

/** The origin for which CORS headers are to be written, if the request has one that is allowed. */
export const corsOrigin = (rules: SafetyRules, headers: Headers): string | undefined => {
  const origin = headers.origin
  return origin !== undefined && rules.allowOrigins.has(origin.toLowerCase()) ? origin : undefined
}

/** A Host header's name in lower case, without port and brackets. */
export const hostName = (host: string): string => {
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(host)
  return (bracketed?.[1] ?? host.replace(/:\d*$/, "")).toLowerCase()
}

/** Names that resolve to this machine by their meaning, not by somebody's DNS. */
const isOurs = (rules: SafetyRules, name: string): boolean =>
  name === "localhost" ||
  name.endsWith(".localhost") ||
  name === "host.docker.internal" ||
  name === "::1" ||
  /^127(\.\d{1,3}){3}$/.test(name) ||
  rules.publicHosts.has(name)

const isAddress = (name: string): boolean =>
  /^\d{1,3}(\.\d{1,3}){3}$/.test(name) || /^[0-9a-f]*:[0-9a-f:.]+$/.test(name)

/** A page that we served ourselves: same scheme is not asked for, since TLS may end in front of us. */
const isOwnOrigin = (origin: string, host: string): boolean => {
  const own = /^https?:\/\/(.+)$/.exec(origin.toLowerCase())?.[1]
  return own !== undefined && own === host.toLowerCase()
}
