// Tags of log groups: TagResource, UntagResource, ListTagsForResource.
import type { Op, ReadCx, ReadOp } from "../../gate/index.ts"
import { fault, scopeKey } from "../../kernel/index.ts"
import type { LogGroupRow } from "../../state/index.ts"
import { groupKey, targetOfArn } from "./target.ts"

/** AWS: "a maximum of 50 tags per resource". */
const mostTags = 50

/** `old` with `added`, or a fault when those are not tags that AWS takes. */
export const checkTags = (
  old: Readonly<Record<string, string>>,
  added: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> => {
  for (const key of Object.keys(added)) {
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
  const gone = new Set(input.tagKeys ?? [])
  const tags = Object.fromEntries(Object.entries(group.tags).filter(([key]) => !gone.has(key)))
  cx.tx.logGroups.patch(keyOf(group), { tags })
  return {}
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListTagsForResource.html */
export const ListTagsForResource: ReadOp<"logs", "ListTagsForResource"> = (cx, input) => ({
  tags: { ...taggedGroup(cx, input.resourceArn).tags },
})
