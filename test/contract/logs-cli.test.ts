// CloudWatch Logs as the AWS CLI and Terraform's provider use it: the calls that they make, in the forms in which they make
// them.
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DeleteMetricFilterCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  DescribeMetricFiltersCommand,
  DescribeResourcePoliciesCommand,
  DescribeSubscriptionFiltersCommand,
  ListTagsForResourceCommand,
  PutLogEventsCommand,
  PutMetricFilterCommand,
  PutResourcePolicyCommand,
  PutRetentionPolicyCommand,
  PutSubscriptionFilterCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-cloudwatch-logs"
import { logsService } from "../../src/services/logs/index.ts"
import { type AwsEndpoint, awsEndpoint } from "../support/aws-endpoint.ts"

let aws: AwsEndpoint
let client: CloudWatchLogsClient
before(async () => {
  aws = await awsEndpoint([logsService({ wallTime: (cloud) => cloud })])
  client = new CloudWatchLogsClient(aws.sdk)
})
after(async () => {
  client.destroy()
  await aws.close()
})

const now = Date.now()

/** What `aws logs <args>` prints, when it says that all is well. */
const run = async (...args: readonly string[]) => {
  const { code, json, stderr } = await aws.cli("logs", ...args)
  assert.equal(code, 0, stderr)
  return json
}

/** What `aws logs tail <args>` prints, line by line. */
const tail = async (...args: readonly string[]): Promise<string[]> => {
  const child = aws.startCli("logs", "tail", ...args)
  let printed = ""
  child.stdout.on("data", (data) => {
    printed += data
  })
  const code = await new Promise((resolve) => child.on("close", resolve))
  assert.equal(code, 0)
  return printed.trim().split("\n")
}

test("aws logs finds events by pattern, in every command that takes one", async () => {
  const g = { logGroupName: "/cli/filtered" }
  await client.send(new CreateLogGroupCommand(g))
  for (const [logStreamName, messages] of [
    ["web/1", ['{"level":"ERROR","code":500}', "plain ERROR line"]],
    ["db/1", ['{"level":"INFO","code":200}', '1.2.3.4 - "GET /x" 404 17']],
  ] as const) {
    await client.send(new CreateLogStreamCommand({ ...g, logStreamName }))
    const logEvents = messages.map((message, i) => ({ timestamp: now + i, message }))
    await client.send(new PutLogEventsCommand({ ...g, logStreamName, logEvents }))
  }
  const group = ["--log-group-name", g.logGroupName]
  const filtered = (pattern: string, ...more: string[]) =>
    run("filter-log-events", ...group, "--filter-pattern", pattern, "--query", "events[].message", ...more)
  assert.deepEqual(await filtered("ERROR"), ['{"level":"ERROR","code":500}', "plain ERROR line"])
  assert.deepEqual(await filtered("{ $.code >= 500 }"), ['{"level":"ERROR","code":500}'])
  assert.deepEqual(await filtered("[ip, ..., status=4*, size]"), ['1.2.3.4 - "GET /x" 404 17'])
  assert.deepEqual(await filtered("?INFO ?plain", "--log-stream-name-prefix", "db"), ['{"level":"INFO","code":200}'])

  assert.deepEqual(
    await tail(g.logGroupName, "--filter-pattern", "ERROR -plain", "--since", "1h", "--format", "short"),
    [`${new Date(now).toISOString().slice(0, 19)} {"level":"ERROR","code":500}`],
  )
  const pretty = await tail(g.logGroupName, "--filter-pattern", "{ $.code = 200 }", "--since", "1d", "--format", "json")
  assert.deepEqual(JSON.parse(pretty.slice(1).join("")), { level: "INFO", code: 200 })
  const detailed = await tail(g.logGroupName, "--filter-pattern", '"GET /x"', "--log-stream-names", "db/1")
  assert.match(detailed[0] ?? "", /^\S+ db\/1 1\.2\.3\.4 - "GET \/x" 404 17$/)

  const { code, stderr } = await aws.cli("logs", "filter-log-events", ...group, "--filter-pattern", "request-id")
  assert.notEqual(code, 0)
  assert.match(stderr, /\(InvalidParameterException\).* Invalid character\(s\) in term '-'/)

  const tried = await run(
    ...["test-metric-filter", "--filter-pattern", "[ip, ..., status=4*, size]"],
    ...["--log-event-messages", '1.2.3.4 - "GET /x" 404 17', "other"],
  )
  assert.deepEqual(tried, {
    matches: [
      {
        eventNumber: 1,
        eventMessage: '1.2.3.4 - "GET /x" 404 17',
        extractedValues: { $ip: "1.2.3.4", $2: "-", $3: "GET /x", $status: "404", $size: "17" },
      },
    ],
  })
})

test("aws logs keeps metric filters, tags, keys and policies", async () => {
  const group = ["--log-group-name", "/cli/settings"]
  await run("create-log-group", ...group, "--kms-key-id", "arn:aws:kms:us-east-1:123456789012:key/1")
  await run(
    ...["put-metric-filter", ...group, "--filter-name", "errors", "--filter-pattern", "ERROR"],
    ...["--metric-transformations", "metricName=Errors,metricNamespace=App,metricValue=1,defaultValue=0"],
  )
  assert.deepEqual(
    await run("describe-metric-filters", ...group, "--query", "metricFilters[].metricTransformations[]"),
    [{ metricName: "Errors", metricNamespace: "App", metricValue: "1", defaultValue: 0 }],
  )
  await run("tag-log-group", ...group, "--tags", "team=a,env=b")
  assert.deepEqual(await run("list-tags-log-group", ...group), { tags: { team: "a", env: "b" } })
  await run("untag-log-group", ...group, "--tags", "env")
  await run("disassociate-kms-key", ...group)
  const described = await run(
    ...["describe-log-groups", "--log-group-name-prefix", "/cli/settings"],
    ...["--query", "logGroups[].[metricFilterCount, kmsKeyId]"],
  )
  assert.deepEqual(described, [[1, null]])
  await run("put-resource-policy", "--policy-name", "p", "--policy-document", '{"Version":"2012-10-17","Statement":[]}')
  assert.deepEqual(await run("describe-resource-policies", "--query", "resourcePolicies[].policyName"), ["p"])
  await run("delete-resource-policy", "--policy-name", "p")
  await run("delete-metric-filter", ...group, "--filter-name", "errors")
  assert.deepEqual(await run("describe-subscription-filters", ...group), { subscriptionFilters: [] })
  const { stderr } = await aws.cli(
    ...["logs", "start-query", ...group, "--start-time", "0", "--end-time", "1", "--query-string", "fields @message"],
  )
  assert.match(stderr, /\(NotImplemented\).* Roadstead does not implement logs:StartQuery yet\./)
})

test("the calls of Terraform's log resources answer what it reads back", async () => {
  const logGroupName = "/tf/group"
  const resourceArn = `arn:aws:logs:us-east-1:123456789012:log-group:${logGroupName}`
  // aws_cloudwatch_log_group: create, retention, read with tags, change tags.
  await client.send(new CreateLogGroupCommand({ logGroupName, logGroupClass: "STANDARD", tags: { a: "1" } }))
  await client.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 14 }))
  const { logGroups } = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: logGroupName }))
  assert.equal(logGroups?.[0]?.arn, `${resourceArn}:*`)
  assert.equal(logGroups?.[0]?.logGroupArn, resourceArn)
  assert.equal(logGroups?.[0]?.retentionInDays, 14)
  await client.send(new TagResourceCommand({ resourceArn, tags: { b: "2" } }))
  await client.send(new UntagResourceCommand({ resourceArn, tagKeys: ["a"] }))
  assert.deepEqual((await client.send(new ListTagsForResourceCommand({ resourceArn }))).tags, { b: "2" })

  // aws_cloudwatch_log_stream.
  await client.send(new CreateLogStreamCommand({ logGroupName, logStreamName: "s" }))
  const streams = await client.send(new DescribeLogStreamsCommand({ logGroupName, logStreamNamePrefix: "s" }))
  assert.equal(streams.logStreams?.[0]?.arn, `${resourceArn}:log-stream:s`)

  // aws_cloudwatch_log_metric_filter: a default of nothing is sent as no default.
  const filter = { logGroupName, filterName: "f" }
  await client.send(
    new PutMetricFilterCommand({
      ...filter,
      filterPattern: "{ $.userIdentity.type = Root && $.eventType != AwsServiceEvent }",
      metricTransformations: [{ metricName: "m", metricNamespace: "n", metricValue: "1", unit: "None" }],
    }),
  )
  const { metricFilters } = await client.send(
    new DescribeMetricFiltersCommand({ logGroupName, filterNamePrefix: filter.filterName }),
  )
  assert.deepEqual(metricFilters?.[0]?.metricTransformations, [
    { metricName: "m", metricNamespace: "n", metricValue: "1", unit: "None" },
  ])
  await client.send(new DeleteMetricFilterCommand(filter))
  await assert.rejects(client.send(new DeleteMetricFilterCommand(filter)), { name: "ResourceNotFoundException" })

  // aws_cloudwatch_log_resource_policy, and aws_cloudwatch_log_subscription_filter, which cannot be.
  await client.send(new PutResourcePolicyCommand({ policyName: "p", policyDocument: "{}" }))
  const { resourcePolicies } = await client.send(new DescribeResourcePoliciesCommand({}))
  assert.equal(resourcePolicies?.[0]?.policyDocument, "{}")
  await assert.rejects(
    client.send(new PutSubscriptionFilterCommand({ ...filter, filterPattern: "", destinationArn: "arn:aws:lambda:x" })),
    { name: "NotImplemented", message: "Roadstead does not implement logs:PutSubscriptionFilter yet." },
  )
  assert.deepEqual(
    (await client.send(new DescribeSubscriptionFiltersCommand({ logGroupName }))).subscriptionFilters,
    [],
  )

  await client.send(new DeleteLogGroupCommand({ logGroupName }))
  await assert.rejects(client.send(new ListTagsForResourceCommand({ resourceArn })), {
    name: "ResourceNotFoundException",
  })
})
