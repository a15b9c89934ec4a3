// Which log group a request means: by name in the caller's account and region, or by ARN. Also what that group and its
// streams are called in ARNs and keys.
import type { ReadCx } from "../../gate/index.ts"
import { fault, formatArn, parseArn, type Scope, scopeKey } from "../../kernel/index.ts"
import type { LogGroupRow, LogStreamRow } from "../../state/index.ts"
import { groupName, streamName } from "./checks.ts"

/** A group that may or may not exist. */
export interface Target {
  readonly scope: Scope
  readonly name: string
}

/** How requests name a group. */
interface Naming {
  readonly logGroupName?: string | undefined
  readonly logGroupIdentifier?: string | undefined
}

export const groupArn = ({ scope, name }: Target): string => formatArn("logs", scope, `log-group:${name}`)
export const streamArn = (target: Target, stream: string): string => `${groupArn(target)}:log-stream:${stream}`
export const groupKey = ({ scope, name }: Target): string => `${scopeKey(scope)}/${name}`
export const streamKey = (target: Target, stream: string): string => `${groupKey(target)} ${stream}`

/** The group of `arn:aws:logs:<region>:<account>:log-group:<name>`, with or without a final `:*`. */
export const targetOfArn = (text: string): Target | undefined => {
  const arn = parseArn(text)
  if (arn?.service !== "logs" || !arn.resource.startsWith("log-group:")) return undefined
  const name = arn.resource.slice("log-group:".length).replace(/:\*$/, "")
  return { scope: { account: arn.account, region: arn.region }, name }
}

/**
 * Whether the machine that calls has a task of that account which is not over. The hosts of a hidden pool serve tasks
 * of many accounts, and may write into the groups of those alone; into any region, as `awslogs-region` may name another
 * than the task's own.
 */
const hostsTaskOf = (cx: ReadCx, account: string): boolean =>
  cx.caller.machineId !== undefined &&
  cx.tx.containerInstances
    .by("machine", cx.caller.machineId)
    .some((instance) => cx.tx.tasks.by("host", instance.arn).some((task) => task.account === account))

/**
 * The group that a request means. A machine names it by ARN, in either member; it is refused unless it hosts a task of
 * that account. Everybody else stays in the account and region of the request.
 */
export const targetOf = (cx: ReadCx, input: Naming): Target => {
  const { logGroupName, logGroupIdentifier } = input
  if (logGroupName !== undefined && logGroupIdentifier !== undefined) {
    throw fault("InvalidParameterException", "LogGroupName and LogGroupIdentifier cannot be specified together.")
  }
  const member = logGroupIdentifier === undefined ? "logGroupName" : "logGroupIdentifier"
  const text = logGroupIdentifier ?? logGroupName ?? ""
  const named = logGroupIdentifier !== undefined || cx.caller.machineId !== undefined ? targetOfArn(text) : undefined
  const target = { scope: named?.scope ?? cx.scope, name: groupName(named?.name ?? text, member) }
  if (cx.caller.machineId !== undefined) {
    if (!hostsTaskOf(cx, target.scope.account)) {
      throw fault(
        "AccessDeniedException",
        `User: ${cx.caller.arn} is not authorized to access ${groupArn(target)} because it hosts no task of that account`,
      )
    }
  } else if (scopeKey(target.scope) !== scopeKey(cx.scope)) {
    // Another account's group: as if it were not there, since nothing can be shared with anybody yet.
    throw missingGroup()
  }
  return target
}

const missingGroup = () => fault("ResourceNotFoundException", "The specified log group does not exist.")
export const missingStream = () => fault("ResourceNotFoundException", "The specified log stream does not exist.")

/** The group's record, or a fault. */
export const groupOf = (cx: ReadCx, target: Target): LogGroupRow => {
  const group = cx.tx.logGroups.get(groupKey(target))
  if (!group) throw missingGroup()
  return group
}

/** The records of a group and one of its streams, or a fault that says which is missing. */
export const streamOf = (
  cx: ReadCx,
  input: Naming & { readonly logStreamName: string | undefined },
): { target: Target; group: LogGroupRow; stream: LogStreamRow } => {
  const target = targetOf(cx, input)
  const name = streamName(input.logStreamName)
  const group = groupOf(cx, target)
  const stream = cx.tx.logStreams.get(streamKey(target, name))
  if (!stream) throw missingStream()
  return { target, group, stream }
}
