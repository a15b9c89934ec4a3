// The tags of a principal: its user's or role's own, and over them those of its session.
import type { Caller } from "../kernel/index.ts"
import type { IamTag, View } from "../state/index.ts"

/** By their keys in lower case: two keys that differ only by case are one to IAM. */
export const iamTagsOf = (view: View, caller: Caller): ReadonlyMap<string, string> => {
  const tags = new Map<string, string>()
  for (const { key, value } of [...ownTags(view, caller), ...(caller.session?.tags ?? [])]) {
    tags.set(key.toLowerCase(), value)
  }
  return tags
}

const ownTags = (view: View, { kind, userId, roleArn }: Caller): readonly IamTag[] => {
  if (kind === "user" && userId !== undefined) return view.iamUsers.first("id", userId)?.tags ?? []
  return kind === "role" && roleArn !== undefined ? (view.iamRoles.first("arn", roleArn)?.tags ?? []) : []
}
