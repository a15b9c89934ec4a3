// Classic load balancers, whole in one row. Their instances are registrations of tables/target-groups.ts. Written by
// services/elb, but for what was observed.
import { defineTable } from "../table.ts"
import type { LoadBalancerStatus } from "./load-balancers.ts"

export interface ClassicLoadBalancerRow {
  readonly account: string
  readonly region: string
  readonly tags: readonly { readonly key: string; readonly value: string }[]
  /** Unique in account and region, case included. */
  readonly name: string
  readonly scheme: "internet-facing" | "internal"
  /** Ends in `.localhost`. */
  readonly dnsName: string
  readonly vpcId: string
  /** One in each of its zones. */
  readonly subnets: readonly { readonly id: string; readonly zone: string }[]
  readonly securityGroups: readonly string[]
  readonly listeners: readonly ClassicListener[]
  readonly policies: readonly ClassicPolicy[]
  /** Names of policies, by instance port. */
  readonly backendPolicies: readonly { readonly instancePort: number; readonly policies: readonly string[] }[]
  readonly healthCheck: ClassicHealthCheck
  /** Those that were set, by the paths of AWS's members: `ConnectionDraining.Timeout`. */
  readonly attributes: Readonly<Record<string, string>>
  readonly createdAt: number
  /** Written by controllers/load-balancer. */
  readonly status: LoadBalancerStatus
}

export interface ClassicListener {
  readonly port: number
  readonly protocol: "HTTP" | "HTTPS" | "TCP" | "SSL"
  readonly instancePort: number
  readonly instanceProtocol: "HTTP" | "HTTPS" | "TCP" | "SSL"
  /** The ARN of its certificate. */
  readonly certificate?: string
  /** Names of policies. */
  readonly policies: readonly string[]
}

export interface ClassicPolicy {
  readonly name: string
  /** `LBCookieStickinessPolicyType`. */
  readonly type: string
  readonly attributes: readonly { readonly name: string; readonly value: string }[]
}

export interface ClassicHealthCheck {
  /** `HTTP:80/index.html`. */
  readonly target: string
  readonly intervalSeconds: number
  readonly timeoutSeconds: number
  readonly unhealthyThreshold: number
  readonly healthyThreshold: number
}

/** Its key here, and `groupArn` of its instances' registrations. */
export const classicKey = (scope: { readonly account: string; readonly region: string }, name: string): string =>
  `classic/${scope.account}/${scope.region}/${name}`

export const classicLoadBalancers = defineTable<ClassicLoadBalancerRow>()({
  name: "classicLoadBalancers",
  version: 1,
  key: (b) => classicKey(b, b.name),
  indexes: {
    scope: (b) => `${b.account}/${b.region}`,
    dnsName: (b) => b.dnsName,
    vpc: (b) => `${b.account}/${b.region}/${b.vpcId}`,
    subnet: (b) => b.subnets.map(({ id }) => `${b.account}/${b.region}/${id}`),
    certificate: (b) => b.listeners.flatMap(({ certificate }) => certificate ?? []),
  },
})
