// What each operation of CloudWatch Logs needs permission for. The resources are those of AWS's own refusals: a group's is its
// ARN with an empty stream, which policies match with `log-group:<name>:*`.
import type { Authorise, Demand, ReadCx } from "../../gate/index.ts"
import { formatArn } from "../../kernel/index.ts"
import { groupArn, streamArn, type Target, targetOf } from "./target.ts"

interface OnGroup {
  readonly logGroupName?: string | undefined
  readonly logGroupIdentifier?: string | undefined
}
interface OnStream extends OnGroup {
  readonly logStreamName?: string | undefined
}

const demand = (action: string, resource: string): readonly Demand[] => [
  { action: `logs:${action}`, resources: [resource] },
]

export const onGroup =
  (action: string): Authorise<OnGroup> =>
  (cx, input) =>
    demand(action, `${groupArn(targetOf(cx, input))}:log-stream:`)

export const onStream =
  (action: string): Authorise<OnStream> =>
  (cx, input) =>
    demand(action, streamArn(targetOf(cx, input), input.logStreamName ?? ""))

export const onArn =
  (action: string): Authorise<{ readonly resourceArn: string | undefined }> =>
  (_cx, input) =>
    demand(action, input.resourceArn ?? "")

/** On the group that another function finds in the input. */
export const onFound =
  <I>(action: string, find: (cx: ReadCx, input: I) => Target): Authorise<I> =>
  (cx, input) =>
    demand(action, `${groupArn(find(cx, input))}:log-stream:`)

export const onAllGroups = (action: string) => (cx: ReadCx) =>
  demand(action, formatArn("logs", cx.scope, "log-group::log-stream:"))

/** On one group when the input names it, else on all. */
export const onGroups =
  (action: string): Authorise<OnGroup> =>
  (cx, input) =>
    input.logGroupName === undefined ? onAllGroups(action)(cx) : onGroup(action)(cx, input)

/** Actions that have no resource are allowed on `*` or not at all. */
export const onEverything = (action: string) => () => demand(action, "*")
