// Roles: made, changed, listed, deleted.
import type { Op, ReadOp } from "../../../gate/index.ts"
import { fault } from "../../../kernel/index.ts"
import { iamKey, newUniqueId } from "../../../state/index.ts"
import { arnOf } from "../arns.ts"
import { checkBoundary } from "../boundaries.ts"
import { roleNamed } from "../find.ts"
import { pageOf } from "../pages.ts"
import { checkQuota } from "../quotas.ts"
import { nameKey, newRoleShape, roleInList, roleShape } from "../shapes.ts"
import { tagsOf } from "../tags.ts"
import { checkUnlinked } from "./protected.ts"
import { checkedTrust, renameInTrust } from "./trust.ts"

const hour = 3600

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html */
export const CreateRole: Op<"iam", "CreateRole"> = (cx, { RoleName: name = "", Path: path = "/", ...input }) => {
  const { account } = cx.scope
  const trust = input.AssumeRolePolicyDocument ?? ""
  const { PermissionsBoundary: boundary, Description: description } = input
  // The folder of service-linked roles is the services' own. text from memory
  if (path.startsWith("/aws-service-role/"))
    throw fault("InvalidInput", "The path /aws-service-role/ is reserved for service-linked roles.")
  const checked = checkedTrust(cx, trust)
  const tags = tagsOf(input.Tags)
  if (boundary !== undefined) checkBoundary(cx, boundary)
  if (cx.tx.iamRoles.has(iamKey(account, name)))
    throw fault("EntityAlreadyExists", `Role with name ${name} already exists.`)
  checkQuota("Roles", cx.tx.iamRoles.count("account", account))
  const role = cx.tx.iamRoles.insert({
    account,
    name,
    id: newUniqueId(cx.ids, "AROA"),
    path,
    arn: arnOf("role", account, path, name),
    createdAt: cx.now,
    trust: checked,
    maxSessionDuration: input.MaxSessionDuration ?? hour,
    attached: [],
    inline: [],
    tags,
    ...(description !== undefined && { description }),
    ...(boundary !== undefined && { boundary }),
  })
  return { Role: newRoleShape(role) }
}

export const GetRole: ReadOp<"iam", "GetRole"> = (cx, { RoleName }) => ({
  Role: roleShape(cx.tx, roleNamed(cx, RoleName)),
})

export const ListRoles: ReadOp<"iam", "ListRoles"> = (cx, { PathPrefix = "/", ...paging }) => {
  const roles = cx.tx.iamRoles.by("account", cx.scope.account).filter(({ path }) => path.startsWith(PathPrefix))
  const { rows, frame } = pageOf(roles, nameKey, paging)
  return { Roles: rows.map(roleInList), ...frame }
}

/** A description that is not named stays; a duration that is not named becomes an hour again, as on AWS. */
export const UpdateRole: Op<"iam", "UpdateRole"> = (cx, { RoleName, Description, MaxSessionDuration }) => {
  const role = roleNamed(cx, RoleName)
  checkUnlinked(role)
  cx.tx.iamRoles.patch(nameKey(role), {
    description: Description ?? role.description,
    maxSessionDuration: MaxSessionDuration ?? hour,
  })
  return {}
}

/** Old clients; the description of a service-linked role is the one thing of it that may be changed. */
export const UpdateRoleDescription: Op<"iam", "UpdateRoleDescription"> = (cx, { RoleName, Description }) => {
  const role = roleNamed(cx, RoleName)
  return { Role: roleInList(cx.tx.iamRoles.patch(nameKey(role), { description: Description })) }
}

export const UpdateAssumeRolePolicy: Op<"iam", "UpdateAssumeRolePolicy"> = (cx, input) => {
  const role = roleNamed(cx, input.RoleName)
  checkUnlinked(role)
  const trust = checkedTrust(cx, input.PolicyDocument ?? "")
  cx.tx.iamRoles.patch(nameKey(role), { trust })
  return {}
}

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html */
export const DeleteRole: Op<"iam", "DeleteRole"> = (cx, { RoleName }) => {
  const role = roleNamed(cx, RoleName)
  checkUnlinked(role)
  const conflict = (what: string) => fault("DeleteConflict", `Cannot delete entity, must ${what} first.`)
  if (cx.tx.iamInstanceProfiles.count("role", nameKey(role)) > 0) throw conflict("remove roles from instance profile")
  if (role.attached.length > 0) throw conflict("detach all policies")
  if (role.inline.length > 0) throw conflict("delete policies")
  cx.tx.iamRoles.delete(nameKey(role))
  renameInTrust(cx, role.arn, role.id)
  cx.tx.iamUses.delete(role.id)
  return {}
}
