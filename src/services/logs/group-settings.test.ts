// What else a group can say: its key, its protection, its older tag operations, its class, and lists that are empty.
import assert from "node:assert/strict"
import { test } from "node:test"
import { logsService } from "../../../test/support/logs-service.ts"

const g = { logGroupName: "g" }
const arn = "arn:aws:logs:us-east-1:123456789012:log-group:g"
const key = "arn:aws:kms:us-east-1:123456789012:key/1"

test("a key is kept and described until it is taken away", async () => {
  const { call } = logsService()
  await call("CreateLogGroup", g)
  const described = async () => (await call("DescribeLogGroups", {})).logGroups?.[0]?.kmsKeyId
  await call("AssociateKmsKey", { ...g, kmsKeyId: key })
  assert.equal(await described(), key)
  await call("DisassociateKmsKey", { resourceIdentifier: arn })
  assert.equal(await described(), undefined)
  await call("AssociateKmsKey", { resourceIdentifier: arn, kmsKeyId: key })
  assert.equal(await described(), key)
  await assert.rejects(call("AssociateKmsKey", { kmsKeyId: key }), { code: "InvalidParameterException" })
  await assert.rejects(call("AssociateKmsKey", { ...g, resourceIdentifier: arn, kmsKeyId: key }), {
    code: "InvalidParameterException",
  })
  await assert.rejects(call("DisassociateKmsKey", { logGroupName: "none" }), {
    code: "ResourceNotFoundException",
    message: "The specified log group does not exist.",
  })
  await assert.rejects(
    call("AssociateKmsKey", { resourceIdentifier: `${arn.split(":log-group")[0]}:query-result:*`, kmsKeyId: key }),
    { code: "NotImplemented" },
  )
})

test("a protected group and its streams stay until the protection is taken away", async () => {
  const { call } = logsService()
  await call("CreateLogGroup", { ...g, deletionProtectionEnabled: true })
  await call("CreateLogStream", { ...g, logStreamName: "s" })
  const described = async () => (await call("DescribeLogGroups", {})).logGroups?.[0]?.deletionProtectionEnabled
  assert.equal(await described(), true)
  await assert.rejects(call("DeleteLogGroup", g), { code: "ValidationException" })
  await assert.rejects(call("DeleteLogStream", { ...g, logStreamName: "s" }), { code: "ValidationException" })
  await call("PutLogGroupDeletionProtection", { logGroupIdentifier: arn, deletionProtectionEnabled: false })
  assert.equal(await described(), false)
  await call("PutLogGroupDeletionProtection", { logGroupIdentifier: "g", deletionProtectionEnabled: true })
  await assert.rejects(call("DeleteLogGroup", g), { code: "ValidationException" })
  await call("PutLogGroupDeletionProtection", { logGroupIdentifier: "g", deletionProtectionEnabled: false })
  await call("DeleteLogStream", { ...g, logStreamName: "s" })
  await call("DeleteLogGroup", g)
})

test("the older tag operations name the group, and see the same tags", async () => {
  const { call } = logsService()
  await call("CreateLogGroup", { ...g, tags: { a: "1" } })
  await call("TagLogGroup", { ...g, tags: { b: "2", c: "3" } })
  await call("UntagLogGroup", { ...g, tags: ["a", "none"] })
  assert.deepEqual(await call("ListTagsLogGroup", g), { tags: { b: "2", c: "3" } })
  assert.deepEqual(await call("ListTagsForResource", { resourceArn: arn }), { tags: { b: "2", c: "3" } })
  assert.deepEqual(await call("ListTagsForResource", { resourceArn: `${arn}:*` }), { tags: { b: "2", c: "3" } })
  const refused = (tags: Record<string, string>) =>
    assert.rejects(call("TagLogGroup", { ...g, tags }), { code: "InvalidParameterException" })
  await refused({})
  await refused({ "": "x" })
  await refused({ "aws:x": "x" })
  await refused({ ["k".repeat(129)]: "x" })
  await refused({ k: "v".repeat(257) })
  await refused({ "k?": "v" })
  const missing = { logGroupName: "none" }
  for (const refusal of [
    call("TagLogGroup", { ...missing, tags: { a: "1" } }),
    call("UntagLogGroup", { ...missing, tags: ["a"] }),
    call("ListTagsLogGroup", missing),
  ]) {
    await assert.rejects(refusal, {
      code: "ResourceNotFoundException",
      message: "The specified log group does not exist.",
    })
  }
})

test("groups are found by class, and listed by parts of their names", async () => {
  const { call } = logsService()
  await call("CreateLogGroup", { logGroupName: "/ecs/web" })
  await call("CreateLogGroup", { logGroupName: "/ecs/db", logGroupClass: "INFREQUENT_ACCESS" })
  await call("CreateLogGroup", { logGroupName: "/other/ecs" })
  const list = async (input: Parameters<typeof call<"ListLogGroups">>[1]) =>
    (await call("ListLogGroups", input)).logGroups?.map((group) => group.logGroupName)
  assert.deepEqual(await list({}), ["/ecs/db", "/ecs/web", "/other/ecs"])
  assert.deepEqual(await list({ logGroupNamePattern: "ecs" }), ["/ecs/db", "/ecs/web", "/other/ecs"])
  assert.deepEqual(await list({ logGroupNamePattern: "^/ecs" }), ["/ecs/db", "/ecs/web"])
  assert.deepEqual(await list({ logGroupNamePattern: "^/other|web" }), ["/ecs/web", "/other/ecs"])
  assert.deepEqual(await list({ logGroupClass: "INFREQUENT_ACCESS" }), ["/ecs/db"])
  assert.deepEqual(await list({ fieldIndexNames: ["f"] }), [])
  await assert.rejects(list({ logGroupNamePattern: "ab" }), { code: "InvalidParameterException" })
  await assert.rejects(list({ logGroupTags: [{ key: "k" }] }), { code: "NotImplemented" })
  const page = await call("ListLogGroups", { limit: 2 })
  assert.deepEqual(page.logGroups?.[0], {
    logGroupName: "/ecs/db",
    logGroupArn: "arn:aws:logs:us-east-1:123456789012:log-group:/ecs/db",
    logGroupClass: "INFREQUENT_ACCESS",
  })
  assert.deepEqual(await list({ limit: 2, nextToken: page.nextToken }), ["/other/ecs"])

  const described = await call("DescribeLogGroups", { logGroupClass: "STANDARD" })
  assert.equal(described.logGroups?.length, 2)
  // @ts-expect-error: a class that is none
  await assert.rejects(call("CreateLogGroup", { ...g, logGroupClass: "BEST" }), {
    code: "InvalidParameterException",
    message:
      "1 validation error detected: Value 'BEST' at 'logGroupClass' failed to satisfy constraint: Member must satisfy enum value set: [STANDARD, INFREQUENT_ACCESS, DELIVERY, ESSENTIALS]",
  })
  await assert.rejects(call("DescribeLogGroups", { logGroupIdentifiers: ["g"], logGroupNamePrefix: "g" }), {
    code: "InvalidParameterException",
  })
  await assert.rejects(call("DescribeLogGroups", { logGroupNamePrefix: "a b" }), { code: "InvalidParameterException" })
  await assert.rejects(call("DescribeLogGroups", { limit: 51 }), {
    code: "InvalidParameterException",
    message:
      "1 validation error detected: Value '51' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 50",
  })
})

test("there are no subscription filters and no queries, and none can be made", async () => {
  const { call } = logsService()
  await call("CreateLogGroup", g)
  assert.deepEqual(await call("DescribeSubscriptionFilters", g), { subscriptionFilters: [] })
  await assert.rejects(call("DescribeSubscriptionFilters", { logGroupName: "none" }), {
    code: "ResourceNotFoundException",
  })
  assert.deepEqual(await call("DescribeQueries", {}), { queries: [] })
  const refused = (operation: string, refusal: Promise<unknown>) =>
    assert.rejects(refusal, {
      code: "NotImplemented",
      status: 501,
      message: `Roadstead does not implement logs:${operation} yet.`,
    })
  await refused(
    "PutSubscriptionFilter",
    call("PutSubscriptionFilter", { ...g, filterName: "f", filterPattern: "", destinationArn: "arn" }),
  )
  await refused("StartQuery", call("StartQuery", { ...g, startTime: 0, endTime: 1, queryString: "fields @message" }))
  await refused("StartLiveTail", call("StartLiveTail", { logGroupIdentifiers: [arn] }))
  await refused("CreateExportTask", call("CreateExportTask", { ...g, from: 0, to: 1, destination: "b" }))
})
