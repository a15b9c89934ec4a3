// Target groups, what is registered in them, and how healthy it was seen to be. Groups and registrations are written by
// services/elbv2, health by fleet's channel to the proxies.
import type { Matcher } from "@aws-sdk/client-elastic-load-balancing-v2"
import type { Frozen } from "../shapes.ts"
import { defineTable } from "../table.ts"

interface Owned {
  readonly account: string
  readonly region: string
}
const scoped = (r: Owned) => `${r.account}/${r.region}`

export interface TargetGroupRow extends Owned {
  readonly arn: string
  readonly name: string
  readonly targetType: "instance" | "ip" | "alb"
  readonly protocol: "HTTP" | "HTTPS" | "TCP" | "TLS" | "UDP" | "TCP_UDP"
  /** Of HTTP and HTTPS. */
  readonly protocolVersion?: "HTTP1" | "HTTP2" | "GRPC"
  readonly port: number
  readonly vpcId: string
  readonly ipAddressType: "ipv4"
  readonly healthCheck: TargetGroupHealthCheck
  /** Those that were set, by AWS's keys; the defaults are in services/elbv2. */
  readonly attributes: Readonly<Record<string, string>>
  readonly createdAt: number
  readonly tags: readonly { readonly key: string; readonly value: string }[]
}

export interface TargetGroupHealthCheck {
  readonly enabled: boolean
  readonly protocol: "HTTP" | "HTTPS" | "TCP"
  /** A number, or `traffic-port`. */
  readonly port: string
  /** Of HTTP and HTTPS. */
  readonly path?: string
  readonly intervalSeconds: number
  readonly timeoutSeconds: number
  readonly healthyThreshold: number
  readonly unhealthyThreshold: number
  /** Of HTTP and HTTPS. */
  readonly matcher?: Frozen<Matcher>
}

export const targetGroups = defineTable<TargetGroupRow>()({
  name: "targetGroups",
  version: 1,
  key: (g) => g.arn,
  indexes: { scope: scoped, name: (g) => `${scoped(g)}/${g.name}`, vpc: (g) => `${scoped(g)}/${g.vpcId}` },
})

/** A registration. The row goes when draining is over: from then on the target is unused. */
export interface TargetRow extends Owned {
  /** Of the target group. Of a classic load balancer: its key, `classic/<account>/<region>/<name>`. */
  readonly groupArn: string
  /** `i-…`, an IPv4 address, or the ARN of an application load balancer. */
  readonly id: string
  /** 0 of an instance behind a classic load balancer. */
  readonly port: number
  /** Asked for, or of the subnet that the address is in; `all` outside the VPC. */
  readonly zone?: string
  /** Cloud clock. */
  readonly registeredAt: number
  /** It was deregistered, and drains until then (cloud clock). */
  readonly draining?: { readonly since: number; readonly until: number }
}

/** The key of a registration, and of its health. */
export const targetKey = (groupArn: string, id: string, port: number): string => `${groupArn} ${id}:${port}`

export const targets = defineTable<TargetRow>()({
  name: "targets",
  version: 1,
  key: (t) => targetKey(t.groupArn, t.id, t.port),
  indexes: {
    group: (t) => t.groupArn,
    id: (t) => `${scoped(t)}/${t.id}`,
    /** Those that drain, to be ended. */
    draining: (t) => t.draining && "draining",
  },
})

/** What a proxy saw last. Absent: nothing yet. */
export interface TargetHealthRow extends Owned {
  readonly groupArn: string
  readonly id: string
  readonly port: number
  readonly state: "initial" | "healthy" | "unhealthy" | "unavailable"
  readonly reason?: string
  readonly description?: string
  /** Cloud clock: when the state was first this one. */
  readonly since: number
}

export const targetHealth = defineTable<TargetHealthRow>()({
  name: "targetHealth",
  version: 1,
  key: (h) => targetKey(h.groupArn, h.id, h.port),
  indexes: { group: (h) => h.groupArn },
})
