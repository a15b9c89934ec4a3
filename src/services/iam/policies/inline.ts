// Inline policies of users, groups and roles.
import type { Cx, ReadCx } from "../../../gate/index.ts"
import { fault } from "../../../kernel/index.ts"
import { checkDocument, encodeDocument, sizeOf } from "../documents.ts"
import { aboutNamed, roleNamed } from "../find.ts"
import { changeHolder, type HolderKind, holderNamed, kinds } from "../holders.ts"
import { changing, type Part, reading } from "../operation.ts"
import { pageOf } from "../pages.ts"
import { checkUnlinked } from "../roles/protected.ts"

const missing = (kind: HolderKind, name: string) =>
  fault("NoSuchEntity", `The ${kind} policy with name ${name} cannot be found.`)

/** Puts a policy in the place of the one of the same name. All of a holder's together have a size. */
const put = (cx: Cx, kind: HolderKind, holderName: string | undefined, name = "", document = "") => {
  const holder = holderNamed(cx, kind, holderName)
  if (kind === "role") checkUnlinked(roleNamed(cx, holderName))
  checkDocument(document, "identity")
  const others = holder.inline.filter((policy) => policy.name !== name)
  const size = [...others, { document }].reduce((sum, policy) => sum + sizeOf(policy.document), 0)
  const { inlineSize } = kinds[kind]
  if (size > inlineSize)
    throw fault("LimitExceeded", `Maximum policy size of ${inlineSize} bytes exceeded for ${kind} ${holder.name}`)
  changeHolder(cx, kind, holder, { inline: [...others, { name, document }] })
  return {}
}

const get = (cx: ReadCx, kind: HolderKind, holderName: string | undefined, name = "") => {
  const holder = holderNamed(cx, kind, holderName)
  const found = holder.inline.find((policy) => policy.name === name)
  if (!found) throw missing(kind, name)
  return { holder: holder.name, policy: { PolicyName: name, PolicyDocument: encodeDocument(found.document) } }
}

const remove = (cx: Cx, kind: HolderKind, holderName: string | undefined, name = "") => {
  const holder = holderNamed(cx, kind, holderName)
  if (kind === "role") checkUnlinked(roleNamed(cx, holderName))
  if (!holder.inline.some((policy) => policy.name === name)) throw missing(kind, name)
  changeHolder(cx, kind, holder, { inline: holder.inline.filter((policy) => policy.name !== name) })
  return {}
}

interface Paging {
  readonly Marker?: string | undefined
  readonly MaxItems?: number | undefined
}

const list = (cx: ReadCx, kind: HolderKind, holderName: string | undefined, paging: Paging) => {
  const { rows, frame } = pageOf(holderNamed(cx, kind, holderName).inline, ({ name }) => name, paging)
  return { PolicyNames: rows.map(({ name }) => name), ...frame }
}

export const inlinePolicyOperations: Part = {
  PutUserPolicy: changing(
    "PutUserPolicy",
    (cx, input) => put(cx, "user", input.UserName, input.PolicyName, input.PolicyDocument),
    (cx, input) => aboutNamed(cx, "user", input.UserName),
  ),
  PutGroupPolicy: changing(
    "PutGroupPolicy",
    (cx, input) => put(cx, "group", input.GroupName, input.PolicyName, input.PolicyDocument),
    (cx, input) => aboutNamed(cx, "group", input.GroupName),
  ),
  PutRolePolicy: changing(
    "PutRolePolicy",
    (cx, input) => put(cx, "role", input.RoleName, input.PolicyName, input.PolicyDocument),
    (cx, input) => aboutNamed(cx, "role", input.RoleName),
  ),
  GetUserPolicy: reading(
    "GetUserPolicy",
    (cx, input) => {
      const { holder, policy } = get(cx, "user", input.UserName, input.PolicyName)
      return { UserName: holder, ...policy }
    },
    (cx, input) => aboutNamed(cx, "user", input.UserName),
  ),
  GetGroupPolicy: reading(
    "GetGroupPolicy",
    (cx, input) => {
      const { holder, policy } = get(cx, "group", input.GroupName, input.PolicyName)
      return { GroupName: holder, ...policy }
    },
    (cx, input) => aboutNamed(cx, "group", input.GroupName),
  ),
  GetRolePolicy: reading(
    "GetRolePolicy",
    (cx, input) => {
      const { holder, policy } = get(cx, "role", input.RoleName, input.PolicyName)
      return { RoleName: holder, ...policy }
    },
    (cx, input) => aboutNamed(cx, "role", input.RoleName),
  ),
  DeleteUserPolicy: changing(
    "DeleteUserPolicy",
    (cx, input) => remove(cx, "user", input.UserName, input.PolicyName),
    (cx, input) => aboutNamed(cx, "user", input.UserName),
  ),
  DeleteGroupPolicy: changing(
    "DeleteGroupPolicy",
    (cx, input) => remove(cx, "group", input.GroupName, input.PolicyName),
    (cx, input) => aboutNamed(cx, "group", input.GroupName),
  ),
  DeleteRolePolicy: changing(
    "DeleteRolePolicy",
    (cx, input) => remove(cx, "role", input.RoleName, input.PolicyName),
    (cx, input) => aboutNamed(cx, "role", input.RoleName),
  ),
  ListUserPolicies: reading(
    "ListUserPolicies",
    (cx, input) => list(cx, "user", input.UserName, input),
    (cx, input) => aboutNamed(cx, "user", input.UserName),
  ),
  ListGroupPolicies: reading(
    "ListGroupPolicies",
    (cx, input) => list(cx, "group", input.GroupName, input),
    (cx, input) => aboutNamed(cx, "group", input.GroupName),
  ),
  ListRolePolicies: reading(
    "ListRolePolicies",
    (cx, input) => list(cx, "role", input.RoleName, input),
    (cx, input) => aboutNamed(cx, "role", input.RoleName),
  ),
}
