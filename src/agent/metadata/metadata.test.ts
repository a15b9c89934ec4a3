// Task metadata as a container reads it: the official agent's recorded answers, member by member, and who gets none.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { connect } from "node:net"
import { type TestContext, test } from "node:test"
import { TestClock } from "../../../test/support/test-clock.ts"
import { fault, silentLog } from "../../kernel/index.ts"
import { newCredentialsStore } from "../credentials.ts"
import { type FakeEngine, fakeEngine } from "../testing/engine.ts"
import { aContainer, aTask, clusterArn, taskArn } from "../testing/tasks.ts"
import { fakeEcs, instanceArn } from "../testing/wire.ts"
import type { TaskSnapshot } from "../types.ts"
import { startMetadataServer } from "./index.ts"

interface Recorded {
  readonly status: number
  readonly headers: readonly string[]
  readonly body: unknown
}
const golden = JSON.parse(
  readFileSync(new URL("../../../test/golden/agent/metadata.json", import.meta.url), "utf8"),
) as {
  answers: Record<string, Recorded>
}
const recorded = (name: string): Recorded => {
  const found = golden.answers[name]
  assert.ok(found, name)
  return found
}

const ms = (time: string) => Date.parse(time)
const ids = {
  init: "07bb5c9a139d4bed778587530d6e10dadfda82c4e32e83090dd61f06c312b5b2",
  web: "e7a475757a7e0bb6c1940c08d20bb146fbdcec6bed577362eab013c2a27c6672",
}
const imageId = "sha256:52780f333dc645a7c2fc4e8ecbd72292f927bf0876da9d57f24ba69cf80add5a"
const labels = (name: string, more = {}) => ({
  "com.amazonaws.ecs.cluster": "default",
  "com.amazonaws.ecs.container-name": name,
  "com.amazonaws.ecs.task-arn": taskArn,
  "com.amazonaws.ecs.task-definition-family": "demo",
  "com.amazonaws.ecs.task-definition-version": "3",
  ...more,
})
const mount = (name: string, destination: string) => ({
  name,
  source: `/var/lib/docker/volumes/${name}/_data`,
  destination,
})
const scratch = mount("ecs-demo-3-scratch-e6e0e9cacc8dd7dd3700", "/s")
const port = (containerPort: number, hostPort: number, protocol: "tcp" | "udp") =>
  ["0.0.0.0", "::"].map((bindIP) => ({ bindIP, containerPort, hostPort, protocol }))

/** The task that was recorded; its times are kept to the millisecond here. */
const recordedTask: TaskSnapshot = aTask({
  definition: { cpu: 0.25, memory: 128, launchType: "EXTERNAL", serviceName: "websvc" },
  containers: [
    aContainer({
      name: "init",
      metadataId: "INIT",
      runtimeId: ids.init,
      runtimeName: "ecs-demo-3-init-d0de81c4b29fe1c34700",
      imageId,
      known: "STOPPED",
      exitCode: 0,
      labels: labels("init"),
      mounts: [scratch],
      createdAt: ms("2026-11-23T11:24:31.242Z"),
      startedAt: ms("2026-11-23T11:24:31.689Z"),
      finishedAt: ms("2026-11-23T11:24:33.779Z"),
      definition: {
        cpu: 10,
        memory: 32,
        containerArn: "arn:aws:ecs:us-east-1:123456789012:container/default/1111/aaaa",
      },
    }),
    aContainer({
      name: "web",
      metadataId: "V3ID",
      runtimeId: ids.web,
      runtimeName: "ecs-demo-3-web-e8cca188e4a9c1cb1100",
      imageId,
      labels: labels("web", { "my.label": "x", "io.roadstead.owner": "ours" }),
      mounts: [scratch, mount("ecs-demo-3-e-e0f4bbf99bb3a1af2800", "/e")],
      addresses: ["172.17.0.2"],
      networkBindings: [...port(80, 32768, "tcp"), ...port(53, 18053, "udp")],
      logDriver: "json-file",
      health: { status: "HEALTHY", since: ms("2026-11-23T11:24:42.574Z"), output: "hi\n" },
      createdAt: ms("2026-11-23T11:24:36.745Z"),
      startedAt: ms("2026-11-23T11:24:37.455Z"),
      definition: {
        cpu: 100,
        memory: 64,
        containerArn: "arn:aws:ecs:us-east-1:123456789012:container/default/1111/bbbb",
      },
    }),
  ],
})

/** Recorded times have nanoseconds; ours come from Docker by the millisecond. */
const toMilliseconds = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value).replaceAll(
      /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})\d*Z/g,
      (_, time: string) => `${time.replace(/0+$/, "")}Z`,
    ),
  )

const statsDocument = {
  read: "2026-11-23T11:25:26.410451588Z",
  cpu_stats: { online_cpus: 2 },
  networks: { eth0: { rx_bytes: 946 } },
}

const setUp = async (t: TestContext, engine: FakeEngine = fakeEngine(recordedTask)) => {
  const clock = new TestClock()
  const credentials = newCredentialsStore()
  const ecs = fakeEcs()
  const asTask = fakeEcs()
  const server = await startMetadataServer({
    host: "127.0.0.1",
    port: 0,
    engine,
    credentials,
    cluster: "default",
    clock,
    log: silentLog,
    availabilityZone: () => "us-east-1a",
    containerInstanceArn: () => instanceArn,
    stats: async (id) => (id === ids.web ? { document: statsDocument, rate: { rx: 12.5, tx: 0 } } : undefined),
    ecs: ecs.call,
    ecsAs: () => asTask.call,
  })
  t.after(() => server.close())
  const get = async (path: string, init?: RequestInit) => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, init)
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: response.headers.get("content-type") === "application/json" ? (JSON.parse(text) as unknown) : text,
    }
  }
  return { get, server, clock, credentials, ecs, asTask, engine }
}

for (const path of ["/v4/V3ID", "/v4/V3ID/task", "/v3/V3ID", "/v3/V3ID/task"])
  test(`${path} answers what the official agent answered, in the same order`, async (t) => {
    const { get } = await setUp(t)
    const { status, headers, text } = await get(path)
    const expected = recorded(path)
    assert.equal(status, expected.status)
    assert.equal(text, JSON.stringify(toMilliseconds(expected.body)))
    for (const name of expected.headers.filter((h) => h !== "Transfer-Encoding")) assert.ok(headers.has(name), name)
    assert.equal(headers.get("x-rate-limit-limit"), "40.00")
  })

test("tags are asked for with the host's key, and a failure is told in the answer", async (t) => {
  const { get, ecs } = await setUp(t)
  ecs.answer = () => ({ tags: [{ key: "k", value: "v" }] })
  assert.deepEqual((await get("/v4/V3ID/taskWithTags")).body, toMilliseconds(recorded("/v4/V3ID/taskWithTags").body))
  assert.deepEqual(ecs.inputs("ListTagsForResource"), [{ resourceArn: instanceArn }, { resourceArn: taskArn }])
  ecs.answer = () => {
    throw fault("AccessDeniedException", "no")
  }
  const { body } = await get("/v4/V3ID/taskWithTags")
  const { Errors: errors, TaskTags: tags } = body as { Errors: { ErrorField: string }[]; TaskTags?: object }
  assert.deepEqual(
    errors.map((e) => e.ErrorField),
    ["ContainerInstanceTags", "TaskTags"],
  )
  assert.equal(tags, undefined)
})

test("stats are Docker's document with the rate of the network, and {} for a container that has stopped", async (t) => {
  const { get } = await setUp(t)
  const own = { ...statsDocument, network_rate_stats: { rx_bytes_per_sec: 12.5, tx_bytes_per_sec: 0 } }
  assert.deepEqual((await get("/v4/V3ID/stats")).body, own)
  assert.deepEqual((await get("/v4/V3ID/task/stats")).body, { [ids.init]: {}, [ids.web]: own })
  assert.deepEqual((await get("/v3/V3ID/stats")).body, statsDocument)
})

test("an id that does not exist, and one of another task, get the same answer", async (t) => {
  const other = aTask({
    arn: `${taskArn}2`,
    linkAddresses: ["169.254.168.9"],
    containers: [aContainer({ metadataId: "OTHER" })],
  })
  const { get } = await setUp(t, fakeEngine(recordedTask, other))
  for (const id of ["bogus", "OTHER"]) {
    const task = await get(`/v4/${id}/task`)
    assert.equal(task.status, recorded("/v4/bogus/task").status)
    assert.equal(task.body, String(recorded("/v4/bogus/task").body).replace("bogus", id))
    assert.equal(
      (await get(`/v4/${id}`)).body,
      `V4 container metadata handler: unable to get container ID from request: unable to get docker ID from v3 endpoint ID: ${id}`,
    )
    assert.equal((await get(`/v3/${id}/task`)).status, 500)
  }
})

const role = {
  credentialsId: "cred-app-1",
  roleArn: "arn:aws:iam::123456789012:role/approle",
  accessKeyId: "ASIALAB",
  secretAccessKey: "s3cr3t",
  sessionToken: "tok",
  expiration: "2026-11-23T18:00:00Z",
}

test("credentials are answered to their task, in both versions", async (t) => {
  const { get, credentials } = await setUp(t)
  credentials.set(taskArn, "TaskApplication", role)
  for (const path of [
    "/v2/credentials/cred-app-1",
    "/v1/credentials?id=cred-app-1",
    "/v2/credentials/nope",
    "/v2/credentials/",
  ]) {
    const { status, body } = await get(path)
    assert.deepEqual({ status, body }, { status: recorded(path).status, body: recorded(path).body }, path)
  }
})

test("credentials of another task are not found, and those that have not come yet are said to be coming", async (t) => {
  const other = aTask({ arn: `${taskArn}2`, linkAddresses: ["169.254.168.9"] })
  const restarted = { ...aTask({ arn: `${taskArn}3` }), credentialsId: "later" }
  const { get, credentials } = await setUp(t, fakeEngine(other, restarted))
  credentials.set(other.arn, "TaskApplication", role)
  assert.deepEqual((await get("/v2/credentials/cred-app-1")).body, {
    ...(recorded("/v2/credentials/nope").body as object),
  })
  assert.equal((await get("/v2/credentials/later")).status, 503)
})

test("version 2 knows its task by the address", async (t) => {
  const { get } = await setUp(t)
  assert.equal(((await get("/v2/metadata")).body as { TaskARN: string }).TaskARN, taskArn)
  const stranger = await setUp(t, fakeEngine(aTask({ linkAddresses: ["169.254.168.9"] })))
  const answer = await stranger.get("/v2/metadata")
  assert.deepEqual({ status: answer.status, body: answer.body }, { status: 400, body: recorded("/v2/metadata").body })
})

test("a Fargate task sees its own cluster, network and log stream, and not the container that holds the network", async (t) => {
  const task = aTask({
    definition: {
      launchType: "FARGATE",
      networkMode: "awsvpc",
      cpu: 0.25,
      memory: 512,
      elasticNetworkInterfaces: [
        {
          ec2Id: "eni-1",
          macAddress: "0a:de:f6:10:51:e5",
          ipv4Addresses: [{ privateAddress: "172.31.16.9", primary: true }],
          subnetGatewayIpv4Address: "172.31.16.1/20",
          domainNameServers: ["172.31.0.1"],
          privateDnsName: "ip-172-31-16-9.ec2.internal",
        },
      ],
      attachments: [
        {
          attachmentArn: "a",
          attachmentType: "roadstead-task",
          attachmentProperties: [
            { name: "clusterArn", value: clusterArn },
            { name: "vpcId", value: "vpc-1" },
            { name: "availabilityZone", value: "us-east-1b" },
          ],
        },
      ],
    },
    containers: [
      aContainer({ name: "~internal~ecs~pause", type: "CNI_PAUSE" }),
      aContainer({
        metadataId: "F",
        logDriver: "awslogs",
        logOptions: { "awslogs-group": "g", "awslogs-stream-prefix": "p" },
      }),
    ],
  })
  const { get } = await setUp(t, fakeEngine(task))
  const body = (await get("/v4/F/task")).body as Record<string, unknown> & { Containers: Record<string, unknown>[] }
  assert.deepEqual(
    [body.Cluster, body.LaunchType, body.AvailabilityZone, body.VPCID, body.Limits],
    [clusterArn, "FARGATE", "us-east-1b", "vpc-1", { CPU: 0.25, Memory: 512 }],
  )
  assert.deepEqual(
    body.Containers.map((c) => c.Name),
    ["web"],
  )
  assert.deepEqual(body.Containers[0]?.Networks, [
    {
      NetworkMode: "awsvpc",
      IPv4Addresses: ["172.31.16.9"],
      AttachmentIndex: 0,
      MACAddress: "0a:de:f6:10:51:e5",
      IPv4SubnetCIDRBlock: "172.31.16.0/20",
      DomainNameServers: ["172.31.0.1"],
      PrivateDNSName: "ip-172-31-16-9.ec2.internal",
      SubnetGatewayIpv4Address: "172.31.16.1/20",
    },
  ])
  assert.deepEqual(body.Containers[0]?.LogOptions, {
    "awslogs-group": "g",
    "awslogs-stream": `p/web/${taskArn.split("/").at(-1)}`,
  })
  assert.deepEqual(body.Containers[0]?.Limits, { CPU: 2 })
})

test("task protection is asked and set with the role of the task", async (t) => {
  const { get, credentials, asTask } = await setUp(t)
  const path = "/api/V3ID/task-protection/v1/state"
  const put = (body: string) => get(path, { method: "PUT", body })
  const without = await get(path)
  assert.equal(without.status, 403)
  assert.equal((without.body as { error: { Code: string } }).error.Code, "AccessDeniedException")
  credentials.set(taskArn, "TaskApplication", role)
  asTask.answer = (operation) => ({
    protectedTasks: [
      operation === "GetTaskProtection"
        ? { taskArn, protectionEnabled: false }
        : { taskArn, protectionEnabled: true, expirationDate: new Date("2026-11-23T12:25:27Z") },
    ],
  })
  assert.deepEqual((await get(path)).body, recorded(path).body)
  assert.deepEqual(
    (await put('{"ProtectionEnabled":true,"ExpiresInMinutes":60}')).body,
    recorded(`PUT ${path.slice(0)}`).body,
  )
  assert.deepEqual(asTask.inputs("UpdateTaskProtection"), [
    { cluster: clusterArn, tasks: [taskArn], protectionEnabled: true, expiresInMinutes: 60 },
  ])
  const bad = await put("{}")
  assert.deepEqual({ status: bad.status, body: bad.body }, { status: 400, body: recorded(`PUT ${path} bad`).body })
  for (const junk of ["", "[]", '{"ProtectionEnabled":1}', '{"ProtectionEnabled":true,"Else":1}'])
    assert.equal((await put(junk)).status, 400)
  asTask.answer = () => {
    throw fault("NotImplemented", "Roadstead does not implement ecs:GetTaskProtection yet.")
  }
  assert.equal(((await get(path)).body as { error: { Code: string } }).error.Code, "NotImplemented")
})

test("more than 60 requests at once are turned away, and 40 a second are let through again", async (t) => {
  const { get, clock } = await setUp(t)
  const statuses = async (n: number) => {
    const all: number[] = []
    for (let i = 0; i < n; i++) all.push((await get("/v4/V3ID").catch(() => ({ status: 429 }))).status)
    return all.filter((s) => s === 200).length
  }
  assert.equal(await statuses(70), 60)
  await clock.advance(500)
  assert.equal(await statuses(30), 20)
})

test("no bytes that come in end the endpoint", async (t) => {
  const { get, server } = await setUp(t)
  const junk = [
    "\0\0\0\0",
    "GET",
    `GET /${"x".repeat(100_000)} HTTP/1.1\r\n\r\n`,
    "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n",
    "PUT / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    "\r\n\r\n",
    "GET //..//v4/../ HTTP/1.1\r\nHost: x\r\n\r\n",
  ]
  for (const bytes of junk)
    await new Promise<void>((resolve) => {
      const socket = connect(server.port, "127.0.0.1", () => socket.end(bytes, () => socket.destroySoon()))
      socket.resume()
      socket.on("close", () => resolve())
      socket.on("error", () => resolve())
    })
  assert.equal(
    (await get("/api/V3ID/task-protection/v1/state", { method: "PUT", body: "x".repeat(1_000_000) })).status,
    413,
  )
  for (const path of ["/", "/v5/V3ID", "/v4", "/v4/V3ID/nothing", "/v2", "/v1", "/api/V3ID"])
    assert.ok([404, 500].includes((await get(path)).status), path)
  assert.equal((await get("/v4/V3ID", { method: "DELETE" })).status, 405)
  assert.equal((await get("/v4/V3ID")).status, 200)
})
