// The wire as the AWS CLI of Debian (2.9) sees it: it is older than the SDKs and still speaks query to SQS and CloudWatch.
import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { after, before, test } from "node:test"
import { promisify } from "node:util"
import { Fault } from "../../../src/kernel/index.ts"
import { mintedKey, startTestWire, type TestWire } from "../../support/wire-server.ts"

const run = promisify(execFile)
const cli = "/usr/bin/aws"

let wire: TestWire
before(async () => {
  wire = await startTestWire({ keys: { AKIAMINTED: mintedKey } })
})
after(() => wire.close())

const aws = async (...args: string[]): Promise<unknown> => {
  const { stdout } = await run(cli, ["--endpoint-url", wire.endpoint, "--output", "json", ...args], {
    env: {
      PATH: "/usr/bin:/bin",
      AWS_ACCESS_KEY_ID: "AKIAMINTED",
      AWS_SECRET_ACCESS_KEY: "minted-secret",
      AWS_SESSION_TOKEN: "minted-token",
      AWS_DEFAULT_REGION: "eu-west-2",
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_MAX_ATTEMPTS: "1",
    },
  })
  return stdout === "" ? undefined : JSON.parse(stdout)
}

test("ecs list-clusters, signed with a minted key", async () => {
  wire.answer(() => ({ clusterArns: ["arn:aws:ecs:eu-west-2:111122223333:cluster/c"] }))
  assert.deepEqual(await aws("ecs", "list-clusters"), { clusterArns: ["arn:aws:ecs:eu-west-2:111122223333:cluster/c"] })
  assert.deepEqual(wire.last().scope, { account: "111122223333", region: "eu-west-2" })
  assert.equal(wire.last().caller.arn, mintedKey.caller.arn)
})

test("sts get-caller-identity", async () => {
  wire.answer(({ caller }) => ({ UserId: "u", Account: caller.account, Arn: caller.arn }))
  assert.deepEqual(await aws("sts", "get-caller-identity"), {
    UserId: "u",
    Account: "111122223333",
    Arn: mintedKey.caller.arn,
  })
})

test("ec2 describe-vpcs with filters", async () => {
  wire.answer(() => ({ Vpcs: [{ VpcId: "vpc-1", CidrBlock: "172.31.0.0/16" }] }))
  assert.deepEqual(await aws("ec2", "describe-vpcs", "--filters", "Name=is-default,Values=true"), {
    Vpcs: [{ VpcId: "vpc-1", CidrBlock: "172.31.0.0/16" }],
  })
  assert.deepEqual(wire.lastInput(), { Filters: [{ Name: "is-default", Values: ["true"] }] })
})

test("sqs in the old query form: flattened maps both ways, the old error code", async () => {
  wire.answer(() => ({ QueueUrl: "http://q" }))
  await aws(
    "sqs",
    "create-queue",
    "--queue-name",
    "q",
    "--attributes",
    "DelaySeconds=5,VisibilityTimeout=9",
    "--tags",
    "a=b",
  )
  assert.deepEqual(wire.lastInput(), {
    QueueName: "q",
    Attributes: { DelaySeconds: "5", VisibilityTimeout: "9" },
    tags: { a: "b" },
  })
  wire.answer(() => ({ Attributes: { QueueArn: "arn", DelaySeconds: "5" } }))
  assert.deepEqual(
    await aws("sqs", "get-queue-attributes", "--queue-url", `${wire.endpoint}/1/q`, "--attribute-names", "All"),
    { Attributes: { QueueArn: "arn", DelaySeconds: "5" } },
  )
  assert.deepEqual(wire.lastInput<{ AttributeNames: string[] }>().AttributeNames, ["All"])
  wire.answer(() => {
    throw new Fault("QueueDoesNotExist", "The specified queue does not exist.")
  })
  await assert.rejects(
    aws("sqs", "get-queue-url", "--queue-name", "none"),
    /AWS\.SimpleQueueService\.NonExistentQueue\).*GetQueueUrl operation.*: The specified queue does not exist/,
  )
})

test("s3 and scheduler: REST routes, signed paths", async () => {
  wire.answer(() => ({ Contents: [{ Key: "a b/ü", Size: 1 }] }))
  assert.deepEqual(await aws("s3api", "list-objects-v2", "--bucket", "b", "--prefix", "a b/"), {
    Contents: [{ Key: "a b/ü", Size: 1 }],
  })
  wire.answer(() => ({ Name: "s", State: "ENABLED" }))
  assert.deepEqual(await aws("scheduler", "get-schedule", "--name", "s", "--group-name", "g"), {
    Name: "s",
    State: "ENABLED",
  })
  assert.deepEqual(wire.lastInput(), { Name: "s", GroupName: "g" })
})
