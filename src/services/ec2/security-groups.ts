// Security groups: DescribeSecurityGroups. Their single rules are in security-group-rules.ts.
import type { ReadOp } from "../../gate/index.ts"
import { fault, scopeKey } from "../../kernel/index.ts"
import { defaultVpcId, type SecurityGroupRow } from "../../state/index.ts"
import { applyFilters, type FilterTable, tagKeys } from "./filters.ts"
import { checkForm, type Missing, named, tagSet } from "./lookups.ts"
import { pageOf } from "./pages.ts"

const missing: Missing = { code: "InvalidGroup.NotFound", what: "The security group" }

/** A rule as EC2 describes it, with every list there. */
export interface Permission {
  readonly IpProtocol: string
  readonly FromPort?: number
  readonly ToPort?: number
  readonly IpRanges: { CidrIp?: string; Description?: string }[]
  readonly Ipv6Ranges: { CidrIpv6?: string; Description?: string }[]
  readonly PrefixListIds: { PrefixListId?: string; Description?: string }[]
  readonly UserIdGroupPairs: { GroupId?: string; UserId?: string; Description?: string }[]
}

/** A stored rule with the lists that it left out. */
export const permission = (stored: object): Permission => ({
  IpRanges: [],
  Ipv6Ranges: [],
  PrefixListIds: [],
  UserIdGroupPairs: [],
  ...(stored as Pick<Permission, "IpProtocol">),
})

const present = (values: readonly (string | number | undefined)[]): string[] =>
  values.filter((value) => value !== undefined).map(String)

const permissionFilters = (prefix: string, rulesOf: (group: SecurityGroupRow) => readonly object[]) => {
  const over = (values: (rule: Permission) => readonly (string | number | undefined)[]) => (group: SecurityGroupRow) =>
    rulesOf(group).flatMap((rule) => present(values(permission(rule))))
  return {
    [`${prefix}.cidr`]: over((rule) => rule.IpRanges.map((range) => range.CidrIp)),
    [`${prefix}.from-port`]: over((rule) => [rule.FromPort]),
    [`${prefix}.group-id`]: over((rule) => rule.UserIdGroupPairs.map((pair) => pair.GroupId)),
    [`${prefix}.group-name`]: () => [],
    [`${prefix}.ipv6-cidr`]: over((rule) => rule.Ipv6Ranges.map((range) => range.CidrIpv6)),
    [`${prefix}.prefix-list-id`]: over((rule) => rule.PrefixListIds.map((list) => list.PrefixListId)),
    [`${prefix}.protocol`]: over((rule) => [rule.IpProtocol]),
    [`${prefix}.to-port`]: over((rule) => [rule.ToPort]),
    [`${prefix}.user-id`]: over((rule) => rule.UserIdGroupPairs.map((pair) => pair.UserId)),
  }
}

const filters: FilterTable<SecurityGroupRow> = {
  ...tagKeys,
  ...permissionFilters("ip-permission", (group) => group.ingress),
  ...permissionFilters("egress.ip-permission", (group) => group.egress),
  description: (g) => [g.description],
  "group-id": (g) => [g.id],
  "group-name": (g) => [g.name],
  "owner-id": (g) => [g.account],
  "vpc-id": (g) => [g.vpcId],
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecurityGroups.html */
export const DescribeSecurityGroups: ReadOp<"ec2", "DescribeSecurityGroups"> = (cx, input) => {
  const scope = scopeKey(cx.scope)
  checkForm(input.GroupIds, "sg", "InvalidGroupId.Malformed")
  const rows = named(
    input.GroupIds,
    () => cx.tx.securityGroups.by("scope", scope),
    (id) => cx.tx.securityGroups.get(`${scope}/${id}`),
    missing,
  )
  const names = input.GroupNames ?? []
  // Names are those of the default VPC's groups alone.
  const inDefault = cx.tx.securityGroups.by("vpc", `${scope}/${defaultVpcId(cx.scope)}`)
  for (const name of names) {
    if (!inDefault.some((group) => group.name === name || group.id === name)) {
      throw fault(missing.code, `${missing.what} '${name}' does not exist in default VPC '${defaultVpcId(cx.scope)}'`)
    }
  }
  const chosen =
    names.length === 0
      ? rows
      : rows.filter((g) => inDefault.includes(g) && (names.includes(g.name) || names.includes(g.id)))
  const page = pageOf(applyFilters(chosen, input.Filters, filters), (g) => g.id, input)
  return {
    SecurityGroups: page.rows.map((group) => ({
      GroupId: group.id,
      GroupName: group.name,
      Description: group.description,
      SecurityGroupArn: group.arn,
      VpcId: group.vpcId,
      OwnerId: group.account,
      IpPermissions: group.ingress.map(permission),
      IpPermissionsEgress: group.egress.map(permission),
      Tags: tagSet(group.tags),
    })),
    NextToken: page.NextToken,
  }
}
