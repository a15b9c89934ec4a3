// Log options of Fargate tasks on a real engine: events of several lines, streams, splunk, and what AWS says when a log
// configuration cannot work.
import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { promisify } from "node:util"
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam"
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm"
import { engineWithImage, fargateUser, idOf, shell } from "../support/live-fargate.ts"
import { withEngine } from "../support/namespace.ts"
import { trustOf } from "../support/rows.ts"
import { type RunningRoadstead, startUp } from "../support/up.ts"

const engine = await withEngine(import.meta.filename)
const docker = await engineWithImage(engine.socketPath)
let roadstead: RunningRoadstead
let user: ReturnType<typeof fargateUser>

/** The account's root, as everywhere in these tests. */
const cli = { AWS_ACCESS_KEY_ID: "000000000000", AWS_SECRET_ACCESS_KEY: "test", AWS_DEFAULT_REGION: "us-east-1" }

before(async () => {
  roadstead = await startUp([
    ...["--port", "4566", "--data", join(engine.folder, "data"), "--docker-host", `unix://${engine.socketPath}`],
    ...["--log-format", "json"],
  ])
  user = fargateUser(roadstead.endpoint)
  await user.createCluster()
})
after(async () => {
  user?.close()
  await roadstead?.stop()
  docker.close()
})

const clients = () => {
  const credentials = { accessKeyId: cli.AWS_ACCESS_KEY_ID, secretAccessKey: cli.AWS_SECRET_ACCESS_KEY }
  const config = { endpoint: roadstead.endpoint, region: cli.AWS_DEFAULT_REGION, credentials }
  return { iam: new IAMClient(config), ssm: new SSMClient(config) }
}

const awslogs = (group: string, more: Record<string, string> = {}) => ({
  logConfiguration: {
    logDriver: "awslogs" as const,
    options: { "awslogs-group": group, "awslogs-region": "us-east-1", "awslogs-stream-prefix": "p", ...more },
  },
})

test("stack traces arrive in one piece, in a group that was made for them", async () => {
  const trace =
    "2026-11-26 10:00:01 ERROR boom\\n  at a (a.js:1)\\n\\n  at b (b.js:2)\\n2026-11-26 10:00:02 INFO fine\\n"
  const arn = await user.start([
    shell("web", `printf '${trace}'`, {
      ...awslogs("/live/made", { "awslogs-create-group": "true", "awslogs-datetime-format": "%Y-%m-%d %H:%M:%S" }),
      essential: false,
    }),
    shell("worker", `printf 'START 1\\nmore\\nSTART 2\\n'`, {
      ...awslogs("/live/made", {
        "awslogs-multiline-pattern": "^START",
        mode: "non-blocking",
        "max-buffer-size": "1m",
      }),
      dependsOn: [{ containerName: "web", condition: "SUCCESS" }],
    }),
  ])
  const task = await user.stopped(arn)
  assert.equal(task.stopCode, "EssentialContainerExited", task.stoppedReason)
  assert.deepEqual(await user.lines("/live/made", `p/web/${idOf(arn)}`), [
    "2026-11-26 10:00:01 ERROR boom\n  at a (a.js:1)\n\n  at b (b.js:2)\n",
    "2026-11-26 10:00:02 INFO fine\n",
  ])
  // The same as a user of the CLI sees it.
  const { stdout } = await promisify(execFile)(
    "aws",
    [
      ...["logs", "get-log-events", "--log-group-name", "/live/made", "--log-stream-name", `p/web/${idOf(arn)}`],
      ...[
        "--endpoint-url",
        roadstead.endpoint,
        "--start-from-head",
        "--query",
        "events[0].message",
        "--output",
        "text",
      ],
    ],
    { env: { ...process.env, ...cli } },
  )
  assert.match(stdout, /^2026-11-26 10:00:01 ERROR boom\n {2}at a \(a\.js:1\)\n\n {2}at b/)
  const worker = await user.lines("/live/made", `p/worker/${idOf(arn)}`)
  assert.deepEqual(worker, ["START 1\nmore\n", "START 2\n"])
})

test("a log configuration that cannot work stops the task before it runs, in the words of AWS", async () => {
  const reasonOf = async (options: Record<string, string>) => {
    const task = await user.stopped(await user.start([shell("main", "true", awslogs("/live/nowhere", options))]))
    assert.equal(task.stopCode, "TaskFailedToStart")
    return task.stoppedReason
  }
  assert.equal(
    await reasonOf({}),
    "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist. : exit status 1",
  )
  assert.equal(
    await reasonOf({ "awslogs-multiline-pattern": "(?=x)" }),
    'ResourceInitializationError: failed to validate logger args: awslogs could not parse multiline pattern key "(?=x)": error parsing regexp: invalid or unsupported Perl syntax: `(?=` : exit status 1',
  )
})

const secretOptions = [{ name: "splunk-token", valueFrom: "/splunk/token" }]

test("an option that is a secret needs an execution role, which nobody has made", async () => {
  const options = { "splunk-url": "http://127.0.0.1:1" }
  const main = shell("main", "true", { logConfiguration: { logDriver: "splunk", options, secretOptions } })
  await assert.rejects(user.start([main]), {
    name: "ClientException",
    message: /^ECS was unable to assume the role 'arn:aws:iam::000000000000:role\/execution'/,
  })
})

test("splunk is Docker's own: its collector gets the lines of a Fargate task", { timeout: 120_000 }, async (t) => {
  const { iam, ssm } = clients()
  t.after(() => {
    iam.destroy()
    ssm.destroy()
  })
  const RoleName = "execution"
  const allow = { Effect: "Allow", Action: ["ssm:GetParameters", "logs:*"], Resource: "*" }
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [allow] })
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trustOf("ecs-tasks.amazonaws.com") }))
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "reads", PolicyDocument }))
  await ssm.send(new PutParameterCommand({ Name: "/splunk/token", Value: "a-token", Type: "SecureString" }))
  let heard = (_: string) => {}
  const event = new Promise<string>((resolve) => {
    heard = resolve
  })
  const collector = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    if (request.method === "POST") heard(`${request.headers.authorization} ${Buffer.concat(chunks)}`)
    response.end("{}")
  }).listen(0, "127.0.0.1")
  await once(collector, "listening")
  t.after(() => collector.close())
  const options = {
    "splunk-url": `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
    "splunk-format": "raw",
  }
  await user.stopped(
    await user.start([
      shell("main", "echo to splunk", { logConfiguration: { logDriver: "splunk", options, secretOptions } }),
    ]),
  )
  assert.match(await event, /^Splunk a-token .*to splunk/)
})
