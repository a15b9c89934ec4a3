// Users: made, changed, listed, deleted.
import type { Op, ReadOp } from "../../../gate/index.ts"
import { fault } from "../../../kernel/index.ts"
import { iamKey, newUniqueId } from "../../../state/index.ts"
import { arnOf } from "../arns.ts"
import { checkBoundary } from "../boundaries.ts"
import { userNamed } from "../find.ts"
import { pageOf } from "../pages.ts"
import { checkQuota } from "../quotas.ts"
import { renameInTrust } from "../roles/trust.ts"
import { nameKey, userInList, userShape } from "../shapes.ts"
import { tagsOf } from "../tags.ts"

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html */
export const CreateUser: Op<"iam", "CreateUser"> = (cx, { UserName: name = "", Path: path = "/", ...input }) => {
  const { account } = cx.scope
  if (cx.tx.iamUsers.has(iamKey(account, name)))
    throw fault("EntityAlreadyExists", `User with name ${name} already exists.`)
  const tags = tagsOf(input.Tags)
  const boundary = input.PermissionsBoundary
  if (boundary !== undefined) checkBoundary(cx, boundary)
  checkQuota("Users", cx.tx.iamUsers.count("account", account))
  const user = cx.tx.iamUsers.insert({
    account,
    name,
    id: newUniqueId(cx.ids, "AIDA"),
    path,
    arn: arnOf("user", account, path, name),
    createdAt: cx.now,
    attached: [],
    inline: [],
    groups: [],
    tags,
    ...(boundary !== undefined && { boundary }),
  })
  return { User: userShape(user) }
}

/** Without a name the caller, who may be the account's root: then there is no user, and no name to tell. */
export const GetUser: ReadOp<"iam", "GetUser"> = (cx, { UserName }) => {
  if (UserName !== undefined) return { User: userShape(userNamed(cx, UserName)) }
  const { caller } = cx
  const user = caller.kind === "user" ? cx.tx.iamUsers.first("id", caller.userId ?? "") : undefined
  if (user) return { User: userShape(user) }
  if (caller.kind !== "root")
    throw fault("ValidationError", "Must specify userName when calling with non-User credentials")
  const key = cx.tx.accessKeys.get(caller.accessKeyId ?? "")
  return {
    User: {
      Path: "/",
      UserName: undefined,
      UserId: caller.account,
      Arn: caller.arn,
      // Nobody made the account; it is as old as its key, or has always been there.
      CreateDate: new Date(key?.createdAt ?? 0),
    },
  }
}

export const ListUsers: ReadOp<"iam", "ListUsers"> = (cx, { PathPrefix = "/", ...paging }) => {
  const users = cx.tx.iamUsers.by("account", cx.scope.account).filter(({ path }) => path.startsWith(PathPrefix))
  const { rows, frame } = pageOf(users, nameKey, paging)
  return { Users: rows.map(userInList), ...frame }
}

/** A new name or path gives a new ARN; the unique id, the keys and the memberships stay. */
export const UpdateUser: Op<"iam", "UpdateUser"> = (cx, { UserName, NewUserName, NewPath }) => {
  const user = userNamed(cx, UserName)
  const name = NewUserName ?? user.name
  const path = NewPath ?? user.path
  const key = iamKey(user.account, name)
  const sameKey = key === nameKey(user)
  if (!sameKey && cx.tx.iamUsers.has(key)) throw fault("EntityAlreadyExists", `User with name ${name} already exists.`)
  if (!sameKey) cx.tx.iamUsers.delete(nameKey(user))
  const arn = arnOf("user", user.account, path, name)
  cx.tx.iamUsers.put({ ...user, name, path, arn })
  if (arn !== user.arn) renameInTrust(cx, user.arn, arn)
  return {}
}

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html: everything of the user's must be gone first. */
export const DeleteUser: Op<"iam", "DeleteUser"> = (cx, { UserName }) => {
  const user = userNamed(cx, UserName)
  const conflict = (what: string) => fault("DeleteConflict", `Cannot delete entity, must ${what} first.`)
  if (user.groups.length > 0) throw conflict("remove users from group")
  if (user.attached.length > 0) throw conflict("detach all policies")
  if (user.inline.length > 0) throw conflict("delete policies")
  if (cx.tx.accessKeys.count("user", user.id) > 0) throw conflict("delete access keys")
  cx.tx.iamUsers.delete(nameKey(user))
  renameInTrust(cx, user.arn, user.id)
  return {}
}
