// CloudWatch Logs as the SDK and the AWS CLI see it.
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  InvalidParameterException,
  InvalidSequenceTokenException,
  PutLogEventsCommand,
  paginateDescribeLogStreams,
  paginateFilterLogEvents,
  paginateGetLogEvents,
  ResourceAlreadyExistsException,
  ResourceNotFoundException,
  StartQueryCommand,
} from "@aws-sdk/client-cloudwatch-logs"
import { logsService } from "../../src/services/logs/index.ts"
import { type AwsEndpoint, account, awsEndpoint, type MintedKey } from "../support/aws-endpoint.ts"
import { aHost, aTask } from "../support/rows.ts"

const machineKey: MintedKey = {
  accessKeyId: "RSTDMACHINE000000001",
  secret: "a machine's secret",
  caller: {
    account: "000000000000",
    arn: "arn:aws:sts::000000000000:assumed-role/RoadsteadHost/m-1",
    kind: "machine",
    machineId: "m-1",
  },
}

let aws: AwsEndpoint
let client: CloudWatchLogsClient
before(async () => {
  aws = await awsEndpoint([logsService({ wallTime: (cloud) => cloud })], machineKey)
  client = new CloudWatchLogsClient(aws.sdk)
})
after(async () => {
  client.destroy()
  await aws.close()
})

const now = Date.now()
const put = (logGroupName: string, logStreamName: string, messages: readonly string[], at = now) =>
  client.send(
    new PutLogEventsCommand({
      logGroupName,
      logStreamName,
      logEvents: messages.map((message, i) => ({ timestamp: at + i, message })),
    }),
  )
const make = async (logGroupName: string, ...streams: readonly string[]) => {
  await client.send(new CreateLogGroupCommand({ logGroupName }))
  for (const logStreamName of streams) await client.send(new CreateLogStreamCommand({ logGroupName, logStreamName }))
}

test("the SDK's paginators read everything that was put, once and in order, and end", async () => {
  await make("pages", "a", "b", "c")
  const texts = Array.from({ length: 25 }, (_, i) => `line ${i}`)
  await put("pages", "a", texts)
  await put("pages", "b", ["other"], now + 5)

  const got: (string | undefined)[] = []
  const input = { logGroupName: "pages", logStreamName: "a", startFromHead: true }
  for await (const page of paginateGetLogEvents({ client, pageSize: 10, stopOnSameToken: true }, input)) {
    got.push(...(page.events ?? []).map((event) => event.message))
  }
  assert.deepEqual(got, texts)

  const filtered: (string | undefined)[] = []
  for await (const page of paginateFilterLogEvents({ client, pageSize: 7 }, { logGroupName: "pages" })) {
    filtered.push(...(page.events ?? []).map((event) => event.message))
  }
  assert.deepEqual(filtered, [...texts.slice(0, 6), "other", ...texts.slice(6)])

  const streams: (string | undefined)[] = []
  for await (const page of paginateDescribeLogStreams({ client, pageSize: 2 }, { logGroupName: "pages" })) {
    streams.push(...(page.logStreams ?? []).map((stream) => stream.logStreamName))
  }
  assert.deepEqual(streams, ["a", "b", "c"])
})

test("errors are the SDK's own classes", async () => {
  await make("doubled")
  await assert.rejects(
    make("doubled"),
    (error) =>
      error instanceof ResourceAlreadyExistsException && error.message === "The specified log group already exists",
  )
  await assert.rejects(
    client.send(new GetLogEventsCommand({ logGroupName: "doubled", logStreamName: "none" })),
    (error) =>
      error instanceof ResourceNotFoundException && error.message === "The specified log stream does not exist.",
  )
  await assert.rejects(
    client.send(new FilterLogEventsCommand({ logGroupName: "doubled", filterPattern: "a:b" })),
    (error) => error instanceof InvalidParameterException && error.message === "Invalid character(s) in term ':'",
  )
  await assert.rejects(
    client.send(
      new StartQueryCommand({ logGroupName: "doubled", startTime: 0, endTime: 1, queryString: "fields @message" }),
    ),
    (error: Error & { $metadata: { httpStatusCode: number } }) => {
      assert.equal(error.name, "NotImplemented")
      assert.equal(error.message, "Roadstead does not implement logs:StartQuery yet.")
      assert.equal(error.$metadata.httpStatusCode, 501)
      return true
    },
  )
})

test("rejected events are named in the answer", async () => {
  await make("old", "s")
  const answer = await put("old", "s", ["x"], now - 20 * 86_400_000)
  assert.deepEqual(answer.rejectedLogEventsInfo, { tooOldLogEventEndIndex: 1 })
  const { logGroups } = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: "old" }))
  assert.equal(logGroups?.[0]?.storedBytes, 0)
})

test("aws logs tail --follow prints what is there and matches, then what comes, each line once", async () => {
  await make("tailed", "web/app/1", "web/app/2")
  await put("tailed", "web/app/1", ["first", "noise"])
  await put("tailed", "web/app/2", ["second"], now + 1)
  const tail = aws.startCli(
    "logs",
    "tail",
    "tailed",
    "--follow",
    "--since",
    "1h",
    "--format",
    "short",
    "--filter-pattern=-noise",
  )
  const ended = new Promise((resolve) => tail.on("close", resolve))
  let printed = ""
  const until = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => printed.includes(text) && resolve()
      tail.stdout.on("data", look)
      tail.on("close", () => reject(new Error(`tail ended before it printed ${text}: ${printed}`)))
      look()
    })
  tail.stdout.on("data", (data) => {
    printed += data
  })
  try {
    await until("second")
    await put("tailed", "web/app/1", ["noise", "third"], now + 2)
    await until("third")
  } finally {
    tail.kill("SIGINT")
    await ended
  }
  assert.deepEqual(
    printed
      .trim()
      .split("\n")
      .map((line) => line.split(" ").at(-1)),
    ["first", "second", "third"],
  )
})

test("the CLI makes, fills and reads a stream", async () => {
  const run = async (...args: string[]) => {
    const { code, json, stderr } = await aws.cli("logs", ...args)
    assert.equal(code, 0, stderr)
    return json
  }
  await run("create-log-group", "--log-group-name", "/cli/group", "--tags", "team=a")
  const stream = ["--log-group-name", "/cli/group", "--log-stream-name", "s"]
  await run("create-log-stream", ...stream)
  await run("put-log-events", ...stream, "--log-events", `timestamp=${now},message=hello`)
  await run("put-retention-policy", "--log-group-name", "/cli/group", "--retention-in-days", "7")
  const events = await run("get-log-events", ...stream, "--query", "events[].message")
  assert.deepEqual(events, ["hello"])
  const groups = await run("describe-log-groups", "--query", "logGroups[?logGroupName=='/cli/group'].retentionInDays")
  assert.deepEqual(groups, [7])
})

test("an agent sends a piece twice, is told where to go on, and the account reads each line once", async () => {
  aws.state.transact((tx) => {
    tx.containerInstances.put(aHost())
    tx.tasks.put(aTask({ account }))
  })
  await make("/ecs/web", "web/app/1")
  const credentials = { accessKeyId: machineKey.accessKeyId, secretAccessKey: machineKey.secret }
  const agent = new CloudWatchLogsClient({ ...aws.sdk, credentials })
  const send = (message: string, sequenceToken: string) =>
    agent.send(
      new PutLogEventsCommand({
        logGroupName: `arn:aws:logs:us-east-1:${account}:log-group:/ecs/web`,
        logStreamName: "web/app/1",
        logEvents: [{ timestamp: now, message }],
        sequenceToken,
      }),
    )
  try {
    await send("one", "roadstead:c1:0:4")
    await send("one", "roadstead:c1:0:4")
    await assert.rejects(
      send("two", "roadstead:c1:6:10"),
      (error) => error instanceof InvalidSequenceTokenException && error.expectedSequenceToken === "roadstead:c1:4",
    )
    await send("two", "roadstead:c1:4:8")
    await assert.rejects(agent.send(new DescribeLogGroupsCommand({})), { name: "AccessDeniedException" })
  } finally {
    agent.destroy()
  }
  const { events } = await client.send(
    new GetLogEventsCommand({ logGroupName: "/ecs/web", logStreamName: "web/app/1" }),
  )
  assert.deepEqual(
    events?.map((event) => event.message),
    ["one", "two"],
  )
})
