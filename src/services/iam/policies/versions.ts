// Versions of managed policies: five at most, one of them in force.
import type { Op, ReadCx, ReadOp } from "../../../gate/index.ts"
import { type Fault, fault } from "../../../kernel/index.ts"
import type { PolicyVersion } from "../../../state/index.ts"
import { encodeDocument } from "../documents.ts"
import { pageInOrder } from "../pages.ts"
import { nameKey, versionShape } from "../shapes.ts"
import { ownPolicyAt, policyAt } from "./find.ts"
import { checkManaged } from "./policies.ts"

const most = 5

const missing = (arn: string, version: string): Fault =>
  fault("NoSuchEntity", `Policy ${arn} version ${version} does not exist or is not attachable.`)

/** A new version is not in force unless the request says so. */
export const CreatePolicyVersion: Op<"iam", "CreatePolicyVersion"> = (cx, input) => {
  const policy = ownPolicyAt(cx, input.PolicyArn)
  const document = input.PolicyDocument ?? ""
  checkManaged(document)
  if (policy.versions.length >= most)
    throw fault(
      "LimitExceeded",
      `A managed policy can have up to ${most} versions. Before you create a new version, you must delete an existing version.`,
    )
  const lastVersion = policy.lastVersion + 1
  const version = { id: `v${lastVersion}`, document, createdAt: cx.now }
  const isDefault = input.SetAsDefault === true
  cx.tx.iamPolicies.patch(nameKey(policy), {
    versions: [...policy.versions, version],
    lastVersion,
    updatedAt: cx.now,
    ...(isDefault && { defaultVersion: version.id }),
  })
  return { PolicyVersion: versionShape(version, isDefault) }
}

/** The versions of a policy, and which is in force. Of AWS's policies only that one is known. */
const versionsOf = (cx: ReadCx, arn: string): { versions: readonly PolicyVersion[]; inForce: string } => {
  const found = policyAt(cx, arn)
  if (found.kind === "own") return { versions: found.policy.versions, inForce: found.policy.defaultVersion }
  const { version, document, updatedAt } = found.policy
  return { versions: [{ id: version, document, createdAt: updatedAt }], inForce: version }
}

export const GetPolicyVersion: ReadOp<"iam", "GetPolicyVersion"> = (cx, { PolicyArn = "", VersionId = "" }) => {
  const { versions, inForce } = versionsOf(cx, PolicyArn)
  const version = versions.find(({ id }) => id === VersionId)
  if (!version) throw missing(PolicyArn, VersionId)
  return {
    PolicyVersion: { Document: encodeDocument(version.document), ...versionShape(version, version.id === inForce) },
  }
}

/** Newest first. */
export const ListPolicyVersions: ReadOp<"iam", "ListPolicyVersions"> = (cx, { PolicyArn = "", ...paging }) => {
  const { versions, inForce } = versionsOf(cx, PolicyArn)
  const { rows, frame } = pageInOrder(versions.toReversed(), paging)
  return { Versions: rows.map((version) => versionShape(version, version.id === inForce)), ...frame }
}

export const DeletePolicyVersion: Op<"iam", "DeletePolicyVersion"> = (cx, { PolicyArn = "", VersionId = "" }) => {
  const policy = ownPolicyAt(cx, PolicyArn)
  if (!policy.versions.some(({ id }) => id === VersionId)) throw missing(PolicyArn, VersionId)
  if (policy.defaultVersion === VersionId)
    throw fault("DeleteConflict", "Cannot delete the default version of a policy.")
  cx.tx.iamPolicies.patch(nameKey(policy), {
    versions: policy.versions.filter(({ id }) => id !== VersionId),
    updatedAt: cx.now,
  })
  return {}
}

export const SetDefaultPolicyVersion: Op<"iam", "SetDefaultPolicyVersion"> = (
  cx,
  { PolicyArn = "", VersionId = "" },
) => {
  const policy = ownPolicyAt(cx, PolicyArn)
  if (!policy.versions.some(({ id }) => id === VersionId)) throw missing(PolicyArn, VersionId)
  cx.tx.iamPolicies.patch(nameKey(policy), { defaultVersion: VersionId, updatedAt: cx.now })
  return {}
}
