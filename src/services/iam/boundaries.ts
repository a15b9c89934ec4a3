// Permissions boundaries of users and roles.
import type { Cx, ReadCx } from "../../gate/index.ts"
import { fault } from "../../kernel/index.ts"
import { checkPolicyArn, policyExists } from "./arns.ts"
import { aboutNamed, roleNamed, userNamed } from "./find.ts"
import { changing, type Part } from "./operation.ts"
import { checkUnlinked } from "./roles/protected.ts"
import { nameKey } from "./shapes.ts"

/** Throws when a policy cannot bound anything here. */
export const checkBoundary = ({ tx, scope }: Pick<ReadCx, "tx" | "scope">, arn: string): void => {
  checkPolicyArn(arn)
  if (!policyExists(tx, scope.account, arn))
    throw fault("NoSuchEntity", `Scope ARN: ${arn} does not exist or is not attachable.`)
}

const bound = (arn: string | undefined) => ({ "iam:PermissionsBoundary": arn ?? "" })

const setForUser = (cx: Cx, name: string | undefined, boundary: string | undefined) => {
  const user = userNamed(cx, name)
  if (boundary !== undefined) checkBoundary(cx, boundary)
  cx.tx.iamUsers.patch(nameKey(user), { boundary })
  return {}
}

const setForRole = (cx: Cx, name: string | undefined, boundary: string | undefined) => {
  const role = roleNamed(cx, name)
  checkUnlinked(role)
  if (boundary !== undefined) checkBoundary(cx, boundary)
  cx.tx.iamRoles.patch(nameKey(role), { boundary })
  return {}
}

export const boundaryOperations: Part = {
  PutUserPermissionsBoundary: changing(
    "PutUserPermissionsBoundary",
    (cx, input) => setForUser(cx, input.UserName, input.PermissionsBoundary),
    (cx, input) => aboutNamed(cx, "user", input.UserName, bound(input.PermissionsBoundary)),
  ),
  DeleteUserPermissionsBoundary: changing(
    "DeleteUserPermissionsBoundary",
    (cx, input) => setForUser(cx, input.UserName, undefined),
    (cx, input) => aboutNamed(cx, "user", input.UserName, bound(userBoundary(cx, input.UserName))),
  ),
  PutRolePermissionsBoundary: changing(
    "PutRolePermissionsBoundary",
    (cx, input) => setForRole(cx, input.RoleName, input.PermissionsBoundary),
    (cx, input) => aboutNamed(cx, "role", input.RoleName, bound(input.PermissionsBoundary)),
  ),
  DeleteRolePermissionsBoundary: changing(
    "DeleteRolePermissionsBoundary",
    (cx, input) => setForRole(cx, input.RoleName, undefined),
    (cx, input) => aboutNamed(cx, "role", input.RoleName, bound(roleBoundary(cx, input.RoleName))),
  ),
}

const userBoundary = (cx: ReadCx, name = ""): string | undefined =>
  cx.tx.iamUsers.get(nameKey({ account: cx.scope.account, name }))?.boundary

const roleBoundary = (cx: ReadCx, name = ""): string | undefined =>
  cx.tx.iamRoles.get(nameKey({ account: cx.scope.account, name }))?.boundary
