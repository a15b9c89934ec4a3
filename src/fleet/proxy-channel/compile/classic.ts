// A classic load balancer: one listener with one rule for each of its ports, a pool for each of them, and the pool that is
// checked for all. Its attributes and policies are said in the words of Elastic Load Balancing v2.
import type { BalancerConfiguration, ListenerConfiguration, PoolConfiguration } from "../../../protocol/index.ts"
import {
  type ClassicListener,
  type ClassicLoadBalancerRow,
  type ClassicPolicy,
  classicKey,
  type View,
} from "../../../state/index.ts"
import type { Certificates } from "./balancer.ts"
import { tlsOf } from "./certificates.ts"
import { classicHealthCheckOf } from "./health-checks.ts"
import { type Kept, memoised } from "./kept.ts"
import { nodesOf } from "./nodes.ts"
import { type TargetPorts, targetOf } from "./targets.ts"

interface Means extends TargetPorts {
  readonly certificates: Certificates
}

/** Undefined while it has no address to be at. */
export const classicOf = (
  view: View,
  row: ClassicLoadBalancerRow,
  kept: Kept,
  means: Means,
): { readonly balancer: BalancerConfiguration; readonly pools: readonly PoolConfiguration[] } | undefined => {
  const key = classicKey(row, row.name)
  const subnets = row.subnets.map(({ id }) => id)
  const nodes = nodesOf(view, key, subnets).map((node) => kept.keep(`node ${key} ${node.address}`, node))
  if (nodes.length === 0) return undefined
  const listeners = row.listeners.flatMap((listener) => listenerOf(view, row, listener, kept, means) ?? [])
  const balancer = kept.keep(`balancer ${key}`, {
    id: key,
    kind: "classic" as const,
    name: row.name,
    account: row.account,
    region: row.region,
    label: row.name,
    dnsName: row.dnsName.toLowerCase(),
    nodes,
    attributes: attributesOf(row),
    listeners,
  })
  return { balancer, pools: poolsOf(view, row, kept, means) }
}

const poolId = (row: ClassicLoadBalancerRow, { port }: ClassicListener): string =>
  `${classicKey(row, row.name)}#${port}`

const listenerOf = (
  view: View,
  row: ClassicLoadBalancerRow,
  listener: ClassicListener,
  kept: Kept,
  { certificates }: Means,
): ListenerConfiguration | undefined => {
  const id = `${classicKey(row, row.name)}:${listener.port}`
  const endsTls = listener.protocol === "HTTPS" || listener.protocol === "SSL"
  const arns = listener.certificate === undefined ? [] : [listener.certificate]
  const made = endsTls ? tlsOf(certificates(view, arns), securityPolicyOf(row, listener)) : undefined
  if (endsTls && !made) return undefined
  const tls = made && kept.keep(`tls ${id}`, made)
  return kept.keep(`listener ${id}`, {
    id,
    protocol: listener.protocol,
    port: listener.port,
    attributes: none,
    ...(tls && { tls }),
    rules: rulesOf(row)(listener),
  })
}

const none: Readonly<Record<string, string>> = {}

/** Everything that goes to a listener goes to its instances. */
const rulesOf = memoised((row: ClassicLoadBalancerRow) =>
  memoised((listener: ClassicListener) => [
    {
      id: `${classicKey(row, row.name)}:${listener.port}/default`,
      priority: 0,
      conditions: [],
      action: { type: "forward" as const, pools: [{ pool: poolId(row, listener), weight: 1 }] },
    },
  ]),
)

const poolsOf = (
  view: View,
  row: ClassicLoadBalancerRow,
  kept: Kept,
  ports: TargetPorts,
): readonly PoolConfiguration[] => {
  const key = classicKey(row, row.name)
  const zones = new Set(row.subnets.map(({ zone }) => zone))
  const registered = view.targets.by("group", key)
  const targetsOn = (pool: string, port: number) =>
    registered
      .map((target) => kept.keep(`target ${pool} ${target.id}`, targetOf(view, target, ports, port)))
      .filter(({ zone }) => zone === undefined || zones.has(zone))
  const check = healthCheckOf(row)
  const checked = {
    id: key,
    label: row.name,
    protocol: check?.protocol ?? ("TCP" as const),
    protocolVersion: "HTTP1" as const,
    attributes: poolAttributesOf(row),
    ...(check && { healthCheck: check }),
    targets: targetsOn(key, check?.port ?? 0),
  }
  const used = row.listeners.map((listener): PoolConfiguration => {
    const id = poolId(row, listener)
    const made = stickinessOf(row, listener)
    const stickiness = made && kept.keep(`stickiness ${id}`, made)
    return kept.keep(`pool ${id}`, {
      id,
      label: row.name,
      protocol: listener.instanceProtocol,
      protocolVersion: "HTTP1",
      attributes: sendsProxyProtocol(row, listener) ? withProxyProtocol(row) : poolAttributesOf(row),
      ...(stickiness && { stickiness }),
      healthOf: key,
      targets: targetsOn(id, listener.instancePort),
    })
  })
  return [kept.keep(`pool ${key}`, checked), ...used]
}

const healthCheckOf = memoised((row: ClassicLoadBalancerRow) => classicHealthCheckOf(row.healthCheck))

/** The paths of Classic's attributes, and what an application load balancer calls the same. */
const attributeNames: Readonly<Record<string, string>> = {
  "ConnectionSettings.IdleTimeout": "idle_timeout.timeout_seconds",
  "CrossZoneLoadBalancing.Enabled": "load_balancing.cross_zone.enabled",
  "AccessLog.Enabled": "access_logs.s3.enabled",
  "AccessLog.S3BucketName": "access_logs.s3.bucket",
  "AccessLog.EmitInterval": "access_logs.s3.emit_interval",
  "AccessLog.S3BucketPrefix": "access_logs.s3.prefix",
  "elb.http.desyncmitigationmode": "routing.http.desync_mitigation_mode",
}

const attributesOf = memoised((row: ClassicLoadBalancerRow): Readonly<Record<string, string>> => {
  const said = Object.entries(row.attributes).flatMap(([path, value]): [string, string][] => {
    const name = attributeNames[path]
    return name === undefined ? [] : [[name, value]]
  })
  return Object.fromEntries(said)
})

/** AWS: connections are not drained unless that is enabled, then for 300 s unless it is said. */
const poolAttributesOf = memoised((row: ClassicLoadBalancerRow): Readonly<Record<string, string>> => {
  const isDrained = row.attributes["ConnectionDraining.Enabled"] === "true"
  const seconds = isDrained ? (row.attributes["ConnectionDraining.Timeout"] ?? "300") : "0"
  return { "deregistration_delay.timeout_seconds": seconds }
})

const withProxyProtocol = memoised((row: ClassicLoadBalancerRow) => ({
  ...poolAttributesOf(row),
  "proxy_protocol_v1.enabled": "true",
}))

const policiesOf = (row: ClassicLoadBalancerRow, names: readonly string[], type: string): readonly ClassicPolicy[] =>
  row.policies.filter((policy) => policy.type === type && names.includes(policy.name))

const attributeOf = (policy: ClassicPolicy | undefined, name: string): string | undefined =>
  policy?.attributes.find((attribute) => attribute.name === name)?.value

const stickinessOf = (
  row: ClassicLoadBalancerRow,
  { policies }: ClassicListener,
): PoolConfiguration["stickiness"] | undefined => {
  const [byBalancer] = policiesOf(row, policies, "LBCookieStickinessPolicyType")
  if (byBalancer) {
    const seconds = Number(attributeOf(byBalancer, "CookieExpirationPeriod") ?? 0)
    // Without a period it holds for the session of the browser.
    return seconds > 0 ? { type: "lb_cookie", seconds } : { type: "lb_cookie" }
  }
  const [byApp] = policiesOf(row, policies, "AppCookieStickinessPolicyType")
  const name = attributeOf(byApp, "CookieName")
  return name === undefined ? undefined : { type: "app_cookie", name }
}

const securityPolicyOf = (row: ClassicLoadBalancerRow, { policies }: ClassicListener): string | undefined => {
  const [policy] = policiesOf(row, policies, "SSLNegotiationPolicyType")
  return attributeOf(policy, "Reference-Security-Policy")
}

const sendsProxyProtocol = (row: ClassicLoadBalancerRow, { instancePort }: ClassicListener): boolean => {
  const names = row.backendPolicies.find((one) => one.instancePort === instancePort)?.policies ?? []
  const [policy] = policiesOf(row, names, "ProxyProtocolPolicyType")
  return attributeOf(policy, "ProxyProtocol")?.toLowerCase() === "true"
}
