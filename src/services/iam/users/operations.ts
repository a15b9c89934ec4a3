// The users' part of IAM's table.

import type { ReadCx } from "../../../gate/index.ts"
import { iamKey } from "../../../state/index.ts"
import { arnOf } from "../arns.ts"
import { aboutNamed, aboutNew, userNamed } from "../find.ts"
import type { About } from "../operation.ts"
import { anything, changing, type Part, reading, requestTags } from "../operation.ts"
import { nameKey } from "../shapes.ts"
import { tagPage, withoutTags, withTags } from "../tags.ts"
import {
  CreateAccessKey,
  DeleteAccessKey,
  GetAccessKeyLastUsed,
  ListAccessKeys,
  UpdateAccessKey,
} from "./access-keys.ts"
import { CreateUser, DeleteUser, GetUser, ListUsers, UpdateUser } from "./users.ts"

const named = (cx: ReadCx, input: { readonly UserName?: string | undefined }): About =>
  aboutNamed(cx, "user", input.UserName)

/** The user that is named, or the caller itself. */
const namedOrCaller = (cx: ReadCx, input: { readonly UserName?: string | undefined }): About =>
  input.UserName === undefined ? { resources: [cx.caller.arn] } : named(cx, input)

/** A rename needs permission for both names. */
const renamed = (cx: ReadCx, input: { UserName?: string; NewUserName?: string; NewPath?: string }): About => {
  const { resources, conditions = {} } = named(cx, input)
  const old = cx.tx.iamUsers.get(iamKey(cx.scope.account, input.UserName ?? ""))
  const path = input.NewPath ?? old?.path ?? "/"
  const arn = arnOf("user", cx.scope.account, path, input.NewUserName ?? old?.name ?? input.UserName ?? "")
  return { resources: [...new Set([...resources, arn])], conditions }
}

export const userOperations: Part = {
  CreateUser: changing("CreateUser", CreateUser, (cx, input) =>
    aboutNew(
      cx,
      "user",
      { path: input.Path, name: input.UserName },
      {
        ...requestTags(input.Tags),
        ...(input.PermissionsBoundary !== undefined && { "iam:PermissionsBoundary": input.PermissionsBoundary }),
      },
    ),
  ),
  GetUser: reading("GetUser", GetUser, namedOrCaller),
  ListUsers: reading("ListUsers", ListUsers, (cx, input) => ({
    resources: [arnOf("user", cx.scope.account, input.PathPrefix ?? "/", "")],
  })),
  UpdateUser: changing("UpdateUser", UpdateUser, (cx, input) =>
    renamed(cx, {
      UserName: input.UserName ?? "",
      ...(input.NewUserName !== undefined && { NewUserName: input.NewUserName }),
      ...(input.NewPath !== undefined && { NewPath: input.NewPath }),
    }),
  ),
  DeleteUser: changing("DeleteUser", DeleteUser, named),
  TagUser: changing(
    "TagUser",
    (cx, { UserName, Tags }) => {
      const user = userNamed(cx, UserName)
      cx.tx.iamUsers.patch(nameKey(user), { tags: withTags(user.tags, Tags, "User") })
      return {}
    },
    (cx, input) => aboutNamed(cx, "user", input.UserName, requestTags(input.Tags)),
  ),
  UntagUser: changing(
    "UntagUser",
    (cx, { UserName, TagKeys }) => {
      const user = userNamed(cx, UserName)
      cx.tx.iamUsers.patch(nameKey(user), { tags: withoutTags(user.tags, TagKeys) })
      return {}
    },
    (cx, input) => aboutNamed(cx, "user", input.UserName, { "aws:TagKeys": input.TagKeys ?? [] }),
  ),
  ListUserTags: reading(
    "ListUserTags",
    (cx, { UserName, ...paging }) => tagPage(userNamed(cx, UserName).tags, paging),
    named,
  ),
  CreateAccessKey: changing("CreateAccessKey", CreateAccessKey, namedOrCaller),
  ListAccessKeys: reading("ListAccessKeys", ListAccessKeys, namedOrCaller),
  UpdateAccessKey: changing("UpdateAccessKey", UpdateAccessKey, namedOrCaller),
  DeleteAccessKey: changing("DeleteAccessKey", DeleteAccessKey, namedOrCaller),
  GetAccessKeyLastUsed: reading("GetAccessKeyLastUsed", GetAccessKeyLastUsed, (cx, input) => {
    const key = cx.tx.accessKeys.get(input.AccessKeyId ?? "")
    const user = key?.principal.kind === "user" ? cx.tx.iamUsers.first("id", key.principal.userId) : undefined
    return user?.account === cx.scope.account ? named(cx, { UserName: user.name }) : anything()
  }),
}
