// Rules that change in place: ModifySecurityGroupRules, and the descriptions of rules in both directions.
import type { IpPermission, SecurityGroupRuleDescription } from "@aws-sdk/client-ec2"
import type { Cx, Op } from "../../../gate/index.ts"
import { fault } from "../../../kernel/index.ts"
import type { SecurityGroupRow, SecurityGroupRule } from "../../../state/index.ts"
import { found, keyOf, missing, notFound } from "../lookups.ts"
import { missingParameter } from "../refusals.ts"
import { checkDescription, groupCalled } from "./change-groups.ts"
import { checkCount, inWords, noSuchRule, sameRule } from "./change-rules.ts"
import { readPermissions, readRule } from "./read-permissions.ts"

const ruleOf = (group: SecurityGroupRow, id: string | undefined): SecurityGroupRule => {
  const rule = group.rules.find((r) => r.id === id)
  if (!rule) throw notFound(missing.securityGroupRule, id ?? "")
  return rule
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySecurityGroupRules.html */
export const ModifySecurityGroupRules: Op<"ec2", "ModifySecurityGroupRules"> = (cx, input) => {
  const group = found(cx.tx.securityGroups, cx.scope, input.GroupId, missing.securityGroup)
  let rules = group.rules
  for (const { SecurityGroupRuleId, SecurityGroupRule: asked } of input.SecurityGroupRules ?? []) {
    const { id, egress, tags } = ruleOf(group, SecurityGroupRuleId)
    if (!asked) throw missingParameter("SecurityGroupRule")
    const changed: SecurityGroupRule = { ...readRule(cx, group, asked), id, egress, tags }
    if (rules.some((other) => other.id !== id && other.egress === egress && sameRule(other, changed))) {
      throw fault("InvalidPermission.Duplicate", `the specified rule "${inWords(changed)}" already exists`)
    }
    rules = rules.map((rule) => (rule.id === id ? changed : rule))
  }
  checkCount(rules)
  cx.tx.securityGroups.patch(keyOf(cx.scope, group.id), { rules })
  return { Return: true }
}

const describeAnew = (
  cx: Cx,
  group: SecurityGroupRow,
  egress: boolean,
  input: {
    readonly IpPermissions?: IpPermission[] | undefined
    readonly SecurityGroupRuleDescriptions?: SecurityGroupRuleDescription[] | undefined
  },
): { Return: boolean } => {
  const known = group.rules.filter((rule) => rule.egress === egress)
  const side = egress ? "destination" : "source"
  const asked = [
    ...readPermissions(cx, group, input.IpPermissions ?? [], side).map((content) => {
      const rule = known.find((r) => sameRule(r, content))
      if (!rule) throw noSuchRule()
      return { id: rule.id, description: content.description }
    }),
    ...(input.SecurityGroupRuleDescriptions ?? []).map(({ SecurityGroupRuleId, Description = "" }) => {
      checkDescription("rule", Description)
      const { id } = ruleOf({ ...group, rules: known }, SecurityGroupRuleId)
      return { id, description: Description === "" ? undefined : Description }
    }),
  ]
  if (asked.length === 0) throw missingParameter("ipPermissions or securityGroupRuleDescriptions")
  const rules = group.rules.map((rule) => {
    const change = asked.findLast(({ id }) => id === rule.id)
    if (!change) return rule
    const { description: _, ...rest } = rule
    return change.description === undefined ? rest : { ...rest, description: change.description }
  })
  cx.tx.securityGroups.patch(keyOf(cx.scope, group.id), { rules })
  return { Return: true }
}

/** A permission or rule without a description takes the description away. */
export const UpdateSecurityGroupRuleDescriptionsIngress: Op<"ec2", "UpdateSecurityGroupRuleDescriptionsIngress"> = (
  cx,
  input,
) => describeAnew(cx, groupCalled(cx, input), false, input)

export const UpdateSecurityGroupRuleDescriptionsEgress: Op<"ec2", "UpdateSecurityGroupRuleDescriptionsEgress"> = (
  cx,
  input,
) => describeAnew(cx, groupCalled(cx, input), true, input)
