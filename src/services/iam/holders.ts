// Users, groups and roles as holders of policies: one way to find and change the policies of each.
import type { Cx, ReadCx } from "../../gate/index.ts"
import type { IamIdentity, IamUserRow } from "../../state/index.ts"
import { groupNamed, roleNamed, userNamed } from "./find.ts"
import { nameKey } from "./shapes.ts"

export type HolderKind = "user" | "group" | "role"

/** What AWS says and counts of each kind. */
export const kinds = {
  user: { noun: "User", inlineSize: 2048, attachments: 10 },
  group: { noun: "Group", inlineSize: 5120, attachments: 10 },
  role: { noun: "Role", inlineSize: 10_240, attachments: 10 },
} as const

/** The holder of that name; AWS's refusal when there is none. */
export const holderNamed = (
  cx: Pick<ReadCx, "tx" | "scope">,
  kind: HolderKind,
  name: string | undefined,
): IamIdentity & { readonly tags?: IamUserRow["tags"] } => {
  switch (kind) {
    case "user":
      return userNamed(cx, name)
    case "group":
      return groupNamed(cx, name)
    case "role":
      return roleNamed(cx, name)
  }
}

/** Writes what policies a holder has. */
export const changeHolder = (
  { tx }: Pick<Cx, "tx">,
  kind: HolderKind,
  holder: IamIdentity,
  change: Partial<Pick<IamIdentity, "attached" | "inline">>,
): void => {
  const key = nameKey(holder)
  switch (kind) {
    case "user":
      tx.iamUsers.patch(key, change)
      return
    case "group":
      tx.iamGroups.patch(key, change)
      return
    case "role":
      tx.iamRoles.patch(key, change)
  }
}
