// CloudWatch Logs' table: what of it Roadstead has, and what each operation needs permission for.
import { type Authorise, bulk, implement, type ReadCx, read, type ServiceTable, write } from "../../gate/index.ts"
import { formatArn } from "../../kernel/index.ts"
import { filterLogEvents } from "./filter-log-events.ts"
import { getLogEvents } from "./get-log-events.ts"
import { CreateLogGroup, DeleteLogGroup, DescribeLogGroups } from "./groups.ts"
import type { LogsPorts } from "./ports.ts"
import { putLogEvents } from "./put-log-events.ts"
import { DeleteRetentionPolicy, PutRetentionPolicy } from "./retention.ts"
import { CreateLogStream, DeleteLogStream, DescribeLogStreams } from "./streams.ts"
import { ListTagsForResource, TagResource, UntagResource } from "./tags.ts"
import { groupArn, streamArn, targetOf } from "./target.ts"
import { TestMetricFilter } from "./test-metric-filter.ts"

interface OnGroup {
  readonly logGroupName?: string | undefined
  readonly logGroupIdentifier?: string | undefined
}
interface OnStream extends OnGroup {
  readonly logStreamName?: string | undefined
}

// The resources are those of AWS's own refusals: a group's is its ARN with an empty stream, which policies match with
// `log-group:<name>:*`.
const onGroup =
  (action: string): Authorise<OnGroup> =>
  (cx, input) => [{ action: `logs:${action}`, resources: [`${groupArn(targetOf(cx, input))}:log-stream:`] }]
const onStream =
  (action: string): Authorise<OnStream> =>
  (cx, input) => [{ action: `logs:${action}`, resources: [streamArn(targetOf(cx, input), input.logStreamName ?? "")] }]
const onArn =
  (action: string): Authorise<{ readonly resourceArn: string | undefined }> =>
  (_cx, input) => [{ action: `logs:${action}`, resources: [input.resourceArn ?? ""] }]
/** AWS: actions without a resource are allowed on `*` or not at all. */
const onEverything = (action: string) => () => [{ action: `logs:${action}`, resources: ["*"] }]
const onAllGroups = (cx: ReadCx) => [
  { action: "logs:DescribeLogGroups", resources: [formatArn("logs", cx.scope, "log-group::log-stream:")] },
]

export { beginAnew, expired, forgetExpired } from "./expiry.ts"
export type { LogsPorts } from "./ports.ts"

/** The table of CloudWatch Logs. `ports` are what the process gives it. */
export const logsService = (ports: LogsPorts): ServiceTable<"logs"> =>
  implement(
    "logs",
    {
      CreateLogGroup: write(CreateLogGroup, onGroup("CreateLogGroup")),
      CreateLogStream: write(CreateLogStream, onStream("CreateLogStream")),
      DeleteLogGroup: write(DeleteLogGroup, onGroup("DeleteLogGroup")),
      DeleteLogStream: write(DeleteLogStream, onStream("DeleteLogStream")),
      DeleteRetentionPolicy: write(DeleteRetentionPolicy, onGroup("DeleteRetentionPolicy")),
      DescribeLogGroups: read(DescribeLogGroups, onAllGroups),
      DescribeLogStreams: read(DescribeLogStreams, onGroup("DescribeLogStreams")),
      FilterLogEvents: bulk(filterLogEvents(ports), onGroup("FilterLogEvents")),
      GetLogEvents: bulk(getLogEvents(ports), onStream("GetLogEvents")),
      ListTagsForResource: read(ListTagsForResource, onArn("ListTagsForResource")),
      PutLogEvents: bulk(putLogEvents(ports), onStream("PutLogEvents")),
      PutRetentionPolicy: write(PutRetentionPolicy, onGroup("PutRetentionPolicy")),
      TagResource: write(TagResource, onArn("TagResource")),
      TestMetricFilter: read(TestMetricFilter, onEverything("TestMetricFilter")),
      UntagResource: write(UntagResource, onArn("UntagResource")),
    },
    [
      "CreateLogGroup.kmsKeyId",
      "CreateLogGroup.logGroupClass",
      "DescribeLogGroups.accountIdentifiers",
      "DescribeLogGroups.includeLinkedAccounts",
      "FilterLogEvents.interleaved",
      "FilterLogEvents.unmask",
      "GetLogEvents.unmask",
      "PutLogEvents.entity",
      "PutLogEvents.sequenceToken",
    ],
  )
