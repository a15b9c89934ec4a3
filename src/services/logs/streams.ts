// Log streams: CreateLogStream, DeleteLogStream, DescribeLogStreams.
import type { Op, Output, ReadOp } from "../../gate/index.ts"
import { fault, scopeKey } from "../../kernel/index.ts"
import type { LogStreamRow } from "../../state/index.ts"
import { invalidToken, limitOf, oneOf, readToken, streamName, writeToken } from "./checks.ts"
import { checkDeletable } from "./deletion-protection.ts"
import { sequenceToken } from "./events.ts"
import { groupKey, groupOf, streamArn, streamKey, streamOf, targetOf } from "./target.ts"

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogStream.html */
export const CreateLogStream: Op<"logs", "CreateLogStream"> = (cx, input) => {
  const target = targetOf(cx, input)
  const name = streamName(input.logStreamName)
  groupOf(cx, target)
  if (cx.tx.logStreams.has(streamKey(target, name))) {
    throw fault("ResourceAlreadyExistsException", "The specified log stream already exists")
  }
  cx.tx.logStreams.insert({
    account: target.scope.account,
    region: target.scope.region,
    group: target.name,
    name,
    arn: streamArn(target, name),
    series: `${scopeKey(target.scope)}/${cx.ids.uuid()}`,
    createdAt: cx.now,
    lastSeq: 0,
    storedBytes: 0,
    uploadToken: 0,
    sources: {},
  })
  return {}
}

/**
 * Removes the stream; as with groups its events are out of reach at once.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogStream.html
 */
export const DeleteLogStream: Op<"logs", "DeleteLogStream"> = (cx, input) => {
  const { target, group, stream } = streamOf(cx, input)
  checkDeletable(group)
  cx.tx.logStreams.delete(streamKey(target, stream.name))
  return {}
}

/** Where a page of streams ended: the last stream's place in the order. */
const place = { name: "", time: 0, order: "", descending: false }

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogStreams.html */
export const DescribeLogStreams: ReadOp<"logs", "DescribeLogStreams"> = (cx, input) => {
  const target = targetOf(cx, input)
  const order = input.orderBy ?? "LogStreamName"
  oneOf("orderBy", order, ["LogStreamName", "LastEventTime"])
  const prefix = input.logStreamNamePrefix
  if (prefix !== undefined) streamName(prefix, "logStreamNamePrefix")
  if (prefix !== undefined && order === "LastEventTime") {
    throw fault("InvalidParameterException", "Cannot order by LastEventTime with a logStreamNamePrefix.")
  }
  const limit = limitOf(input.limit, 50)
  groupOf(cx, target)

  const descending = input.descending ?? false
  const timeOf = (stream: LogStreamRow) => (order === "LastEventTime" ? (stream.lastEventAt ?? 0) : 0)
  const compare = (a: { name: string; time: number }, b: { name: string; time: number }) =>
    (a.time - b.time || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)) * (descending ? -1 : 1)

  const after = input.nextToken === undefined ? undefined : readToken(input.nextToken, place)
  if (after && (after.order !== order || after.descending !== descending)) throw invalidToken()
  if (order === "LogStreamName" && !descending) {
    // The order of the table: a group of a hundred thousand streams is not sorted for each page of fifty.
    const { rows, next } = cx.tx.logStreams.page("group", groupKey(target), {
      limit,
      ...(after && { after: streamKey(target, after.name) }),
      ...(prefix !== undefined && { keep: (stream: LogStreamRow) => stream.name.startsWith(prefix) }),
    })
    const name = rows.at(-1)?.name ?? ""
    return {
      logStreams: rows.map(describeStream),
      ...(next !== undefined && { nextToken: writeToken({ name, time: 0, order, descending }) }),
    }
  }
  const rest = cx.tx.logStreams
    .by("group", groupKey(target))
    .filter((stream) => prefix === undefined || stream.name.startsWith(prefix))
    .map((stream) => ({ stream, name: stream.name, time: timeOf(stream) }))
    .filter((entry) => after === undefined || compare(entry, after) > 0)
    .sort(compare)
  const page = rest.slice(0, limit)
  const last = page.at(-1)
  return {
    logStreams: page.map(({ stream }) => describeStream(stream)),
    ...(last && rest.length > page.length
      ? { nextToken: writeToken({ name: last.name, time: last.time, order, descending }) }
      : {}),
  }
}

const describeStream = (
  stream: LogStreamRow,
): NonNullable<Output<"logs", "DescribeLogStreams">["logStreams"]>[number] => ({
  logStreamName: stream.name,
  arn: stream.arn,
  creationTime: stream.createdAt,
  ...(stream.firstEventAt !== undefined && { firstEventTimestamp: stream.firstEventAt }),
  ...(stream.lastEventAt !== undefined && { lastEventTimestamp: stream.lastEventAt }),
  ...(stream.lastIngestionAt !== undefined && { lastIngestionTime: stream.lastIngestionAt }),
  uploadSequenceToken: sequenceToken(stream),
  // AWS: always zero for a stream since June 2019; the group has the sum.
  storedBytes: 0,
})
