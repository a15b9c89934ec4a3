// Describing security groups: DescribeSecurityGroups. Their single rules are in describe-rules.ts.
import type { ReadOp } from "../../../gate/index.ts"
import { fault, scopeKey } from "../../../kernel/index.ts"
import { defaultVpcId, type SecurityGroupRow, type SecurityGroupRule, type View } from "../../../state/index.ts"
import { applyFilters, type FilterTable, tagKeys } from "../filters.ts"
import { checkForm, keyOf, missing, namedRows, tagSet } from "../lookups.ts"
import { pageOf } from "../pages.ts"
import { permissionsOf } from "./rule-shapes.ts"

const permissionFilters = (view: View, prefix: string, egress: boolean): FilterTable<SecurityGroupRow> => {
  const over =
    (value: (rule: SecurityGroupRule, group: SecurityGroupRow) => string | number | undefined) =>
    (group: SecurityGroupRow) =>
      group.rules
        .filter((rule) => rule.egress === egress)
        .map((rule) => value(rule, group))
        .filter((found) => found !== undefined)
        .map(String)
  return {
    [`${prefix}.cidr`]: over((rule) => rule.cidrIpv4),
    [`${prefix}.from-port`]: over((rule) => rule.fromPort),
    [`${prefix}.group-id`]: over((rule) => rule.groupId),
    [`${prefix}.group-name`]: over((rule, group) =>
      rule.groupId === undefined ? undefined : view.securityGroups.get(keyOf(group, rule.groupId))?.name,
    ),
    [`${prefix}.ipv6-cidr`]: over((rule) => rule.cidrIpv6),
    [`${prefix}.prefix-list-id`]: over((rule) => rule.prefixListId),
    [`${prefix}.protocol`]: over((rule) => rule.protocol),
    [`${prefix}.to-port`]: over((rule) => rule.toPort),
    [`${prefix}.user-id`]: over((rule, group) => (rule.groupId === undefined ? undefined : group.account)),
  }
}

const filtersOf = (view: View): FilterTable<SecurityGroupRow> => ({
  ...tagKeys,
  ...permissionFilters(view, "ip-permission", false),
  ...permissionFilters(view, "egress.ip-permission", true),
  description: (g) => [g.description],
  "group-id": (g) => [g.id],
  "group-name": (g) => [g.name],
  "owner-id": (g) => [g.account],
  "vpc-id": (g) => [g.vpcId],
})

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecurityGroups.html */
export const DescribeSecurityGroups: ReadOp<"ec2", "DescribeSecurityGroups"> = (cx, input) => {
  checkForm(input.GroupIds, "sg", "InvalidGroupId.Malformed")
  const rows = namedRows(cx.tx.securityGroups, cx.scope, input.GroupIds, missing.securityGroup)
  const names = input.GroupNames ?? []
  // Names are those of the default VPC's groups alone.
  const inDefault = cx.tx.securityGroups.by("vpc", `${scopeKey(cx.scope)}/${defaultVpcId(cx.scope)}`)
  for (const name of names) {
    if (inDefault.some((group) => group.name === name || group.id === name)) continue
    const where = `in default VPC '${defaultVpcId(cx.scope)}'`
    throw fault(missing.securityGroup.code, `${missing.securityGroup.what} '${name}' does not exist ${where}`)
  }
  const chosen =
    names.length === 0
      ? rows
      : rows.filter((g) => inDefault.includes(g) && (names.includes(g.name) || names.includes(g.id)))
  const page = pageOf(applyFilters(chosen, input.Filters, filtersOf(cx.tx)), (g) => g.id, input)
  return {
    SecurityGroups: page.rows.map((group) => ({
      GroupId: group.id,
      GroupName: group.name,
      Description: group.description,
      SecurityGroupArn: group.arn,
      VpcId: group.vpcId,
      OwnerId: group.account,
      IpPermissions: permissionsOf(group, false),
      IpPermissionsEgress: permissionsOf(group, true),
      Tags: tagSet(group.tags),
    })),
    NextToken: page.NextToken,
  }
}

/** Which groups of other VPCs name these groups: none can, as there is no peering. */
export const DescribeSecurityGroupReferences: ReadOp<"ec2", "DescribeSecurityGroupReferences"> = (cx, input) => {
  namedRows(cx.tx.securityGroups, cx.scope, input.GroupId, missing.securityGroup)
  return { SecurityGroupReferenceSet: [] }
}
