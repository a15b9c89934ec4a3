// Log groups: CreateLogGroup, DeleteLogGroup, DescribeLogGroups.
import type { Op, Output, ReadCx, ReadOp } from "../../gate/index.ts"
import { fault, scopeKey } from "../../kernel/index.ts"
import type { LogGroupRow } from "../../state/index.ts"
import { checkCount, groupName, limitOf, oneOf, readToken, writeToken } from "./checks.ts"
import { checkDeletable } from "./deletion-protection.ts"
import { kmsKey } from "./kms.ts"
import { checkTags } from "./tags.ts"
import { groupArn, groupKey, groupOf, targetOf, targetOfArn } from "./target.ts"

export const logGroupClasses = ["STANDARD", "INFREQUENT_ACCESS", "DELIVERY", "ESSENTIALS"] as const

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html */
export const CreateLogGroup: Op<"logs", "CreateLogGroup"> = (cx, input) => {
  const target = targetOf(cx, input)
  const logGroupClass = oneOf("logGroupClass", input.logGroupClass, logGroupClasses)
  const kmsKeyId = input.kmsKeyId === undefined ? undefined : kmsKey(input.kmsKeyId)
  const tags = checkTags({}, input.tags ?? {})
  if (cx.tx.logGroups.has(groupKey(target))) {
    throw fault("ResourceAlreadyExistsException", "The specified log group already exists")
  }
  cx.tx.logGroups.insert({
    account: target.scope.account,
    region: target.scope.region,
    name: target.name,
    arn: groupArn(target),
    createdAt: cx.now,
    tags,
    ...(kmsKeyId !== undefined && { kmsKeyId }),
    ...(logGroupClass !== undefined && { logGroupClass }),
    ...(input.deletionProtectionEnabled && { deletionProtected: true }),
  })
  return {}
}

/**
 * Removes the group and its streams. Their events are out of reach at once, because no later stream can have the same
 * series; the sweep gives their room back.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogGroup.html
 */
export const DeleteLogGroup: Op<"logs", "DeleteLogGroup"> = (cx, input) => {
  const target = targetOf(cx, input)
  checkDeletable(groupOf(cx, target))
  for (const stream of cx.tx.logStreams.by("group", groupKey(target))) {
    cx.tx.logStreams.delete(`${groupKey(target)} ${stream.name}`)
  }
  cx.tx.logGroups.delete(groupKey(target))
  return {}
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html */
export const DescribeLogGroups: ReadOp<"logs", "DescribeLogGroups"> = (cx, input) => {
  const { logGroupNamePrefix: prefix, logGroupNamePattern: pattern, logGroupIdentifiers: identifiers } = input
  if (prefix !== undefined && pattern !== undefined) {
    throw fault(
      "InvalidParameterException",
      "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
    )
  }
  if (identifiers && (prefix ?? pattern ?? input.logGroupClass) !== undefined) {
    // Text from memory.
    throw fault("InvalidParameterException", "logGroupIdentifiers cannot be specified together with other filters.")
  }
  if (prefix !== undefined) groupName(prefix, "logGroupNamePrefix")
  if (pattern !== undefined && pattern !== "") groupName(pattern, "logGroupNamePattern")
  if (identifiers) checkCount("logGroupIdentifiers", identifiers, 1, 50)
  const wantedClass = oneOf("logGroupClass", input.logGroupClass, logGroupClasses)
  const wanted = identifiers && new Set(identifiers.map((text) => targetOfArn(text)?.name ?? text))
  const page = cx.tx.logGroups.page("scope", scopeKey(cx.scope), {
    limit: limitOf(input.limit, 50),
    ...(input.nextToken !== undefined && { after: readToken(input.nextToken, { after: "" }).after }),
    keep: (group) =>
      (prefix === undefined || group.name.startsWith(prefix)) &&
      (pattern === undefined || group.name.includes(pattern)) &&
      (wanted === undefined || wanted.has(group.name)) &&
      (wantedClass === undefined || (group.logGroupClass ?? "STANDARD") === wantedClass),
  })
  return {
    logGroups: page.rows.map((group) => describeGroup(cx, group)),
    ...(page.next !== undefined && { nextToken: writeToken({ after: page.next }) }),
  }
}

const describeGroup = (
  cx: ReadCx,
  group: LogGroupRow,
): NonNullable<Output<"logs", "DescribeLogGroups">["logGroups"]>[number] => ({
  logGroupName: group.name,
  arn: `${group.arn}:*`,
  logGroupArn: group.arn,
  creationTime: group.createdAt,
  metricFilterCount: group.metricFilters?.length ?? 0,
  storedBytes: cx.tx.logStreams
    .by("group", `${scopeKey(group)}/${group.name}`)
    .reduce((sum, stream) => sum + stream.storedBytes, 0),
  logGroupClass: group.logGroupClass ?? "STANDARD",
  deletionProtectionEnabled: group.deletionProtected ?? false,
  ...(group.retentionInDays !== undefined && { retentionInDays: group.retentionInDays }),
  ...(group.kmsKeyId !== undefined && { kmsKeyId: group.kmsKeyId }),
})
