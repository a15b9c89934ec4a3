// ListLogGroups: the names of groups, by parts of them.
import type { ReadOp } from "../../gate/index.ts"
import { Fault, scopeKey } from "../../kernel/index.ts"
import type { LogGroupRow } from "../../state/index.ts"
import { broken, limitOf, oneOf, readToken, writeToken } from "./checks.ts"
import { logGroupClasses } from "./groups.ts"

/** AWS: up to five parts of names, each perhaps from the beginning on. */
const pattern = /^\^?[.\-_/#A-Za-z0-9]{3,24}(\|\^?[.\-_/#A-Za-z0-9]{3,24}){0,4}$/
const written = "(\\^?[\\.\\-_\\/#A-Za-z0-9]{3,24})(\\|\\^?[\\.\\-_\\/#A-Za-z0-9]{3,24}){0,4}"

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListLogGroups.html */
export const ListLogGroups: ReadOp<"logs", "ListLogGroups"> = (cx, input) => {
  const { logGroupNamePattern } = input
  if (input.logGroupTags) {
    throw new Fault("NotImplemented", "Roadstead does not implement logGroupTags of logs:ListLogGroups yet.", {
      status: 501,
    })
  }
  if (logGroupNamePattern !== undefined && !pattern.test(logGroupNamePattern)) {
    throw broken(
      "logGroupNamePattern",
      logGroupNamePattern,
      `Member must satisfy regular expression pattern: ${written}`,
    )
  }
  const wantedClass = oneOf("logGroupClass", input.logGroupClass, logGroupClasses)
  const parts = logGroupNamePattern?.split("|")
  const hasPart = ({ name }: LogGroupRow) =>
    parts?.some((part) => (part.startsWith("^") ? name.startsWith(part.slice(1)) : name.includes(part))) ?? true
  // No group has a data source or an indexed field here, so none has those that are asked for.
  const none = input.dataSources !== undefined || input.fieldIndexNames !== undefined
  const page = cx.tx.logGroups.page("scope", scopeKey(cx.scope), {
    limit: limitOf(input.limit, 1000, 50),
    ...(input.nextToken !== undefined && { after: readToken(input.nextToken, { after: "" }).after }),
    keep: (group) =>
      !none && hasPart(group) && (wantedClass === undefined || (group.logGroupClass ?? "STANDARD") === wantedClass),
  })
  return {
    logGroups: page.rows.map(({ name, arn, logGroupClass }) => ({
      logGroupName: name,
      logGroupArn: arn,
      logGroupClass: logGroupClass ?? "STANDARD",
    })),
    ...(page.next !== undefined && { nextToken: writeToken({ after: page.next }) }),
  }
}
