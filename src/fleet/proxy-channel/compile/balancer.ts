// An application or network load balancer: its nodes, and its listeners with their rules and certificates.
import type { BalancerConfiguration, ListenerConfiguration } from "../../../protocol/index.ts"
import type { ListenerRow, LoadBalancerRow, View } from "../../../state/index.ts"
import { type certificateReader, tlsOf } from "./certificates.ts"
import type { Kept } from "./kept.ts"
import { nodesOf } from "./nodes.ts"
import { defaultRuleOf, ruleOf } from "./rules.ts"

export type Certificates = ReturnType<typeof certificateReader>

/** `app/<name>/<id>`: as metrics and access logs call a load balancer. */
export const balancerLabel = (arn: string): string => arn.slice(arn.indexOf("loadbalancer/") + "loadbalancer/".length)

/** Undefined while it has no address to be at. */
export const balancerOf = (
  view: View,
  row: LoadBalancerRow,
  kept: Kept,
  certificates: Certificates,
): BalancerConfiguration | undefined => {
  const nodes = nodesOf(
    view,
    row.arn,
    row.zones.map(({ subnetId }) => subnetId),
  ).map((node) => kept.keep(`node ${row.arn} ${node.address}`, node))
  if (nodes.length === 0) return undefined
  return kept.keep(`balancer ${row.arn}`, {
    id: row.arn,
    kind: row.type,
    name: row.name,
    account: row.account,
    region: row.region,
    label: balancerLabel(row.arn),
    dnsName: row.dnsName.toLowerCase(),
    nodes,
    attributes: row.attributes,
    listeners: view.listeners
      .by("loadBalancer", row.arn)
      .flatMap((listener) => listenerOf(view, listener, kept, certificates) ?? []),
  })
}

/** Undefined: it ends TLS and has no certificate to do it with. */
export const listenerOf = (
  view: View,
  row: ListenerRow,
  kept: Kept,
  certificates: Certificates,
): ListenerConfiguration | undefined => {
  const endsTls = row.protocol === "HTTPS" || row.protocol === "TLS"
  const made = endsTls ? tlsOf(certificates(view, row.certificates), row.sslPolicy, row.alpnPolicy) : undefined
  if (endsTls && !made) return undefined
  const tls = made && kept.keep(`tls ${row.arn}`, made)
  const byDefault = defaultRuleOf(row)
  const last = byDefault && kept.keep(`rule ${row.arn}`, byDefault)
  const rules = view.listenerRules
    .by("listener", row.arn)
    .toSorted((a, b) => a.priority - b.priority)
    .flatMap((rule) => ruleOf(rule) ?? [])
  return kept.keep(`listener ${row.arn}`, {
    id: row.arn,
    protocol: row.protocol,
    port: row.port,
    attributes: row.attributes,
    ...(tls && { tls }),
    rules: last ? [...rules, last] : rules,
  })
}
