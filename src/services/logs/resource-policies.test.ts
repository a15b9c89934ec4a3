import assert from "node:assert/strict"
import { test } from "node:test"
import { logsService } from "../../../test/support/logs-service.ts"

const policyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [] })

test("a policy is kept, described, replaced and deleted", async () => {
  const { call, clock } = logsService()
  const put = await call("PutResourcePolicy", { policyName: "p", policyDocument })
  const described = {
    policyName: "p",
    policyDocument,
    lastUpdatedTime: clock.now(),
    policyScope: "ACCOUNT",
  }
  assert.deepEqual(put, { resourcePolicy: described })
  assert.deepEqual(await call("DescribeResourcePolicies", {}), { resourcePolicies: [described] })
  await clock.advance(5)
  await call("PutResourcePolicy", { policyName: "p", policyDocument: "{}" })
  const [replaced] = (await call("DescribeResourcePolicies", { policyScope: "ACCOUNT" })).resourcePolicies ?? []
  assert.deepEqual(replaced, { ...described, policyDocument: "{}", lastUpdatedTime: clock.now() })
  assert.deepEqual(await call("DescribeResourcePolicies", { policyScope: "RESOURCE" }), { resourcePolicies: [] })
  await call("DeleteResourcePolicy", { policyName: "p" })
  assert.deepEqual(await call("DescribeResourcePolicies", {}), { resourcePolicies: [] })
  await assert.rejects(call("DeleteResourcePolicy", { policyName: "p" }), {
    code: "ResourceNotFoundException",
    message: "Policy with name [p] does not exist.",
  })
})

test("a region has ten policies at most, each of them JSON", async () => {
  const { call } = logsService()
  await assert.rejects(call("PutResourcePolicy", { policyName: "p", policyDocument: "no" }), {
    code: "InvalidParameterException",
  })
  await assert.rejects(call("PutResourcePolicy", { policyDocument }), { code: "InvalidParameterException" })
  await assert.rejects(call("PutResourcePolicy", { resourceArn: "arn", policyDocument }), {
    code: "NotImplemented",
    status: 501,
  })
  for (let i = 0; i < 10; i++) await call("PutResourcePolicy", { policyName: `p${i}`, policyDocument })
  await assert.rejects(call("PutResourcePolicy", { policyName: "p10", policyDocument }), {
    code: "LimitExceededException",
  })
  await call("PutResourcePolicy", { policyName: "p9", policyDocument: "{}" })
  const page = await call("DescribeResourcePolicies", { limit: 7 })
  assert.equal(page.resourcePolicies?.length, 7)
  const rest = await call("DescribeResourcePolicies", { limit: 7, nextToken: page.nextToken })
  assert.equal(rest.resourcePolicies?.length, 3)
  assert.equal(rest.nextToken, undefined)
})
