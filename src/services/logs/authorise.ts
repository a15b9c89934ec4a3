// What each operation of CloudWatch Logs needs permission for. The resources are those of AWS's own refusals: a group's is its
// ARN with an empty stream, which policies match with `log-group:<name>:*`. Never throws: whether the name can be one is the
// handler's question, after this one.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
import type { Authorise, Conditions, Demand, ReadCx } from "../../gate/index.ts"
import { formatArn } from "../../kernel/index.ts"
import { groupArn, groupKey, streamArn, type Target, targetOfArn } from "./target.ts"

interface OnGroup {
  readonly logGroupName?: string | undefined
  readonly logGroupIdentifier?: string | undefined
  readonly resourceIdentifier?: string | undefined
}
interface OnStream extends OnGroup {
  readonly logStreamName?: string | undefined
}
type Tags = Readonly<Record<string, string>> | undefined

/** The group that a request means, as far as its words say. */
const meant = (cx: ReadCx, { logGroupName, logGroupIdentifier, resourceIdentifier }: OnGroup): Target => {
  const text = logGroupIdentifier ?? resourceIdentifier ?? logGroupName ?? ""
  return targetOfArn(text) ?? { scope: cx.scope, name: text }
}

/** `aws:ResourceTag` is that of the group. */
const demand = (cx: ReadCx, action: string, resource: string, conditions?: Conditions): readonly Demand[] => [
  {
    action: `logs:${action}`,
    resources: [resource],
    ...(conditions && { conditions }),
    about: (arn) => ({ tags: tagsOf(cx, arn) }),
  },
]

const tagsOf = (cx: ReadCx, arn: string) => {
  const target = targetOfArn(arn.replace(/:log-stream:.*$/s, ""))
  const group = target && cx.tx.logGroups.get(groupKey(target))
  return group && Object.entries(group.tags).map(([key, value]) => ({ key, value }))
}

const requestTags = (tags: Tags): Conditions => ({
  ...Object.fromEntries(Object.entries(tags ?? {}).map(([key, value]) => [`aws:RequestTag/${key}`, value])),
  ...(tags && { "aws:TagKeys": Object.keys(tags) }),
})

export const onGroup =
  (action: string): Authorise<OnGroup> =>
  (cx, input) =>
    demand(cx, action, `${groupArn(meant(cx, input))}:log-stream:`)

export const onStream =
  (action: string): Authorise<OnStream> =>
  (cx, input) =>
    demand(cx, action, streamArn(meant(cx, input), input.logStreamName ?? ""))

/** Tags that come with a new group need the permission to tag as well. */
export const createGroup: Authorise<OnGroup & { readonly tags?: Tags }> = (cx, input) => {
  const group = groupArn(meant(cx, input))
  const tags = requestTags(input.tags)
  return [
    ...demand(cx, "CreateLogGroup", `${group}:log-stream:`, tags),
    ...(Object.keys(input.tags ?? {}).length > 0 ? demand(cx, "TagResource", group, tags) : []),
  ]
}

/** The old form of tagging, by the group's name. */
export const onTaggedGroup: Authorise<OnGroup & { readonly tags?: Tags }> = (cx, input) =>
  demand(cx, "TagLogGroup", `${groupArn(meant(cx, input))}:log-stream:`, requestTags(input.tags))

interface OnArn {
  readonly resourceArn: string | undefined
  readonly tags?: Tags
  readonly tagKeys?: readonly string[] | undefined
}

/** On what an ARN names, with the tags that come or go as conditions. */
export const onArn =
  (action: string): Authorise<OnArn> =>
  (cx, input) =>
    demand(cx, action, input.resourceArn || "*", {
      ...requestTags(input.tags),
      ...(input.tagKeys && { "aws:TagKeys": input.tagKeys }),
    })

export const onAllGroups = (action: string) => (cx: ReadCx) =>
  demand(cx, action, formatArn("logs", cx.scope, "log-group::log-stream:"))

/** On one group when the input names it, else on all. */
export const onGroups =
  (action: string): Authorise<OnGroup> =>
  (cx, input) =>
    input.logGroupName === undefined ? onAllGroups(action)(cx) : onGroup(action)(cx, input)

/** Actions that have no resource are allowed on `*` or not at all. */
export const onEverything = (action: string) => (cx: ReadCx) => demand(cx, action, "*")
