// CloudWatch Logs: the handler table, and what other rooms may use of this one. Operations that are not named are absent.
import { bulk, implement, read, type ServiceTable, write } from "../../gate/index.ts"
import * as may from "./authorise.ts"
import { PutLogGroupDeletionProtection } from "./deletion-protection.ts"
import { filterLogEvents } from "./filter-log-events.ts"
import { getLogEvents } from "./get-log-events.ts"
import * as groups from "./groups.ts"
import { AssociateKmsKey, DisassociateKmsKey } from "./kms.ts"
import { ListLogGroups } from "./list-log-groups.ts"
import * as filters from "./metric-filters.ts"
import type { LogsPorts } from "./ports.ts"
import { putLogEvents } from "./put-log-events.ts"
import { DescribeQueries } from "./queries.ts"
import * as policies from "./resource-policies.ts"
import { DeleteRetentionPolicy, PutRetentionPolicy } from "./retention.ts"
import * as streams from "./streams.ts"
import { DescribeSubscriptionFilters } from "./subscription-filters.ts"
import * as tags from "./tags.ts"
import { TestMetricFilter } from "./test-metric-filter.ts"
import { withoutEffect } from "./without-effect.ts"

export { beginAnew, expired, forgetExpired } from "./expiry.ts"
export type { LogsPorts } from "./ports.ts"

/** The table of CloudWatch Logs. `ports` are what the process gives it. */
export const logsService = (ports: LogsPorts): ServiceTable<"logs"> =>
  implement(
    "logs",
    {
      AssociateKmsKey: write(AssociateKmsKey, may.onGroup("AssociateKmsKey")),
      CreateLogGroup: write(groups.CreateLogGroup, may.createGroup),
      CreateLogStream: write(streams.CreateLogStream, may.onStream("CreateLogStream")),
      DeleteLogGroup: write(groups.DeleteLogGroup, may.onGroup("DeleteLogGroup")),
      DeleteLogStream: write(streams.DeleteLogStream, may.onStream("DeleteLogStream")),
      DeleteMetricFilter: write(filters.DeleteMetricFilter, may.onGroup("DeleteMetricFilter")),
      DeleteResourcePolicy: write(policies.DeleteResourcePolicy, may.onEverything("DeleteResourcePolicy")),
      DeleteRetentionPolicy: write(DeleteRetentionPolicy, may.onGroup("DeleteRetentionPolicy")),
      DescribeLogGroups: read(groups.DescribeLogGroups, may.onAllGroups("DescribeLogGroups")),
      DescribeLogStreams: read(streams.DescribeLogStreams, may.onGroup("DescribeLogStreams")),
      DescribeMetricFilters: read(filters.DescribeMetricFilters, may.onGroups("DescribeMetricFilters")),
      DescribeQueries: read(DescribeQueries, may.onEverything("DescribeQueries")),
      DescribeResourcePolicies: read(policies.DescribeResourcePolicies, may.onEverything("DescribeResourcePolicies")),
      DescribeSubscriptionFilters: read(DescribeSubscriptionFilters, may.onGroup("DescribeSubscriptionFilters")),
      DisassociateKmsKey: write(DisassociateKmsKey, may.onGroup("DisassociateKmsKey")),
      FilterLogEvents: bulk(filterLogEvents(ports), may.onGroup("FilterLogEvents")),
      GetLogEvents: bulk(getLogEvents(ports), may.onStream("GetLogEvents")),
      ListLogGroups: read(ListLogGroups, may.onAllGroups("ListLogGroups")),
      ListTagsForResource: read(tags.ListTagsForResource, may.onArn("ListTagsForResource")),
      ListTagsLogGroup: read(tags.ListTagsLogGroup, may.onGroup("ListTagsLogGroup")),
      PutLogEvents: bulk(putLogEvents(ports), may.onStream("PutLogEvents")),
      PutLogGroupDeletionProtection: write(PutLogGroupDeletionProtection, may.onGroup("PutLogGroupDeletionProtection")),
      PutMetricFilter: write(filters.PutMetricFilter, may.onGroup("PutMetricFilter")),
      PutResourcePolicy: write(policies.PutResourcePolicy, may.onEverything("PutResourcePolicy")),
      PutRetentionPolicy: write(PutRetentionPolicy, may.onGroup("PutRetentionPolicy")),
      TagLogGroup: write(tags.TagLogGroup, may.onTaggedGroup),
      TagResource: write(tags.TagResource, may.onArn("TagResource")),
      TestMetricFilter: read(TestMetricFilter, may.onEverything("TestMetricFilter")),
      UntagLogGroup: write(tags.UntagLogGroup, may.onGroup("UntagLogGroup")),
      UntagResource: write(tags.UntagResource, may.onArn("UntagResource")),
    },
    withoutEffect,
  )
