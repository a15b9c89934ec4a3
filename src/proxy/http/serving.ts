// A listener as it is configured now, read once into what each request asks of it. A request keeps the one that it began
// with; the next one gets the next configuration.
import type { BalancerConfiguration, ListenerConfiguration } from "../../protocol/index.ts"
import type { FrontParts } from "../front.ts"
import { type Counted, countsOf } from "./counts.ts"
import { compileRules, type Matcher } from "./rules/matcher.ts"

export type DesyncMode = "monitor" | "defensive" | "strictest"

/** See the head of the file. */
export interface Serving {
  readonly balancer: BalancerConfiguration
  readonly listener: ListenerConfiguration
  readonly classic: boolean
  readonly secure: boolean
  readonly match: Matcher
  readonly counts: Counted
  readonly idleMs: number
  /** How long a client's connection may live, however busy it is. */
  readonly clientKeepAliveMs: number
  readonly xff: "append" | "preserve" | "remove"
  readonly xffPort: boolean
  readonly preserveHost: boolean
  readonly dropInvalid: boolean
  readonly desync: DesyncMode
  /** Names of the headers that tell targets of a client's TLS; undefined when they are not to be sent. */
  readonly tlsHeaders: { readonly version: string; readonly cipher: string } | undefined
  readonly http2: boolean
  readonly serverHeader: boolean
  /** Put on every answer, over what a target says. */
  readonly responseHeaders: readonly (readonly [string, string])[]
  readonly crossZone: boolean
  readonly accessLog: boolean
}

/** Attributes of listeners `routing.http.response.<name>.header_value` and the headers that they set. */
const responseHeaderNames: ReadonlyMap<string, string> = new Map([
  ["strict_transport_security", "Strict-Transport-Security"],
  ["access_control_allow_origin", "Access-Control-Allow-Origin"],
  ["access_control_allow_methods", "Access-Control-Allow-Methods"],
  ["access_control_allow_headers", "Access-Control-Allow-Headers"],
  ["access_control_allow_credentials", "Access-Control-Allow-Credentials"],
  ["access_control_expose_headers", "Access-Control-Expose-Headers"],
  ["access_control_max_age", "Access-Control-Max-Age"],
  ["content_security_policy", "Content-Security-Policy"],
  ["x_content_type_options", "X-Content-Type-Options"],
  ["x_frame_options", "X-Frame-Options"],
])

export const servingOf = (
  parts: FrontParts,
  balancer: BalancerConfiguration,
  listener: ListenerConfiguration,
): Serving => {
  const classic = balancer.kind === "classic"
  const of = (key: string) => balancer.attributes[key]
  const own = (key: string) => listener.attributes[key]
  const responseHeaders = [...responseHeaderNames].flatMap(([key, name]): [string, string][] => {
    const value = own(`routing.http.response.${key}.header_value`)
    return value ? [[name, value]] : []
  })
  return {
    balancer,
    listener,
    classic,
    secure: listener.protocol === "HTTPS",
    match: compileRules(listener.rules),
    counts: countsOf(parts.counters, balancer),
    idleMs: seconds(of("idle_timeout.timeout_seconds"), 60),
    clientKeepAliveMs: seconds(of("client_keep_alive.seconds"), classic ? 365 * 24 * 3600 : 3600),
    xff: modeOf(of("routing.http.xff_header_processing.mode")),
    xffPort: of("routing.http.xff_client_port.enabled") === "true",
    // A classic load balancer hands the Host header on as it came.
    preserveHost: classic || of("routing.http.preserve_host_header.enabled") === "true",
    dropInvalid: of("routing.http.drop_invalid_header_fields.enabled") === "true",
    desync: desyncOf(of("routing.http.desync_mitigation_mode")),
    tlsHeaders:
      of("routing.http.x_amzn_tls_version_and_cipher_suite.enabled") === "true"
        ? {
            version: own("routing.http.request.x_amzn_tls_version.header_name") ?? "X-Amzn-Tls-Version",
            cipher: own("routing.http.request.x_amzn_tls_cipher_suite.header_name") ?? "X-Amzn-Tls-Cipher-Suite",
          }
        : undefined,
    http2: !classic && of("routing.http2.enabled") !== "false",
    serverHeader: own("routing.http.response.server.enabled") !== "false",
    responseHeaders,
    crossZone: !classic || of("load_balancing.cross_zone.enabled") === "true",
    accessLog: of("access_logs.s3.enabled") === "true",
  }
}

const seconds = (value: string | undefined, otherwise: number): number => Number(value ?? otherwise) * 1000

const modeOf = (value: string | undefined): Serving["xff"] =>
  value === "preserve" || value === "remove" ? value : "append"

const desyncOf = (value: string | undefined): DesyncMode =>
  value === "monitor" || value === "strictest" ? value : "defensive"
