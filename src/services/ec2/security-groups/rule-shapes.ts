// The two shapes in which EC2 shows the rules of a group: as IpPermissions, which gather the peers of one protocol and
// range, and one by one. Pure.
import type { IpPermission, SecurityGroupRule as RuleShape } from "@aws-sdk/client-ec2"
import { formatArn } from "../../../kernel/index.ts"
import type { SecurityGroupRow, SecurityGroupRule } from "../../../state/index.ts"
import { tagSet } from "../lookups.ts"

/** -1 where EC2 has no port: the rule is for all. */
const anyPort = -1

const described = (rule: SecurityGroupRule) => (rule.description === undefined ? {} : { Description: rule.description })

/** The rules of one direction as EC2 groups them, with every list there. */
export const permissionsOf = (group: SecurityGroupRow, egress: boolean): IpPermission[] => {
  const rules = group.rules.filter((rule) => rule.egress === egress)
  const same = Map.groupBy(rules, (rule) => `${rule.protocol} ${rule.fromPort} ${rule.toPort}`)
  return [...same.values()].map((of) => ({
    IpProtocol: of[0]?.protocol,
    ...(of[0]?.fromPort === undefined ? {} : { FromPort: of[0].fromPort }),
    ...(of[0]?.toPort === undefined ? {} : { ToPort: of[0].toPort }),
    IpRanges: of.flatMap((rule) => (rule.cidrIpv4 === undefined ? [] : { CidrIp: rule.cidrIpv4, ...described(rule) })),
    Ipv6Ranges: of.flatMap((rule) =>
      rule.cidrIpv6 === undefined ? [] : { CidrIpv6: rule.cidrIpv6, ...described(rule) },
    ),
    PrefixListIds: of.flatMap((rule) =>
      rule.prefixListId === undefined ? [] : { PrefixListId: rule.prefixListId, ...described(rule) },
    ),
    UserIdGroupPairs: of.flatMap((rule) =>
      rule.groupId === undefined ? [] : { GroupId: rule.groupId, UserId: group.account, ...described(rule) },
    ),
  }))
}

/** One rule as EC2 shows it alone. */
export const describeRule = (group: SecurityGroupRow, rule: SecurityGroupRule): RuleShape => ({
  SecurityGroupRuleId: rule.id,
  SecurityGroupRuleArn: formatArn("ec2", group, `security-group-rule/${rule.id}`),
  GroupId: group.id,
  GroupOwnerId: group.account,
  IsEgress: rule.egress,
  IpProtocol: rule.protocol,
  FromPort: rule.fromPort ?? anyPort,
  ToPort: rule.toPort ?? anyPort,
  ...(rule.cidrIpv4 === undefined ? {} : { CidrIpv4: rule.cidrIpv4 }),
  ...(rule.cidrIpv6 === undefined ? {} : { CidrIpv6: rule.cidrIpv6 }),
  ...(rule.prefixListId === undefined ? {} : { PrefixListId: rule.prefixListId }),
  ...(rule.groupId === undefined
    ? {}
    : { ReferencedGroupInfo: { GroupId: rule.groupId, UserId: group.account, VpcId: group.vpcId } }),
  ...described(rule),
  Tags: tagSet(rule.tags),
})
