import assert from "node:assert/strict"
import { test } from "node:test"
import { logsService, scope } from "../../../test/support/logs-service.ts"

const arn = (name: string) => `arn:aws:logs:us-east-1:123456789012:log-group:${name}`

test("a group is described as it was made, with both forms of its ARN", async () => {
  const { call, clock, put } = logsService()
  await call("CreateLogGroup", { logGroupName: "/ecs/web", tags: { team: "a" } })
  await put("/ecs/web", "s", [[clock.now(), "hello"]])
  assert.deepEqual(await call("DescribeLogGroups", {}), {
    logGroups: [
      {
        logGroupName: "/ecs/web",
        arn: `${arn("/ecs/web")}:*`,
        logGroupArn: arn("/ecs/web"),
        creationTime: clock.now(),
        metricFilterCount: 0,
        storedBytes: 31,
        logGroupClass: "STANDARD",
        deletionProtectionEnabled: false,
      },
    ],
  })
})

test("groups come in the order of their names, page by page, by prefix or by a part of the name", async () => {
  const { call } = logsService()
  for (const logGroupName of ["/b", "/a/2", "/a/1", "/c", "/a/3"]) await call("CreateLogGroup", { logGroupName })
  const names = async (input: Parameters<typeof call<"DescribeLogGroups">>[1]) => {
    const page = await call("DescribeLogGroups", input)
    return { names: page.logGroups?.map((group) => group.logGroupName), nextToken: page.nextToken }
  }
  const first = await names({ limit: 3 })
  assert.deepEqual(first.names, ["/a/1", "/a/2", "/a/3"])
  assert.ok(first.nextToken)
  assert.deepEqual(await names({ limit: 3, nextToken: first.nextToken }), { names: ["/b", "/c"], nextToken: undefined })
  assert.deepEqual((await names({ logGroupNamePrefix: "/a" })).names, ["/a/1", "/a/2", "/a/3"])
  assert.deepEqual((await names({ logGroupNamePattern: "/2" })).names, ["/a/2"])
  assert.deepEqual((await names({ logGroupIdentifiers: [arn("/b"), "/c"] })).names, ["/b", "/c"])
  await assert.rejects(names({ logGroupNamePrefix: "/a", logGroupNamePattern: "/a" }), {
    code: "InvalidParameterException",
    message: "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
  })
  await assert.rejects(names({ nextToken: "rubbish" }), {
    code: "InvalidParameterException",
    message: "The specified nextToken is invalid.",
  })
})

test("bad names, missing and doubled groups and streams are refused in AWS's words", async () => {
  const { call } = logsService()
  await call("CreateLogGroup", { logGroupName: "g" })
  await call("CreateLogStream", { logGroupName: "g", logStreamName: "s" })
  const refusals = [
    [
      call("CreateLogGroup", { logGroupName: "g" }),
      "ResourceAlreadyExistsException",
      "The specified log group already exists",
    ],
    [
      call("CreateLogGroup", { logGroupName: "a b" }),
      "InvalidParameterException",
      "1 validation error detected: Value 'a b' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+",
    ],
    [
      call("CreateLogGroup", { logGroupName: "x".repeat(513) }),
      "InvalidParameterException",
      `1 validation error detected: Value '${"x".repeat(513)}' at 'logGroupName' failed to satisfy constraint: Member must have length less than or equal to 512`,
    ],
    [
      call("CreateLogStream", { logGroupName: "g", logStreamName: "a:b" }),
      "InvalidParameterException",
      "1 validation error detected: Value 'a:b' at 'logStreamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [^:*]*",
    ],
    [
      call("CreateLogStream", { logGroupName: "none", logStreamName: "s" }),
      "ResourceNotFoundException",
      "The specified log group does not exist.",
    ],
    [
      call("CreateLogStream", { logGroupName: "g", logStreamName: "s" }),
      "ResourceAlreadyExistsException",
      "The specified log stream already exists",
    ],
    [
      call("DeleteLogStream", { logGroupName: "g", logStreamName: "t" }),
      "ResourceNotFoundException",
      "The specified log stream does not exist.",
    ],
    [
      call("DeleteLogGroup", { logGroupName: "none" }),
      "ResourceNotFoundException",
      "The specified log group does not exist.",
    ],
    [
      call("DescribeLogStreams", { logGroupName: "g", orderBy: "LastEventTime", logStreamNamePrefix: "s" }),
      "InvalidParameterException",
      "Cannot order by LastEventTime with a logStreamNamePrefix.",
    ],
    [
      call("PutRetentionPolicy", { logGroupName: "g", retentionInDays: 2 }),
      "InvalidParameterException",
      "1 validation error detected: Value '2' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]",
    ],
  ] as const
  for (const [refused, code, message] of refusals) await assert.rejects(refused, { code, message })
})

test("streams come by name or by their newest event, either way round and page by page", async () => {
  const { call, clock, put } = logsService()
  const now = clock.now()
  await put("g", "b", [[now - 1000, "x"]])
  await put("g", "a", [[now - 2000, "x"]])
  await put("g", "c", [
    [now - 5000, "x"],
    [now, "y"],
  ])
  await call("CreateLogStream", { logGroupName: "g", logStreamName: "empty" })
  const all = async (input: Partial<Parameters<typeof call<"DescribeLogStreams">>[1]>) => {
    const seen: string[] = []
    let nextToken: string | undefined
    do {
      const page = await call("DescribeLogStreams", { logGroupName: "g", ...input, ...(nextToken && { nextToken }) })
      seen.push(...(page.logStreams ?? []).map((s) => s.logStreamName ?? ""))
      nextToken = page.nextToken
    } while (nextToken)
    return seen
  }
  assert.deepEqual(await all({}), ["a", "b", "c", "empty"])
  assert.deepEqual(await all({ limit: 1 }), ["a", "b", "c", "empty"])
  assert.deepEqual(await all({ limit: 3, descending: true }), ["empty", "c", "b", "a"])
  assert.deepEqual(await all({ orderBy: "LastEventTime", limit: 2 }), ["empty", "a", "b", "c"])
  assert.deepEqual(await all({ orderBy: "LastEventTime", descending: true, limit: 1 }), ["c", "b", "a", "empty"])
  assert.deepEqual(await all({ logStreamNamePrefix: "e" }), ["empty"])
  assert.deepEqual(await all({ logStreamNamePrefix: "none" }), [])
  const { nextToken } = await call("DescribeLogStreams", { logGroupName: "g", limit: 1 })
  await assert.rejects(all({ orderBy: "LastEventTime", nextToken }), {
    code: "InvalidParameterException",
    message: "The specified nextToken is invalid.",
  })
  const { logStreams } = await call("DescribeLogStreams", { logGroupIdentifier: arn("g"), logStreamNamePrefix: "c" })
  assert.deepEqual(logStreams, [
    {
      logStreamName: "c",
      arn: `${arn("g")}:log-stream:c`,
      creationTime: now,
      firstEventTimestamp: now - 5000,
      lastEventTimestamp: now,
      lastIngestionTime: now,
      uploadSequenceToken: "1".padStart(56, "0"),
      storedBytes: 0,
    },
  ])
})

test("a stream that is made again under the same name starts empty, and so does a group's", async () => {
  const { call, clock, put } = logsService()
  await put("g", "s", [[clock.now(), "old"]])
  await call("DeleteLogStream", { logGroupName: "g", logStreamName: "s" })
  await put("g", "s", [[clock.now(), "new"]])
  const messages = async () =>
    (await call("FilterLogEvents", { logGroupName: "g" })).events?.map((event) => event.message)
  assert.deepEqual(await messages(), ["new"])
  await call("DeleteLogGroup", { logGroupName: "g" })
  await assert.rejects(messages(), { message: "The specified log group does not exist." })
  await put("g", "s", [[clock.now(), "newest"]])
  assert.deepEqual(await messages(), ["newest"])
})

test("tags are added, replaced and taken away, up to fifty", async () => {
  const { call } = logsService()
  const resourceArn = arn("g")
  await call("CreateLogGroup", { logGroupName: "g", tags: { a: "1" } })
  await call("TagResource", { resourceArn, tags: { a: "2", b: "3" } })
  assert.deepEqual(await call("ListTagsForResource", { resourceArn }), { tags: { a: "2", b: "3" } })
  await call("UntagResource", { resourceArn, tagKeys: ["a", "none"] })
  assert.deepEqual(await call("ListTagsForResource", { resourceArn }), { tags: { b: "3" } })
  const many = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`k${i}`, ""]))
  await assert.rejects(call("TagResource", { resourceArn, tags: many }), { code: "TooManyTagsException" })
  await assert.rejects(call("ListTagsForResource", { resourceArn: arn("none") }), { code: "ResourceNotFoundException" })
  assert.deepEqual(await call("ListTagsForResource", { resourceArn }), { tags: { b: "3" } })
})

test("a group of another account or region is not there", async () => {
  const { call, state } = logsService()
  state.transact((tx) =>
    tx.logGroups.insert({ ...scope, region: "eu-west-1", name: "g", arn: "", createdAt: 0, tags: {} }),
  )
  await assert.rejects(
    call("FilterLogEvents", { logGroupIdentifier: "arn:aws:logs:eu-west-1:123456789012:log-group:g" }),
    { code: "ResourceNotFoundException", message: "The specified log group does not exist." },
  )
  assert.deepEqual((await call("DescribeLogGroups", {})).logGroups, [])
})
