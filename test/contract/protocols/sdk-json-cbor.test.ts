// The wire as the AWS SDK for JavaScript sees it, part one: the JSON and CBOR protocols, and the services that speak several.
// The XML and REST protocols are in sdk-query-rest.test.ts.
import assert from "node:assert/strict"
import { hash } from "node:crypto"
import { after, before, test } from "node:test"
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  PutMetricDataCommand,
  ResourceNotFoundException,
} from "@aws-sdk/client-cloudwatch"
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb"
import {
  ClusterNotFoundException,
  ConflictException,
  DescribeTasksCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
} from "@aws-sdk/client-ecs"
import { QueueDoesNotExist, ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs"
import { AwsQueryProtocol, AwsSmithyRpcV2CborProtocol } from "@aws-sdk/core/protocols"
import { Fault } from "../../../src/kernel/index.ts"
import { sdkConfig, startTestWire, type TestWire } from "../../support/wire-server.ts"

let wire: TestWire
before(async () => {
  wire = await startTestWire()
})
after(() => wire.close())

const config = () => sdkConfig(wire)
/** The SDK checks these of every message. */
const md5 = (text: string) => hash("md5", text, "hex")
const startedAt = new Date("2024-05-06T07:08:09.123Z")

test("awsJson1.1: a task goes there and back, dates and all", async () => {
  const ecs = new ECSClient(config())
  wire.answer(() => ({
    tasks: [{ taskArn: "arn:1", startedAt, cpu: "256", containers: [{ name: "app", exitCode: 0 }] }],
    failures: [],
  }))
  const { tasks, failures } = await ecs.send(new DescribeTasksCommand({ tasks: ["t"], include: ["TAGS"] }))
  assert.deepEqual(tasks, [{ taskArn: "arn:1", startedAt, cpu: "256", containers: [{ name: "app", exitCode: 0 }] }])
  assert.deepEqual(failures, [])
  assert.deepEqual(wire.lastInput(), { tasks: ["t"], include: ["TAGS"] })
  assert.deepEqual(wire.last().scope, { account: "123456789012", region: "eu-central-1" })
  assert.equal(wire.last().caller.arn, "arn:aws:iam::123456789012:root")
  assert.equal(wire.last().caller.sourceIp, "127.0.0.1")
})

test("awsJson1.1: nested input arrives as it was given", async () => {
  const ecs = new ECSClient(config())
  wire.answer(() => ({ taskDefinition: { revision: 1 } }))
  const input = {
    family: "f",
    containerDefinitions: [
      {
        name: "a",
        image: "i",
        logConfiguration: { logDriver: "awslogs" as const, options: { "awslogs-group": "g" } },
        healthCheck: { command: ["CMD", "x"], interval: 5 },
      },
    ],
  }
  await ecs.send(new RegisterTaskDefinitionCommand(input))
  assert.deepEqual(wire.lastInput(), input)
})

test("awsJson1.1: modelled errors are instances of their classes, with their members", async () => {
  const ecs = new ECSClient(config())
  wire.answer(() => {
    throw new Fault("ClusterNotFoundException", "Cluster not found.")
  })
  await assert.rejects(ecs.send(new DescribeTasksCommand({ tasks: ["t"] })), (e: unknown) => {
    assert.ok(e instanceof ClusterNotFoundException)
    assert.equal(e.message, "Cluster not found.")
    assert.equal(e.$metadata.httpStatusCode, 400)
    assert.match(e.$metadata.requestId ?? "", /^[0-9a-f-]{36}$/)
    return true
  })
  wire.answer(() => {
    throw new Fault("ConflictException", "Taken.", { fields: { resourceIds: ["arn:1"] } })
  })
  await assert.rejects(
    ecs.send(new RunTaskCommand({ taskDefinition: "f" })),
    (e: unknown) => e instanceof ConflictException && e.resourceIds?.[0] === "arn:1",
  )
})

test("awsJson1.0: DynamoDB's unions and blobs", async () => {
  const dynamo = new DynamoDBClient(config())
  wire.answer(({ input }) => ({ Attributes: (input as { Item: object }).Item }))
  const Item = {
    s: { S: "text" },
    b: { B: new Uint8Array([1, 2, 255]) },
    l: { L: [{ N: "1" }, { NULL: true as const }] },
    m: { M: { deep: { BOOL: false } } },
  }
  const { Attributes } = await dynamo.send(new PutItemCommand({ TableName: "t", Item }))
  assert.deepEqual(Attributes, Item)
})

for (const [name, protocol] of [
  ["awsJson1.0", undefined],
  ["rpc-v2-cbor", AwsSmithyRpcV2CborProtocol],
  ["awsQuery", AwsQueryProtocol],
] as const) {
  test(`CloudWatch over ${name}: input, output, dates, compressed bodies and errors`, async () => {
    const cloudwatch = new CloudWatchClient({ ...config(), ...(protocol ? { protocol } : {}) })
    wire.answer(() => ({}))
    const MetricData = [
      {
        MetricName: "CPU",
        Timestamp: startedAt,
        Value: 1.5,
        Dimensions: [{ Name: "Cluster", Value: "c & d" }],
        Values: [1, 2],
        Counts: [3, 4],
      },
    ]
    await cloudwatch.send(new PutMetricDataCommand({ Namespace: "N", MetricData }))
    assert.deepEqual(wire.lastInput(), { Namespace: "N", MetricData })
    // Above 10 KiB the SDK compresses this operation's body with gzip.
    const many = Array.from({ length: 300 }, (_, i) => ({ MetricName: `CPU${i}`, Value: i }))
    await cloudwatch.send(new PutMetricDataCommand({ Namespace: "N", MetricData: many }))
    assert.deepEqual(wire.lastInput(), { Namespace: "N", MetricData: many })
    const results = {
      MetricDataResults: [{ Id: "m", Timestamps: [startedAt], Values: [0.25], StatusCode: "Complete" as const }],
    }
    wire.answer(() => results)
    const { $metadata: _, ...output } = await cloudwatch.send(
      new GetMetricDataCommand({
        StartTime: startedAt,
        EndTime: startedAt,
        MetricDataQueries: [{ Id: "m", Expression: "a+b" }],
      }),
    )
    assert.deepEqual(output, results)
    wire.answer(() => {
      throw new Fault("ResourceNotFoundException", "No such alarm.")
    })
    await assert.rejects(
      cloudwatch.send(new DescribeAlarmsCommand({})),
      (e: unknown) => e instanceof ResourceNotFoundException && e.message === "No such alarm.",
    )
  })
}

for (const [name, protocol] of [
  ["awsJson1.0", undefined],
  ["awsQuery", AwsQueryProtocol],
] as const) {
  test(`SQS over ${name}: attributes, bytes and the old error codes`, async () => {
    const sqs = new SQSClient({
      ...config(),
      ...(protocol
        ? {
            protocol,
            protocolSettings: {
              defaultNamespace: "com.amazonaws.sqs",
              version: "2012-11-05",
              xmlNamespace: "http://queue.amazonaws.com/doc/2012-11-05/",
              serviceTarget: "AmazonSQS",
            },
          }
        : {}),
    })
    const QueueUrl = `${wire.endpoint}/000000000000/q`
    wire.answer(() => ({ MessageId: "1", MD5OfMessageBody: md5("hi") }))
    const MessageAttributes = {
      b: { DataType: "Binary", BinaryValue: new Uint8Array([0, 255]) },
      s: { DataType: "String", StringValue: "x" },
    }
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "hi", MessageAttributes }))
    assert.deepEqual(wire.lastInput(), { QueueUrl, MessageBody: "hi", MessageAttributes })
    wire.answer(() => ({
      Messages: [
        {
          MessageId: "1",
          Body: "<hi> & bye",
          MD5OfBody: md5("<hi> & bye"),
          Attributes: { SentTimestamp: "1", ApproximateReceiveCount: "2" },
        },
      ],
    }))
    const { Messages } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 2, MessageAttributeNames: ["All"] }),
    )
    assert.deepEqual(Messages?.[0]?.Attributes, { SentTimestamp: "1", ApproximateReceiveCount: "2" })
    wire.answer(() => {
      throw new Fault("QueueDoesNotExist", "The specified queue does not exist.")
    })
    await assert.rejects(sqs.send(new ReceiveMessageCommand({ QueueUrl })), (e: unknown) => {
      assert.ok(
        e instanceof QueueDoesNotExist || (e as { Code?: string }).Code === "AWS.SimpleQueueService.NonExistentQueue",
        String(e),
      )
      return true
    })
  })
}
