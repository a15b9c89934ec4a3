// Tags of log groups: TagResource, UntagResource, ListTagsForResource, and the older operations that name the group.
import type { Op, ReadCx, ReadOp } from "../../gate/index.ts"
import { fault, scopeKey } from "../../kernel/index.ts"
import type { LogGroupRow } from "../../state/index.ts"
import { broken, checkCount } from "./checks.ts"
import { groupKey, groupOf, targetOf, targetOfArn } from "./target.ts"

/** AWS: "a maximum of 50 tags per resource". */
const mostTags = 50

/** `old` with `added`, or a fault when those are not tags that AWS takes. */
export const checkTags = (
  old: Readonly<Record<string, string>>,
  added: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> => {
  for (const [key, value] of Object.entries(added)) {
    checkText("keys", key, 1, 128)
    checkText("value", value, 0, 256)
    if (key.toLowerCase().startsWith("aws:")) {
      throw fault(
        "InvalidParameterException",
        "System tags cannot be modified by clients: keys must not begin with aws:",
      )
    }
  }
  const all = { ...old, ...added }
  if (Object.keys(all).length > mostTags) {
    throw fault("TooManyTagsException", `A resource can have no more than ${mostTags} tags.`)
  }
  return all
}

/** AWS takes letters, digits and spaces of any script, and these signs. */
const tagText = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u

const checkText = (of: "keys" | "value", text: string, least: number, most: number): void => {
  const refuse = (constraint: string) => broken("tags", text, `Map ${of} must satisfy constraint: [${constraint}]`)
  if (text.length < least) throw refuse(`Member must have length greater than or equal to ${least}`)
  if (text.length > most) throw refuse(`Member must have length less than or equal to ${most}`)
  if (!tagText.test(text)) {
    throw refuse("Member must satisfy regular expression pattern: ^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+)$")
  }
}

const taggedGroup = (cx: ReadCx, resourceArn: string | undefined): LogGroupRow => {
  const target = targetOfArn(resourceArn ?? "")
  const group =
    target && scopeKey(target.scope) === scopeKey(cx.scope) ? cx.tx.logGroups.get(groupKey(target)) : undefined
  if (!group) throw fault("ResourceNotFoundException", "The specified resource does not exist.")
  return group
}

const keyOf = (group: LogGroupRow) => groupKey({ scope: group, name: group.name })

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TagResource.html */
export const TagResource: Op<"logs", "TagResource"> = (cx, input) => {
  const group = taggedGroup(cx, input.resourceArn)
  cx.tx.logGroups.patch(keyOf(group), { tags: checkTags(group.tags, input.tags ?? {}) })
  return {}
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_UntagResource.html */
export const UntagResource: Op<"logs", "UntagResource"> = (cx, input) => {
  const group = taggedGroup(cx, input.resourceArn)
  cx.tx.logGroups.patch(keyOf(group), { tags: without(group.tags, input.tagKeys ?? []) })
  return {}
}

const without = (tags: LogGroupRow["tags"], keys: readonly string[]): LogGroupRow["tags"] =>
  Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key)))

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListTagsForResource.html */
export const ListTagsForResource: ReadOp<"logs", "ListTagsForResource"> = (cx, input) => ({
  tags: { ...taggedGroup(cx, input.resourceArn).tags },
})

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TagLogGroup.html */
export const TagLogGroup: Op<"logs", "TagLogGroup"> = (cx, input) => {
  const target = targetOf(cx, input)
  checkCount("tags", Object.keys(input.tags ?? {}), 1, mostTags)
  const group = groupOf(cx, target)
  cx.tx.logGroups.patch(groupKey(target), { tags: checkTags(group.tags, input.tags ?? {}) })
  return {}
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_UntagLogGroup.html */
export const UntagLogGroup: Op<"logs", "UntagLogGroup"> = (cx, input) => {
  const target = targetOf(cx, input)
  const group = groupOf(cx, target)
  cx.tx.logGroups.patch(groupKey(target), { tags: without(group.tags, input.tags ?? []) })
  return {}
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListTagsLogGroup.html */
export const ListTagsLogGroup: ReadOp<"logs", "ListTagsLogGroup"> = (cx, input) => ({
  tags: { ...groupOf(cx, targetOf(cx, input)).tags },
})
