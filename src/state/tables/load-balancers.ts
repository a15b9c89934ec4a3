// Load balancers of Elastic Load Balancing v2: load balancers, listeners and rules. Target groups are in target-groups.ts,
// classic load balancers in classic-load-balancers.ts. Written by services/elbv2, but for what was observed.
import type {
  Action,
  MutualAuthenticationAttributes,
  RuleCondition,
  RuleTransform,
} from "@aws-sdk/client-elastic-load-balancing-v2"
import type { Frozen } from "../shapes.ts"
import { defineTable } from "../table.ts"

interface Owned {
  readonly account: string
  readonly region: string
  readonly tags: readonly { readonly key: string; readonly value: string }[]
}
const scoped = (r: Owned) => `${r.account}/${r.region}`

export interface LoadBalancerRow extends Owned {
  readonly arn: string
  readonly name: string
  readonly type: "application" | "network"
  readonly scheme: "internet-facing" | "internal"
  /** Ends in `.localhost`. */
  readonly dnsName: string
  readonly vpcId: string
  readonly ipAddressType: "ipv4"
  readonly securityGroups: readonly string[]
  /** In the order in which they were given. */
  readonly zones: readonly LoadBalancerZone[]
  /** Those that were set, by AWS's keys; the defaults are in services/elbv2. */
  readonly attributes: Readonly<Record<string, string>>
  readonly createdAt: number
  /** What came of it: see {@link LoadBalancerStatus}. */
  readonly status: LoadBalancerStatus
}

export interface LoadBalancerZone {
  readonly subnetId: string
  readonly zone: string
  /** Asked for: a network load balancer's own address in the subnet. */
  readonly privateAddress?: string
  readonly allocationId?: string
}

/** Written by controllers/load-balancer from what proxies report; `provisioning` until one carries for it. */
export interface LoadBalancerStatus {
  readonly code: "provisioning" | "active" | "active_impaired" | "failed"
  /** Shown to the user: `Port 80 of 127.0.0.1 is taken …`. */
  readonly reason?: string
}

export const loadBalancers = defineTable<LoadBalancerRow>()({
  name: "loadBalancers",
  version: 1,
  key: (b) => b.arn,
  indexes: {
    scope: scoped,
    name: (b) => `${scoped(b)}/${b.name}`,
    dnsName: (b) => b.dnsName,
    vpc: (b) => `${scoped(b)}/${b.vpcId}`,
    subnet: (b) => b.zones.map(({ subnetId }) => `${scoped(b)}/${subnetId}`),
    securityGroup: (b) => b.securityGroups.map((id) => `${scoped(b)}/${id}`),
  },
})

export interface ListenerRow extends Owned {
  readonly arn: string
  readonly loadBalancerArn: string
  readonly port: number
  readonly protocol: "HTTP" | "HTTPS" | "TCP" | "TLS" | "UDP" | "TCP_UDP"
  readonly sslPolicy?: string
  /** ARNs of certificates; the first is the default. */
  readonly certificates: readonly string[]
  readonly alpnPolicy?: string
  readonly mutualAuthentication?: Frozen<MutualAuthenticationAttributes>
  /** Of the rule that is tried last, which has no row of its own. */
  readonly defaultRuleArn: string
  readonly defaultActions: readonly Frozen<Action>[]
  /** Of the default rule. */
  readonly defaultRuleTags?: readonly { readonly key: string; readonly value: string }[]
  /** Those that were set, by AWS's keys. */
  readonly attributes: Readonly<Record<string, string>>
  readonly createdAt: number
}

export const listeners = defineTable<ListenerRow>()({
  name: "listeners",
  version: 1,
  key: (l) => l.arn,
  indexes: {
    loadBalancer: (l) => l.loadBalancerArn,
    port: (l) => `${l.loadBalancerArn} ${l.port}`,
    targetGroup: (l) => targetGroupsOf(l.defaultActions),
    certificate: (l) => l.certificates,
  },
})

export interface ListenerRuleRow extends Owned {
  readonly arn: string
  readonly listenerArn: string
  readonly loadBalancerArn: string
  /** 1 to 50,000; unique in its listener. */
  readonly priority: number
  readonly conditions: readonly Frozen<RuleCondition>[]
  readonly transforms?: readonly Frozen<RuleTransform>[]
  readonly actions: readonly Frozen<Action>[]
  readonly createdAt: number
}

export const listenerRules = defineTable<ListenerRuleRow>()({
  name: "listenerRules",
  version: 1,
  key: (r) => r.arn,
  indexes: {
    listener: (r) => r.listenerArn,
    priority: (r) => `${r.listenerArn} ${r.priority}`,
    targetGroup: (r) => targetGroupsOf(r.actions),
  },
})

/** The ARNs of the target groups that actions forward to, each once. */
export const targetGroupsOf = (actions: readonly Frozen<Action>[]): readonly string[] => [
  ...new Set(
    actions.flatMap((action) => [
      ...(action.TargetGroupArn === undefined ? [] : [action.TargetGroupArn]),
      ...(action.ForwardConfig?.TargetGroups ?? []).flatMap(({ TargetGroupArn }) => TargetGroupArn ?? []),
    ]),
  ),
]
