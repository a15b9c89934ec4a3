// The wire as the AWS SDK for JavaScript sees it, part two: the query and REST protocols, and what holds in every protocol.
// The JSON and CBOR protocols are in sdk-json-cbor.test.ts.
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { CloudWatchClient, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch"
import { CreateTagsCommand, DescribeVpcsCommand, EC2Client } from "@aws-sdk/client-ec2"
import { ECSClient, RunTaskCommand } from "@aws-sdk/client-ecs"
import { CreateFileSystemCommand, DescribeFileSystemsCommand, EFSClient, FileSystemNotFound } from "@aws-sdk/client-efs"
import { DescribeLoadBalancersCommand, ElasticLoadBalancingClient } from "@aws-sdk/client-elastic-load-balancing"
import { DescribeTargetHealthCommand, ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2"
import { GetRoleCommand, IAMClient, NoSuchEntityException } from "@aws-sdk/client-iam"
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3"
import {
  CreateScheduleCommand,
  ResourceNotFoundException as NoSchedule,
  SchedulerClient,
} from "@aws-sdk/client-scheduler"
import { ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs"
import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts"
import { AwsSmithyRpcV2CborProtocol } from "@aws-sdk/core/protocols"
import { Fault, notImplemented } from "../../../src/kernel/index.ts"
import { sdkConfig, startTestWire, type TestWire } from "../../support/wire-server.ts"

let wire: TestWire
before(async () => {
  wire = await startTestWire()
})
after(() => wire.close())

const config = () => sdkConfig(wire)
const startedAt = new Date("2024-05-06T07:08:09.123Z")

test("awsQuery: IAM and the two generations of ELB, which share a signing name", async () => {
  const iam = new IAMClient({ ...config(), region: "us-east-1" })
  wire.answer(() => ({
    Role: {
      Path: "/",
      RoleName: "r",
      RoleId: "AROA",
      Arn: "arn",
      CreateDate: new Date("2024-01-01T00:00:00Z"),
      Tags: [{ Key: "k", Value: "<v>" }],
    },
  }))
  const { Role } = await iam.send(new GetRoleCommand({ RoleName: "r" }))
  assert.deepEqual(Role?.Tags, [{ Key: "k", Value: "<v>" }])
  assert.deepEqual(Role?.CreateDate, new Date("2024-01-01T00:00:00Z"))
  wire.answer(() => {
    throw new Fault("NoSuchEntityException", "The role with name r cannot be found.")
  })
  await assert.rejects(
    iam.send(new GetRoleCommand({ RoleName: "r" })),
    (e: unknown) => e instanceof NoSuchEntityException && e.$metadata.httpStatusCode === 404,
  )
  wire.answer(() => ({
    TargetHealthDescriptions: [{ Target: { Id: "10.0.0.1", Port: 80 }, TargetHealth: { State: "healthy" } }],
  }))
  const health = await new ElasticLoadBalancingV2Client(config()).send(
    new DescribeTargetHealthCommand({ TargetGroupArn: "tg", Targets: [{ Id: "10.0.0.1", Port: 80 }] }),
  )
  assert.deepEqual(health.TargetHealthDescriptions, [
    { Target: { Id: "10.0.0.1", Port: 80 }, TargetHealth: { State: "healthy" } },
  ])
  assert.equal(wire.last().service, "elbv2")
  assert.deepEqual(wire.lastInput(), { TargetGroupArn: "tg", Targets: [{ Id: "10.0.0.1", Port: 80 }] })
  wire.answer(() => ({ LoadBalancerDescriptions: [] }))
  await new ElasticLoadBalancingClient(config()).send(
    new DescribeLoadBalancersCommand({ LoadBalancerNames: ["a", "b"] }),
  )
  assert.equal(wire.last().service, "elb")
  assert.deepEqual(wire.lastInput(), { LoadBalancerNames: ["a", "b"] })
})

test("ec2Query: filters, item lists and its own error frame", async () => {
  const ec2 = new EC2Client(config())
  wire.answer(() => ({
    Vpcs: [
      {
        VpcId: "vpc-1",
        IsDefault: true,
        Tags: [{ Key: "k", Value: "v" }],
        CidrBlockAssociationSet: [{ CidrBlock: "10.0.0.0/16" }],
      },
    ],
  }))
  const { Vpcs } = await ec2.send(
    new DescribeVpcsCommand({
      Filters: [{ Name: "is-default", Values: ["true", "false"] }],
      VpcIds: ["vpc-1"],
      DryRun: false,
    }),
  )
  assert.deepEqual(Vpcs, [
    {
      VpcId: "vpc-1",
      IsDefault: true,
      Tags: [{ Key: "k", Value: "v" }],
      CidrBlockAssociationSet: [{ CidrBlock: "10.0.0.0/16" }],
    },
  ])
  assert.deepEqual(wire.lastInput(), {
    Filters: [{ Name: "is-default", Values: ["true", "false"] }],
    VpcIds: ["vpc-1"],
    DryRun: false,
  })
  await ec2.send(new CreateTagsCommand({ Resources: ["vpc-1"], Tags: [{ Key: "k", Value: "v" }] }))
  wire.answer(() => {
    throw new Fault("InvalidVpcID.NotFound", "The vpc ID 'vpc-2' does not exist")
  })
  await assert.rejects(ec2.send(new DescribeVpcsCommand({})), {
    name: "InvalidVpcID.NotFound",
    message: "The vpc ID 'vpc-2' does not exist",
  })
})

test("restJson1: paths, query members, bodies and the error header", async () => {
  const efs = new EFSClient(config())
  wire.answer(() => ({ FileSystemId: "fs-1", CreationTime: startedAt, SizeInBytes: { Value: 6144 } }))
  const created = await efs.send(new CreateFileSystemCommand({ CreationToken: "c", Encrypted: true }))
  assert.equal(created.$metadata.httpStatusCode, 201)
  assert.deepEqual(created.CreationTime, startedAt)
  wire.answer(() => {
    throw new Fault("FileSystemNotFound", "File system 'fs-2' does not exist.", {
      fields: { ErrorCode: "FileSystemNotFound" },
    })
  })
  await assert.rejects(
    efs.send(new DescribeFileSystemsCommand({ FileSystemId: "fs-2", MaxItems: 3 })),
    (e: unknown) =>
      e instanceof FileSystemNotFound && e.$metadata.httpStatusCode === 404 && e.ErrorCode === "FileSystemNotFound",
  )
  assert.deepEqual(wire.lastInput(), { FileSystemId: "fs-2", MaxItems: 3 })
  const scheduler = new SchedulerClient(config())
  wire.answer(() => {
    throw new Fault("ResourceNotFoundException", "Schedule group g does not exist.")
  })
  const schedule = {
    Name: "a b/ü",
    GroupName: "g",
    ScheduleExpression: "rate(1 minute)",
    StartDate: new Date("2024-01-01T00:00:00Z"),
    FlexibleTimeWindow: { Mode: "OFF" as const },
    Target: { Arn: "arn", RoleArn: "role" },
    ClientToken: "t",
  }
  await assert.rejects(scheduler.send(new CreateScheduleCommand(schedule)), NoSchedule)
  assert.deepEqual(wire.lastInput(), schedule)
})

test("restXml: S3 in path style", async () => {
  const s3 = new S3Client({
    ...config(),
    forcePathStyle: true,
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  })
  wire.answer(() => ({
    Name: "b",
    KeyCount: 1,
    IsTruncated: false,
    Contents: [{ Key: "a/<b>", Size: 3, LastModified: startedAt }],
  }))
  const listed = await s3.send(new ListObjectsV2Command({ Bucket: "b", Prefix: "a/" }))
  assert.deepEqual(listed.Contents, [{ Key: "a/<b>", Size: 3, LastModified: startedAt }])
  assert.deepEqual(wire.lastInput(), { Bucket: "b", Prefix: "a/" })
  wire.answer(() => ({ ETag: '"e"' }))
  const put = await s3.send(
    new PutObjectCommand({ Bucket: "b", Key: "a/ü b", Body: "hello", Metadata: { k: "v" }, ContentType: "text/plain" }),
  )
  assert.equal(put.ETag, '"e"')
  const input = wire.lastInput<{ Body: Uint8Array; Key: string; Metadata: object }>()
  assert.deepEqual([Buffer.from(input.Body).toString(), input.Key, input.Metadata], ["hello", "a/ü b", { k: "v" }])
  wire.answer(() => ({
    Body: new Uint8Array(Buffer.from("hello")),
    ContentLength: 5,
    LastModified: new Date("2024-01-01T00:00:00Z"),
  }))
  const got = await s3.send(new GetObjectCommand({ Bucket: "b", Key: "k" }))
  assert.equal(await got.Body?.transformToString(), "hello")
  wire.answer(() => ({ Deleted: [{ Key: "x" }] }))
  await s3.send(
    new DeleteObjectsCommand({ Bucket: "b", Delete: { Objects: [{ Key: "x" }, { Key: "y" }], Quiet: false } }),
  )
  assert.deepEqual(wire.lastInput<{ Delete: object }>().Delete, {
    Objects: [{ Key: "x" }, { Key: "y" }],
    Quiet: false,
  })
  wire.answer(() => {
    throw new Fault("NoSuchKey", "The specified key does not exist.")
  })
  await assert.rejects(s3.send(new GetObjectCommand({ Bucket: "b", Key: "k" })), NoSuchKey)
})

test("what is not built says so in every protocol: 501, NotImplemented, naming the operation", async () => {
  wire.answer(({ service, operation }) => {
    throw notImplemented(service, operation)
  })
  const calls: [string, () => Promise<unknown>][] = [
    ["ecs:RunTask", () => new ECSClient(config()).send(new RunTaskCommand({ taskDefinition: "f" }))],
    [
      "cloudwatch:DescribeAlarms",
      () =>
        new CloudWatchClient({ ...config(), protocol: AwsSmithyRpcV2CborProtocol }).send(new DescribeAlarmsCommand({})),
    ],
    ["sqs:ReceiveMessage", () => new SQSClient(config()).send(new ReceiveMessageCommand({ QueueUrl: "q" }))],
    ["iam:GetRole", () => new IAMClient(config()).send(new GetRoleCommand({ RoleName: "r" }))],
    ["ec2:DescribeVpcs", () => new EC2Client(config()).send(new DescribeVpcsCommand({}))],
    ["efs:DescribeFileSystems", () => new EFSClient(config()).send(new DescribeFileSystemsCommand({}))],
    [
      "s3:GetObject",
      () => new S3Client({ ...config(), forcePathStyle: true }).send(new GetObjectCommand({ Bucket: "b", Key: "k" })),
    ],
  ]
  for (const [name, call] of calls) {
    await assert.rejects(call(), (e: { name?: string; message?: string; $metadata?: { httpStatusCode?: number } }) => {
      assert.deepEqual(
        [e.name, e.message, e.$metadata?.httpStatusCode],
        ["NotImplemented", `Roadstead does not implement ${name} yet.`, 501],
      )
      return true
    })
  }
})

test("operations that AWS takes unsigned are taken unsigned, and only those", async () => {
  const sts = new STSClient({
    endpoint: wire.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "x", secretAccessKey: "y" },
    maxAttempts: 1,
  })
  wire.answer(() => ({ SubjectFromWebIdentityToken: "me" }))
  const { SubjectFromWebIdentityToken } = await sts.send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: "arn:aws:iam::123456789012:role/r",
      RoleSessionName: "s",
      WebIdentityToken: "token",
    }),
  )
  assert.equal(SubjectFromWebIdentityToken, "me")
  const answer = await fetch(`${wire.endpoint}/?Action=GetCallerIdentity&Version=2011-06-15`)
  assert.equal(answer.status, 403)
  assert.match(await answer.text(), /<Code>MissingAuthenticationToken<\/Code>/)
  wire.answer(() => ({ Account: "123456789012", Arn: "arn", UserId: "u" }))
  assert.equal((await sts.send(new GetCallerIdentityCommand({}))).Account, "123456789012")
})
