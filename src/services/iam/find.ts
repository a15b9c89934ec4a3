// Looks for the things of IAM by the names in a request, and says in AWS's words when one is not there.
import type { ReadCx } from "../../gate/index.ts"
import { fault } from "../../kernel/index.ts"
import {
  type IamGroupRow,
  type IamInstanceProfileRow,
  type IamRoleRow,
  type IamUserRow,
  iamKey,
} from "../../state/index.ts"
import { arnOf, type Kind } from "./arns.ts"
import { type About, resourceTags } from "./operation.ts"

type At = Pick<ReadCx, "tx" | "scope">

const missing = (what: string, name: string): never => {
  throw fault("NoSuchEntity", `The ${what} with name ${name} cannot be found.`)
}

export const userNamed = ({ tx, scope }: At, name = ""): IamUserRow =>
  tx.iamUsers.get(iamKey(scope.account, name)) ?? missing("user", name)

export const groupNamed = ({ tx, scope }: At, name = ""): IamGroupRow =>
  tx.iamGroups.get(iamKey(scope.account, name)) ?? missing("group", name)

export const roleNamed = ({ tx, scope }: At, name = ""): IamRoleRow =>
  tx.iamRoles.get(iamKey(scope.account, name)) ?? missing("role", name)

export const profileNamed = ({ tx, scope }: At, name = ""): IamInstanceProfileRow => {
  const found = tx.iamInstanceProfiles.get(iamKey(scope.account, name))
  if (!found) throw fault("NoSuchEntity", `Instance Profile ${name} cannot be found.`)
  return found
}

/** What a request is about that names a thing: its ARN, which has its path when it is there, and its tags. */
export const aboutNamed = (
  { tx, scope }: At,
  kind: Exclude<Kind, "policy">,
  name = "",
  conditions: About["conditions"] = {},
): About => {
  const key = iamKey(scope.account, name)
  const tables = {
    user: tx.iamUsers,
    group: tx.iamGroups,
    role: tx.iamRoles,
    "instance-profile": tx.iamInstanceProfiles,
  } as const
  const row: { arn: string; tags?: IamUserRow["tags"] } | undefined = tables[kind].get(key)
  return {
    resources: [row?.arn ?? arnOf(kind, scope.account, "/", name)],
    conditions: { ...resourceTags(row?.tags), ...conditions },
  }
}

/** What is still to be made. */
export const aboutNew = (
  { scope }: Pick<At, "scope">,
  kind: Kind,
  input: { readonly path: string | undefined; readonly name: string | undefined },
  conditions: About["conditions"] = {},
): About => ({ resources: [arnOf(kind, scope.account, input.path ?? "/", input.name ?? "")], conditions })

/** The user that a request is about that may leave the name out: the caller's own. */
export const userOrCaller = (cx: ReadCx, name: string | undefined): string => {
  if (name !== undefined) return name
  const own = cx.caller.kind === "user" ? cx.tx.iamUsers.first("id", cx.caller.userId ?? "") : undefined
  if (!own) throw fault("ValidationError", "Must specify userName when calling with non-User credentials")
  return own.name
}
