// STS as the SDK and the AWS CLI see it, over the query protocol.
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts"
import { sts } from "../../src/services/sts/index.ts"
import { type AwsEndpoint, account, awsEndpoint } from "../support/aws-endpoint.ts"

let aws: AwsEndpoint
let client: STSClient
before(async () => {
  aws = await awsEndpoint([sts])
  client = new STSClient(aws.sdk)
})
after(async () => {
  client.destroy()
  await aws.close()
})

const identity = { Account: account, Arn: `arn:aws:iam::${account}:root`, UserId: account }

test("a key that is an account number is that account's root", async () => {
  const { $metadata, ...answer } = await client.send(new GetCallerIdentityCommand({}))
  assert.deepEqual(answer, identity)
  assert.equal($metadata.httpStatusCode, 200)
  const { json, stderr } = await aws.cli("sts", "get-caller-identity")
  assert.deepEqual(json, identity, stderr)
})

test("a role cannot be assumed, and the answer says so", async () => {
  const assume = new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${account}:role/x`, RoleSessionName: "ci" })
  await assert.rejects(client.send(assume), { name: "NotImplemented", message: /sts:AssumeRole/ })
})
