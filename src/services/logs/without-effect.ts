// Input members of CloudWatch Logs that are taken and do nothing: listed in docs/parity.md.
export const withoutEffect: readonly string[] = [
  // Kept and described; nothing is encrypted with it.
  "AssociateKmsKey.kmsKeyId",
  "CreateLogGroup.kmsKeyId",
  // Kept and described; all groups are read alike.
  "CreateLogGroup.logGroupClass",
  "DescribeLogGroups.accountIdentifiers",
  "DescribeLogGroups.includeLinkedAccounts",
  "FilterLogEvents.interleaved",
  "FilterLogEvents.unmask",
  "GetLogEvents.unmask",
  "ListLogGroups.accountIdentifiers",
  "ListLogGroups.includeLinkedAccounts",
  "PutLogEvents.entity",
  "PutLogEvents.sequenceToken",
  // Metric filters are checked, kept and described; their metrics come with CloudWatch.
  "PutMetricFilter.applyOnTransformedLogs",
  "PutMetricFilter.emitSystemFieldDimensions",
  "PutMetricFilter.fieldSelectionCriteria",
  "PutMetricFilter.metricTransformations",
  // Kept and described; the services that it would let in are not here.
  "PutResourcePolicy.expectedRevisionId",
  "PutResourcePolicy.policyDocument",
]
