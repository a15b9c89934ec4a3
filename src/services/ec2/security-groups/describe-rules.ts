// The single rules of security groups: DescribeSecurityGroupRules.
import type { ReadOp } from "../../../gate/index.ts"
import { scopeKey } from "../../../kernel/index.ts"
import type { SecurityGroupRow, SecurityGroupRule } from "../../../state/index.ts"
import { applyFilters, type FilterTable, tagKeys } from "../filters.ts"
import { checkForm, keyOf, missing, named } from "../lookups.ts"
import { pageOf } from "../pages.ts"
import { describeRule } from "./rule-shapes.ts"

interface Found {
  readonly group: SecurityGroupRow
  readonly rule: SecurityGroupRule
  readonly tags: SecurityGroupRule["tags"]
}

const rulesOf = (group: SecurityGroupRow): readonly Found[] =>
  group.rules.map((rule) => ({ group, rule, tags: rule.tags }))

const filters: FilterTable<Found> = {
  ...tagKeys,
  "group-id": (r) => [r.group.id],
  "security-group-rule-id": (r) => [r.rule.id],
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecurityGroupRules.html */
export const DescribeSecurityGroupRules: ReadOp<"ec2", "DescribeSecurityGroupRules"> = (cx, input) => {
  checkForm(input.SecurityGroupRuleIds, "sgr", "InvalidSecurityGroupRuleId.Malformed")
  const groups = cx.tx.securityGroups
  const rows = named(
    input.SecurityGroupRuleIds,
    () => groups.by("scope", scopeKey(cx.scope)).flatMap(rulesOf),
    (id) =>
      groups
        .by("rule", keyOf(cx.scope, id))
        .flatMap(rulesOf)
        .find(({ rule }) => rule.id === id),
    missing.securityGroupRule,
  )
  const page = pageOf(applyFilters(rows, input.Filters, filters), ({ rule }) => rule.id, input)
  return {
    SecurityGroupRules: page.rows.map(({ group, rule }) => describeRule(group, rule)),
    NextToken: page.NextToken,
  }
}
