// Security groups with their rules, and network ACLs. Stored and described, not enforced: docs/security.md.
import { hash } from "node:crypto"
import { defineTable } from "../table.ts"
import { type Owned, scoped } from "./ec2.ts"

/** One rule: one protocol and range of ports, to or from one peer, of which exactly one member is there. */
export interface SecurityGroupRule {
  /** `sgr-…` */
  readonly id: string
  readonly egress: boolean
  /** `tcp`, `udp`, `icmp`, `icmpv6`, another number of a protocol, or `-1` for all. */
  readonly protocol: string
  /** Absent where the protocol has no ports. For ICMP the type, and `toPort` the code. */
  readonly fromPort?: number
  readonly toPort?: number
  readonly cidrIpv4?: string
  readonly cidrIpv6?: string
  readonly prefixListId?: string
  readonly groupId?: string
  readonly description?: string
  readonly tags: Owned["tags"]
}

export interface SecurityGroupRow extends Owned {
  readonly id: string
  readonly arn: string
  readonly name: string
  readonly description: string
  readonly vpcId: string
  readonly rules: readonly SecurityGroupRule[]
}

/** The rules of version 1 were IpPermission shapes of EC2, and only default VPCs had any groups. */
interface Version1 extends Omit<SecurityGroupRow, "rules"> {
  readonly ingress: readonly Permission1[]
  readonly egress: readonly Permission1[]
}
interface Permission1 {
  readonly IpProtocol: string
  readonly IpRanges?: readonly { readonly CidrIp: string }[]
  readonly UserIdGroupPairs?: readonly { readonly GroupId: string }[]
}

/** The id of a rule that is made together with its group, so that a default VPC has the same everywhere. */
export const firstRuleId = (groupId: string, egress: boolean): string =>
  `sgr-${hash("sha256", `${groupId} ${egress ? "egress" : "ingress"}`).slice(0, 17)}`

const fromVersion1 = ({ ingress, egress, ...group }: Version1): SecurityGroupRow => ({
  ...group,
  rules: [
    ...ingress.flatMap((p) => (p.UserIdGroupPairs ?? []).map((pair) => ({ p, groupId: pair.GroupId }))),
    ...egress.flatMap((p) => (p.IpRanges ?? []).map((range) => ({ p, cidrIpv4: range.CidrIp }))),
  ].map(({ p, ...peer }) => {
    const outward = egress.includes(p)
    return { id: firstRuleId(group.id, outward), egress: outward, protocol: p.IpProtocol, ...peer, tags: [] }
  }),
})

export const securityGroups = defineTable<SecurityGroupRow>()({
  name: "securityGroups",
  version: 2,
  key: (g) => `${scoped(g)}/${g.id}`,
  indexes: {
    scope: scoped,
    vpc: (g) => `${scoped(g)}/${g.vpcId}`,
    rule: (g) => g.rules.map((rule) => `${scoped(g)}/${rule.id}`),
    /** Groups by the groups that their rules name. */
    references: (g) => [
      ...new Set(g.rules.flatMap((r) => (r.groupId === undefined ? [] : [`${scoped(g)}/${r.groupId}`]))),
    ],
  },
  upgrades: { 1: fromVersion1 },
})

export interface NetworkAclEntry {
  readonly egress: boolean
  /** The order in which rules are tried; 32767 is the last, which refuses everything. */
  readonly number: number
  readonly action: "allow" | "deny"
  readonly protocol: string
  readonly cidr: string
  readonly ports?: { readonly from: number; readonly to: number }
  readonly icmp?: { readonly type: number; readonly code: number }
}

export interface NetworkAclRow extends Owned {
  readonly id: string
  readonly vpcId: string
  /** The one that new subnets of the VPC get. */
  readonly isDefault: boolean
  /** Each subnet is associated with exactly one ACL of its VPC. */
  readonly associations: readonly { readonly id: string; readonly subnetId: string }[]
  readonly entries: readonly NetworkAclEntry[]
  readonly token?: { readonly value: string; readonly request: string }
}
export const networkAcls = defineTable<NetworkAclRow>()({
  name: "networkAcls",
  version: 1,
  key: (a) => `${scoped(a)}/${a.id}`,
  indexes: {
    scope: scoped,
    vpc: (a) => `${scoped(a)}/${a.vpcId}`,
    association: (a) => a.associations.map(({ id }) => `${scoped(a)}/${id}`),
    token: (a) => a.token && `${scoped(a)}/${a.token.value}`,
  },
})
