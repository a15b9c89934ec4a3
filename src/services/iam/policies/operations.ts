// The part of IAM's table about managed policies.

import type { ReadCx } from "../../../gate/index.ts"
import { aboutNew } from "../find.ts"
import type { About } from "../operation.ts"
import { anything, changing, type Part, reading, requestTags } from "../operation.ts"
import { nameKey } from "../shapes.ts"
import { tagPage, withoutTags, withTags } from "../tags.ts"
import { ListEntitiesForPolicy } from "./entities.ts"
import { aboutPolicy, ownPolicyAt, policyAt } from "./find.ts"
import { CreatePolicy, DeletePolicy, GetPolicy, ListPolicies } from "./policies.ts"
import {
  CreatePolicyVersion,
  DeletePolicyVersion,
  GetPolicyVersion,
  ListPolicyVersions,
  SetDefaultPolicyVersion,
} from "./versions.ts"

const named = (cx: ReadCx, input: { readonly PolicyArn: string | undefined }): About => aboutPolicy(cx, input.PolicyArn)

export const policyOperations: Part = {
  CreatePolicy: changing("CreatePolicy", CreatePolicy, (cx, input) =>
    aboutNew(cx, "policy", { path: input.Path, name: input.PolicyName }, requestTags(input.Tags)),
  ),
  GetPolicy: reading("GetPolicy", GetPolicy, named),
  ListPolicies: reading("ListPolicies", ListPolicies, anything),
  DeletePolicy: changing("DeletePolicy", DeletePolicy, named),
  CreatePolicyVersion: changing("CreatePolicyVersion", CreatePolicyVersion, named),
  GetPolicyVersion: reading("GetPolicyVersion", GetPolicyVersion, named),
  ListPolicyVersions: reading("ListPolicyVersions", ListPolicyVersions, named),
  DeletePolicyVersion: changing("DeletePolicyVersion", DeletePolicyVersion, named),
  SetDefaultPolicyVersion: changing("SetDefaultPolicyVersion", SetDefaultPolicyVersion, named),
  ListEntitiesForPolicy: reading("ListEntitiesForPolicy", ListEntitiesForPolicy, named),
  TagPolicy: changing(
    "TagPolicy",
    (cx, { PolicyArn, Tags }) => {
      const policy = ownPolicyAt(cx, PolicyArn)
      cx.tx.iamPolicies.patch(nameKey(policy), { tags: withTags(policy.tags, Tags, "Policy") })
      return {}
    },
    (cx, input) => aboutPolicy(cx, input.PolicyArn, requestTags(input.Tags)),
  ),
  UntagPolicy: changing(
    "UntagPolicy",
    (cx, { PolicyArn, TagKeys }) => {
      const policy = ownPolicyAt(cx, PolicyArn)
      cx.tx.iamPolicies.patch(nameKey(policy), { tags: withoutTags(policy.tags, TagKeys) })
      return {}
    },
    (cx, input) => aboutPolicy(cx, input.PolicyArn, { "aws:TagKeys": input.TagKeys ?? [] }),
  ),
  ListPolicyTags: reading(
    "ListPolicyTags",
    (cx, { PolicyArn, ...paging }) => {
      const found = policyAt(cx, PolicyArn)
      return tagPage(found.kind === "own" ? found.policy.tags : [], paging)
    },
    named,
  ),
}
