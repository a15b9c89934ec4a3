// Customer managed policies, and the list of all that there are with AWS's.
import type { Op, ReadOp } from "../../../gate/index.ts"
import { fault } from "../../../kernel/index.ts"
import { awsManagedPolicies, iamKey, newUniqueId } from "../../../state/index.ts"
import { arnOf } from "../arns.ts"
import { checkDocument, sizeOf } from "../documents.ts"
import { pageOf } from "../pages.ts"
import { checkQuota } from "../quotas.ts"
import { attachmentsOf, awsPolicyShape, boundedBy, nameKey, policyInList, policyShape } from "../shapes.ts"
import { tagsOf } from "../tags.ts"
import { ownPolicyAt, policyAt } from "./find.ts"

const largest = 6144

/** Throws for a document that is not a managed policy's. */
export const checkManaged = (document: string): void => {
  checkDocument(document, "identity")
  if (sizeOf(document) > largest) throw fault("LimitExceeded", `Cannot exceed quota for PolicySize: ${largest}`)
}

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html */
export const CreatePolicy: Op<"iam", "CreatePolicy"> = (cx, { PolicyName: name = "", Path: path = "/", ...input }) => {
  const { account } = cx.scope
  const document = input.PolicyDocument ?? ""
  checkManaged(document)
  const tags = tagsOf(input.Tags)
  if (cx.tx.iamPolicies.has(iamKey(account, name)))
    throw fault("EntityAlreadyExists", `A policy called ${name} already exists. Duplicate names are not allowed.`)
  checkQuota("Policies", cx.tx.iamPolicies.count("account", account))
  const policy = cx.tx.iamPolicies.insert({
    account,
    name,
    id: newUniqueId(cx.ids, "ANPA"),
    path,
    arn: arnOf("policy", account, path, name),
    createdAt: cx.now,
    updatedAt: cx.now,
    versions: [{ id: "v1", document, createdAt: cx.now }],
    defaultVersion: "v1",
    lastVersion: 1,
    tags,
    ...(input.Description !== undefined && { description: input.Description }),
  })
  const { Tags, Description, ...shape } = { Description: undefined, ...policyShape(cx.tx, policy) }
  return { Policy: { ...shape, ...(tags.length > 0 && { Tags }) } }
}

export const GetPolicy: ReadOp<"iam", "GetPolicy"> = (cx, { PolicyArn }) => {
  const found = policyAt(cx, PolicyArn)
  return {
    Policy:
      found.kind === "own"
        ? policyShape(cx.tx, found.policy)
        : { ...awsPolicyShape(cx.tx, cx.scope.account, found.policy), Tags: [] },
  }
}

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicies.html */
export const ListPolicies: ReadOp<"iam", "ListPolicies"> = (cx, input) => {
  const { account } = cx.scope
  const { Scope = "All", OnlyAttached = false, PathPrefix = "/", PolicyUsageFilter, ...paging } = input
  const aws = Scope === "Local" ? [] : [...awsManagedPolicies().values()]
  const own = Scope === "AWS" ? [] : cx.tx.iamPolicies.by("account", account)
  const wanted = ({ arn, path }: { readonly arn: string; readonly path: string }): boolean =>
    path.startsWith(PathPrefix) &&
    (!OnlyAttached || attachmentsOf(cx.tx, account, arn) + boundedBy(cx.tx, account, arn) > 0) &&
    (PolicyUsageFilter !== "PermissionsPolicy" || attachmentsOf(cx.tx, account, arn) > 0) &&
    (PolicyUsageFilter !== "PermissionsBoundary" || boundedBy(cx.tx, account, arn) > 0)
  const all = [
    ...own.filter(wanted).map((policy) => ({ key: `1${nameKey(policy)}`, shape: policyInList(cx.tx, policy) })),
    ...aws.filter(wanted).map((policy) => ({
      key: `2${policy.name}`,
      shape: awsPolicyShape(cx.tx, account, policy),
    })),
  ]
  const { rows, frame } = pageOf(all, ({ key }) => key, paging)
  return { Policies: rows.map(({ shape }) => shape), ...frame }
}

export const DeletePolicy: Op<"iam", "DeletePolicy"> = (cx, { PolicyArn }) => {
  const policy = ownPolicyAt(cx, PolicyArn)
  if (attachmentsOf(cx.tx, policy.account, policy.arn) + boundedBy(cx.tx, policy.account, policy.arn) > 0)
    throw fault("DeleteConflict", "Cannot delete a policy attached to entities.")
  if (policy.versions.length > 1)
    throw fault(
      "DeleteConflict",
      "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
    )
  cx.tx.iamPolicies.delete(nameKey(policy))
  return {}
}
