// Rules that come and go: Authorize and Revoke in both directions. All of a request happens or nothing does.
import type { IpPermission } from "@aws-sdk/client-ec2"
import type { Cx, Op } from "../../../gate/index.ts"
import { fault } from "../../../kernel/index.ts"
import type { SecurityGroupRow, SecurityGroupRule } from "../../../state/index.ts"
import { keyOf, missing, notFound } from "../lookups.ts"
import { invalid, missingParameter } from "../refusals.ts"
import { specifiedTags } from "../tagging/tag-lists.ts"
import { groupCalled } from "./change-groups.ts"
import { groupNow, type RuleContent, readPermissions } from "./read-permissions.ts"
import { describeRule } from "./rule-shapes.ts"

/** AWS's quota for each direction, counted for IPv4 and IPv6 apart. */
const mostRules = 60

/** What makes two rules the same: all but their ids, words and tags. */
export const sameRule = (a: RuleContent, b: RuleContent): boolean =>
  a.protocol === b.protocol &&
  a.fromPort === b.fromPort &&
  a.toPort === b.toPort &&
  a.cidrIpv4 === b.cidrIpv4 &&
  a.cidrIpv6 === b.cidrIpv6 &&
  a.prefixListId === b.prefixListId &&
  a.groupId === b.groupId

/** A rule in the words of InvalidPermission.Duplicate. */
export const inWords = (rule: RuleContent): string => {
  const peer = rule.cidrIpv4 ?? rule.cidrIpv6 ?? rule.prefixListId ?? rule.groupId ?? ""
  const protocol = rule.protocol === "-1" ? "ALL" : rule.protocol.toUpperCase()
  const icmp = rule.protocol === "icmp" || rule.protocol === "icmpv6"
  const [from, to] = icmp ? ["type", "code"] : ["from port", "to port"]
  const range = rule.fromPort === undefined ? "" : `, ${from}: ${rule.fromPort}, ${to}: ${rule.toPort}`
  return `peer: ${peer}, ${protocol}${range}, ALLOW`
}

/** Throws when a group would have too many rules of a direction. */
export const checkCount = (rules: readonly SecurityGroupRule[]): void => {
  for (const egress of [true, false]) {
    const of = rules.filter((rule) => rule.egress === egress)
    const count = Math.max(...(["cidrIpv4", "cidrIpv6"] as const).map((other) => of.filter((r) => !r[other]).length))
    if (count > mostRules) {
      throw fault(
        "RulesPerSecurityGroupLimitExceeded",
        "The maximum number of rules per security group has been reached.",
      )
    }
  }
}

/** The permissions of a request: its list, or the one that the older members of the request itself say. */
const permissionsAsked = (input: {
  readonly IpPermissions?: IpPermission[] | undefined
  readonly IpProtocol?: string | undefined
  readonly FromPort?: number | undefined
  readonly ToPort?: number | undefined
  readonly CidrIp?: string | undefined
  readonly SourceSecurityGroupName?: string | undefined
  readonly SourceSecurityGroupOwnerId?: string | undefined
}): readonly IpPermission[] => {
  const { IpPermissions = [], IpProtocol, FromPort, ToPort, CidrIp, SourceSecurityGroupName: GroupName } = input
  if (CidrIp === undefined && GroupName === undefined && IpProtocol === undefined) return IpPermissions
  if (IpPermissions.length > 0) {
    throw fault("InvalidParameterCombination", "IpPermissions cannot be combined with single rule members.") // from memory
  }
  const UserId = input.SourceSecurityGroupOwnerId
  return [
    {
      IpProtocol: IpProtocol ?? "-1",
      ...(FromPort !== undefined && { FromPort }),
      ...(ToPort !== undefined && { ToPort }),
      ...(CidrIp !== undefined && { IpRanges: [{ CidrIp }] }),
      ...(GroupName !== undefined && { UserIdGroupPairs: [{ GroupName, ...(UserId !== undefined && { UserId }) }] }),
    },
  ]
}

const side = (egress: boolean) => (egress ? "destination" : "source")

const authorise = (
  cx: Cx,
  group: SecurityGroupRow,
  egress: boolean,
  input: Parameters<typeof permissionsAsked>[0] & { readonly TagSpecifications?: Parameters<typeof specifiedTags>[0] },
) => {
  const asked = readPermissions(cx, group, permissionsAsked(input), side(egress))
  if (asked.length === 0) throw missingParameter("ipPermissions")
  const tags = specifiedTags(input.TagSpecifications, "security-group-rule")
  for (const [i, rule] of asked.entries()) {
    if (asked.some((other, j) => j < i && sameRule(other, rule))) {
      throw invalid("The same permission must not appear multiple times")
    }
    if (group.rules.some((known) => known.egress === egress && sameRule(known, rule))) {
      throw fault("InvalidPermission.Duplicate", `the specified rule "${inWords(rule)}" already exists`)
    }
  }
  const added = asked.map((rule): SecurityGroupRule => ({ ...rule, id: cx.ids.ec2("sgr"), egress, tags }))
  const rules = [...group.rules, ...added]
  checkCount(rules)
  cx.tx.securityGroups.patch(keyOf(cx.scope, group.id), { rules })
  const now = groupNow(cx, group)
  return { Return: true, SecurityGroupRules: added.map((rule) => describeRule(now, rule)) }
}

/** The rules of the group that a request names, by their ids or by what they say. */
const rulesAsked = (
  cx: Cx,
  group: SecurityGroupRow,
  egress: boolean,
  ids: readonly string[] | undefined,
  permissions: readonly IpPermission[],
): readonly SecurityGroupRule[] => {
  const known = group.rules.filter((rule) => rule.egress === egress)
  if (ids && ids.length > 0) {
    return [...new Set(ids)].map((id) => {
      const rule = known.find((r) => r.id === id)
      if (!rule) throw notFound(missing.securityGroupRule, id)
      return rule
    })
  }
  const asked = readPermissions(cx, group, permissions, side(egress))
  if (asked.length === 0) throw missingParameter("ipPermissions")
  return asked.map((wanted) => {
    const rule = known.find((r) => sameRule(r, wanted))
    if (!rule) throw noSuchRule()
    return rule
  })
}

export const noSuchRule = () =>
  fault("InvalidPermission.NotFound", "The specified rule does not exist in this security group.")

const revoke = (
  cx: Cx,
  group: SecurityGroupRow,
  egress: boolean,
  input: Parameters<typeof permissionsAsked>[0] & { readonly SecurityGroupRuleIds?: string[] | undefined },
) => {
  const gone = rulesAsked(cx, group, egress, input.SecurityGroupRuleIds, permissionsAsked(input))
  const rules = group.rules.filter((rule) => !gone.some(({ id }) => id === rule.id))
  cx.tx.securityGroups.patch(keyOf(cx.scope, group.id), { rules })
  return {
    Return: true,
    RevokedSecurityGroupRules: gone.map((rule) => {
      const {
        GroupOwnerId: _,
        SecurityGroupRuleArn: __,
        ReferencedGroupInfo,
        Tags: ___,
        ...shape
      } = describeRule(group, rule)
      return { ...shape, ...(ReferencedGroupInfo && { ReferencedGroupId: ReferencedGroupInfo.GroupId }) }
    }),
  }
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AuthorizeSecurityGroupIngress.html */
export const AuthorizeSecurityGroupIngress: Op<"ec2", "AuthorizeSecurityGroupIngress"> = (cx, input) =>
  authorise(cx, groupCalled(cx, input), false, input)

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AuthorizeSecurityGroupEgress.html */
export const AuthorizeSecurityGroupEgress: Op<"ec2", "AuthorizeSecurityGroupEgress"> = (cx, input) =>
  authorise(cx, groupCalled(cx, input), true, input)

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RevokeSecurityGroupIngress.html */
export const RevokeSecurityGroupIngress: Op<"ec2", "RevokeSecurityGroupIngress"> = (cx, input) =>
  revoke(cx, groupCalled(cx, input), false, input)

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RevokeSecurityGroupEgress.html */
export const RevokeSecurityGroupEgress: Op<"ec2", "RevokeSecurityGroupEgress"> = (cx, input) =>
  revoke(cx, groupCalled(cx, input), true, input)
