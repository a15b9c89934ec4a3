// The part of EC2's table about security groups.
import { changing, describing, type Part } from "../operation.ts"
import { CreateSecurityGroup, DeleteSecurityGroup } from "./change-groups.ts"
import {
  AuthorizeSecurityGroupEgress,
  AuthorizeSecurityGroupIngress,
  RevokeSecurityGroupEgress,
  RevokeSecurityGroupIngress,
} from "./change-rules.ts"
import { DescribeSecurityGroupReferences, DescribeSecurityGroups } from "./describe-groups.ts"
import { DescribeSecurityGroupRules } from "./describe-rules.ts"
import {
  ModifySecurityGroupRules,
  UpdateSecurityGroupRuleDescriptionsEgress,
  UpdateSecurityGroupRuleDescriptionsIngress,
} from "./modify-rules.ts"

const groupOf = (input: { readonly GroupId?: string | undefined }) => [`security-group/${input.GroupId ?? "*"}`]

export const securityGroupOperations = {
  AuthorizeSecurityGroupEgress: changing("AuthorizeSecurityGroupEgress", AuthorizeSecurityGroupEgress, groupOf),
  AuthorizeSecurityGroupIngress: changing("AuthorizeSecurityGroupIngress", AuthorizeSecurityGroupIngress, groupOf),
  CreateSecurityGroup: changing("CreateSecurityGroup", CreateSecurityGroup, (input) => [
    "security-group/*",
    `vpc/${input.VpcId ?? "*"}`,
  ]),
  DeleteSecurityGroup: changing("DeleteSecurityGroup", DeleteSecurityGroup, groupOf),
  DescribeSecurityGroupReferences: describing("DescribeSecurityGroupReferences", DescribeSecurityGroupReferences),
  DescribeSecurityGroupRules: describing("DescribeSecurityGroupRules", DescribeSecurityGroupRules),
  DescribeSecurityGroups: describing("DescribeSecurityGroups", DescribeSecurityGroups),
  ModifySecurityGroupRules: changing("ModifySecurityGroupRules", ModifySecurityGroupRules, groupOf),
  RevokeSecurityGroupEgress: changing("RevokeSecurityGroupEgress", RevokeSecurityGroupEgress, groupOf),
  RevokeSecurityGroupIngress: changing("RevokeSecurityGroupIngress", RevokeSecurityGroupIngress, groupOf),
  UpdateSecurityGroupRuleDescriptionsEgress: changing(
    "UpdateSecurityGroupRuleDescriptionsEgress",
    UpdateSecurityGroupRuleDescriptionsEgress,
    groupOf,
  ),
  UpdateSecurityGroupRuleDescriptionsIngress: changing(
    "UpdateSecurityGroupRuleDescriptionsIngress",
    UpdateSecurityGroupRuleDescriptionsIngress,
    groupOf,
  ),
} satisfies Part
