// The server as a client on a socket sees it, where SDKs would hide what happens: bounds, broken input, refusals, connections.
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { request } from "node:http"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { deflateSync, gzipSync } from "node:zlib"
import { realClock } from "../../../test/support/real-clock.ts"
import { testIds } from "../../../test/support/test-ids.ts"
import { mintedKey, startTestWire, type TestWire } from "../../../test/support/wire-server.ts"
import { Fault, silentLog } from "../../kernel/index.ts"
import { createAwsClient } from "../client/index.ts"
import { createWireServer } from "./index.ts"

let wire: TestWire
const logged: { message: string; fields: Readonly<Record<string, unknown>> | undefined }[] = []
before(async () => {
  wire = await startTestWire({
    keys: { AKIAMINTED: mintedKey },
    allowOrigins: ["http://localhost:5173"],
    log: { ...silentLog, error: (message, fields) => logged.push({ message, fields }) },
  })
})
after(() => wire.close())

const authorization = (service: string) =>
  `AWS4-HMAC-SHA256 Credential=123456789012/20240101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=00`
const amzDate = { "x-amz-date": "20240101T000000Z" }
const ecsHeaders = (operation: string) => ({
  ...amzDate,
  authorization: authorization("ecs"),
  "content-type": "application/x-amz-json-1.1",
  "x-amz-target": `AmazonEC2ContainerServiceV20141113.${operation}`,
})
const post = (body: Uint8Array | string, headers: Record<string, string>, path = "/") =>
  fetch(`${wire.endpoint}${path}`, {
    method: "POST",
    body: typeof body === "string" ? body : new Uint8Array(body),
    headers,
  })
const json = async (answer: Response) => ({
  status: answer.status,
  ...((await answer.json()) as { __type: string; message: string }),
})

test("bodies that are not what they should be get SerializationException", async () => {
  for (const body of [
    "{",
    "[]",
    "null",
    "12",
    '"x"',
    '{"tasks":"t"}',
    '{"tasks":[1]}',
    '{"tasks":["t"],"include":{}}',
    "\u0000\ufffd",
  ]) {
    const { status, __type } = await json(await post(body, ecsHeaders("DescribeTasks")))
    assert.deepEqual([status, __type], [400, "SerializationException"], body)
  }
  assert.equal(
    (await json(await post(Buffer.from([0x22, 0xff, 0xfe, 0x22]), ecsHeaders("DescribeTasks")))).__type,
    "SerializationException",
  )
})

test("a missing required member gets ECS's own error, and nothing is dispatched", async () => {
  const before_ = wire.seen.length
  const { status, __type, message } = await json(await post("{}", ecsHeaders("DescribeTasks")))
  assert.deepEqual([status, __type, message], [400, "InvalidParameterException", "Tasks cannot be empty."])
  assert.equal(wire.seen.length, before_)
})

test("unknown operations are named as unknown, in the protocol of the request", async () => {
  assert.equal((await json(await post("{}", ecsHeaders("Nothing")))).__type, "UnknownOperationException")
  assert.equal(
    (await json(await post("{}", { ...ecsHeaders("X"), "x-amz-target": "Nobody.X" }))).__type,
    "UnknownOperationException",
  )
  const form = { ...amzDate, "content-type": "application/x-www-form-urlencoded" }
  const query = await post("Action=Nothing&Version=2011-06-15", { ...form, authorization: authorization("sts") })
  assert.equal(query.status, 400)
  assert.match(
    await query.text(),
    /<Code>InvalidAction<\/Code><Message>Could not find operation Nothing for version 2011-06-15</,
  )
  const ec2 = await post("Action=Nothing&Version=2016-11-15", { ...form, authorization: authorization("ec2") })
  assert.match(
    await ec2.text(),
    /<Errors><Error><Code>InvalidAction<\/Code><Message>The action Nothing is not valid for this web service/,
  )
  const cbor = await post(
    "",
    { ...amzDate, authorization: authorization("monitoring"), "smithy-protocol": "rpc-v2-cbor" },
    "/service/GraniteServiceVersion20100801/operation/Nothing",
  )
  assert.deepEqual([cbor.status, cbor.headers.get("smithy-protocol")], [404, "rpc-v2-cbor"])
  const rest = await fetch(`${wire.endpoint}/nothing`, {
    headers: { ...amzDate, authorization: authorization("scheduler") },
  })
  assert.deepEqual([rest.status, rest.headers.get("x-amzn-errortype")], [404, "UnknownOperationException"])
})

test("compressed bodies are inflated; what does not inflate is refused", async () => {
  wire.answer(() => ({ failures: [] }))
  const body = JSON.stringify({ tasks: ["t"] })
  for (const [encoding, bytes] of [
    ["gzip", gzipSync(body)],
    ["deflate", deflateSync(body)],
  ] as const) {
    const answer = await post(bytes, { ...ecsHeaders("DescribeTasks"), "content-encoding": encoding })
    assert.equal(answer.status, 200)
    assert.deepEqual(wire.lastInput(), { tasks: ["t"] })
  }
  assert.equal(
    (await json(await post("no gzip", { ...ecsHeaders("DescribeTasks"), "content-encoding": "gzip" }))).__type,
    "SerializationException",
  )
})

test("a body over the limit is refused, as sent and as inflated, without keeping it", async () => {
  const huge = Buffer.alloc(50 * 1024 * 1024, 0x20)
  const before_ = process.memoryUsage.rss()
  assert.deepEqual([413, "RequestEntityTooLarge"], await refusedBody(huge, {}))
  assert.deepEqual([413, "RequestEntityTooLarge"], await refusedBody(huge, { "transfer-encoding": "chunked" }))
  assert.deepEqual([413, "RequestEntityTooLarge"], await refusedBody(gzipSync(huge), { "content-encoding": "gzip" }))
  // The client of this test is in the same process and holds the 50 MB once itself.
  assert.ok(process.memoryUsage.rss() - before_ < 200 * 1024 * 1024)
})

const refusedBody = (body: Buffer, headers: Record<string, string>): Promise<[number, string]> =>
  new Promise((resolve, reject) => {
    const req = request(
      { port: wire.port, method: "POST", headers: { ...ecsHeaders("DescribeTasks"), ...headers } },
      (res) => {
        const chunks: Buffer[] = []
        res.on("data", (c: Buffer) => chunks.push(c))
        res.on("end", () =>
          resolve([res.statusCode ?? 0, (JSON.parse(Buffer.concat(chunks).toString()) as { __type: string }).__type]),
        )
      },
    )
    req.on("error", reject)
    req.end(body)
  })

test("a body nested a million deep is refused before it is parsed", async () => {
  const deep = "[".repeat(1_000_000)
  assert.equal((await json(await post(deep, ecsHeaders("DescribeTasks")))).__type, "SerializationException")
  const document = `{"tasks":["t"],"include":${"[".repeat(3000)}${"]".repeat(3000)}}`
  assert.equal((await json(await post(document, ecsHeaders("DescribeTasks")))).__type, "SerializationException")
})

test("a number that no record could hold is none", async () => {
  for (const [text, found] of [
    ['"NaN"', "STRING_VALUE"],
    ['"-Infinity"', "STRING_VALUE"],
    ["1e999", "NUMBER_VALUE"],
  ]) {
    const body = await json(await post(`{"count":${text}}`, ecsHeaders("RunTask")))
    assert.equal(body.__type, "SerializationException")
    assert.equal(body.message, `${found} cannot be converted to Integer`)
  }
  for (const text of ["NaN", "1e999"]) {
    const form = { ...amzDate, "content-type": "application/x-www-form-urlencoded" }
    const headers = { ...form, authorization: authorization("ec2") }
    const answer = await post(`Action=DescribeSubnets&Version=2016-11-15&MaxResults=${text}`, headers)
    assert.match(await answer.text(), /<Code>InvalidParameterValue<\/Code>/)
  }
})

test("__proto__ is a key like any other", async () => {
  wire.answer(() => ({}))
  const tags =
    '{"family":"f","containerDefinitions":[{"dockerLabels":{"__proto__":"x","constructor":"y"},"__proto__":{"polluted":true}}]}'
  await post(tags, ecsHeaders("RegisterTaskDefinition"))
  const [container] = wire.lastInput<{ containerDefinitions: { dockerLabels: object }[] }>().containerDefinitions
  assert.deepEqual(Object.entries(container?.dockerLabels ?? {}), [
    ["__proto__", "x"],
    ["constructor", "y"],
  ])
  assert.equal(Object.getPrototypeOf(container?.dockerLabels), Object.prototype)
  assert.ok(!("polluted" in {}))
})

test("a bug is a 500 that tells nothing, and one log line with the request id", async () => {
  logged.length = 0
  wire.answer(() => {
    throw new TypeError("secret detail")
  })
  const answer = await post('{"tasks":["t"]}', ecsHeaders("DescribeTasks"))
  const body = await answer.text()
  assert.equal(answer.status, 500)
  assert.match(body, /"__type":"InternalFailure"/)
  assert.ok(!body.includes("secret detail"))
  assert.equal(logged.length, 1)
  assert.equal(logged[0]?.fields?.requestId, answer.headers.get("x-amzn-requestid"))
})

test("every answer has a request id of its own, and XML bodies repeat it", async () => {
  wire.answer(() => {
    throw new Fault("InvalidParameterException", "no")
  })
  const ids = new Set<string | null>()
  for (const answer of [
    await post("{}", ecsHeaders("ListClusters")),
    await post("{", ecsHeaders("ListClusters")),
    await fetch(wire.endpoint),
    await fetch(`${wire.endpoint}/_roadstead/none`),
  ]) {
    ids.add(answer.headers.get("x-amzn-requestid"))
    await answer.arrayBuffer()
  }
  assert.equal(ids.size, 4)
  assert.ok(!ids.has(null))
  wire.answer(() => ({}))
  const xml = await post("Action=GetCallerIdentity&Version=2011-06-15", {
    ...amzDate,
    authorization: authorization("sts"),
    "content-type": "application/x-www-form-urlencoded",
  })
  assert.ok((await xml.text()).includes(`<RequestId>${xml.headers.get("x-amzn-requestid")}</RequestId>`))
})

test("an attack is refused before it is routed, a preflight of an allowed origin is answered", async () => {
  const before_ = wire.seen.length
  const attack = await post(
    "Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=000000000000/20240101/us-east-1/sts/aws4_request&X-Amz-Signature=00&X-Amz-SignedHeaders=host&X-Amz-Date=20240101T000000Z",
    {
      "content-type": "application/x-www-form-urlencoded",
      origin: "https://evil.example",
    },
  )
  assert.equal(attack.status, 403)
  // Also without browser headers an invented query signature is nobody's.
  const invented = await fetch(
    `${wire.endpoint}/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=000000000000/20240101/us-east-1/sts/aws4_request&X-Amz-Signature=00&X-Amz-SignedHeaders=host&X-Amz-Date=20240101T000000Z`,
  )
  assert.equal(invented.status, 403)
  assert.match(await invented.text(), /<Code>InvalidClientTokenId<\/Code>/)
  assert.equal(wire.seen.length, before_)
  const preflight = (origin: string) =>
    fetch(wire.endpoint, {
      method: "OPTIONS",
      headers: { origin, "access-control-request-headers": "authorization,x-amz-target" },
    })
  const allowed = await preflight("http://localhost:5173")
  assert.deepEqual(
    [
      allowed.status,
      allowed.headers.get("access-control-allow-origin"),
      allowed.headers.get("access-control-allow-headers"),
    ],
    [204, "http://localhost:5173", "authorization,x-amz-target"],
  )
  assert.equal((await preflight("https://evil.example")).status, 403)
})

test("bytes that are no HTTP end their own connection only", async () => {
  const reply = await new Promise<string>((resolve, reject) => {
    const socket = connect(wire.port, "127.0.0.1", () => socket.write("\u0016\u0003\u0001 not http\r\n\r\n"))
    let text = ""
    socket.on("data", (d) => {
      text += d.toString()
    })
    socket.on("close", () => resolve(text)).on("error", reject)
  })
  assert.match(reply, /^HTTP\/1\.1 400/)
  assert.equal((await post("{", ecsHeaders("ListClusters"))).status, 400)
})

test("a client that hangs up aborts its request", async () => {
  const started = Promise.withResolvers<AbortSignal>()
  wire.answer(({ signal }) => {
    started.resolve(signal)
    return new Promise((resolve) => signal.addEventListener("abort", () => resolve({})))
  })
  const aborter = new AbortController()
  const pending = fetch(wire.endpoint, {
    method: "POST",
    body: "{}",
    headers: ecsHeaders("ListClusters"),
    signal: aborter.signal,
  })
  const signal = await started.promise
  const aborted = new Promise((resolve) => signal.addEventListener("abort", resolve))
  aborter.abort()
  await assert.rejects(pending)
  await aborted
})

test("one server listens on several addresses and on a unix socket; the VPC's take minted keys only", async () => {
  const folder = mkdtempSync(join(tmpdir(), "roadstead-wire-"))
  const path = join(folder, "api.sock")
  const server = createWireServer({
    auth: "relaxed",
    defaultAccount: "000000000000",
    defaultRegion: "us-east-1",
    ports: {
      dispatch: async ({ caller }) => ({ clusterArns: [caller.arn] }),
      findKey: (id) => (id === "AKIAMINTED" ? mintedKey : undefined),
      clock: realClock,
      ids: testIds(),
      log: silentLog,
    },
  })
  try {
    const open = await server.listen({ host: "127.0.0.1", port: 0 })
    const vpc = await server.listen({ host: "127.0.0.2", port: 0 }, { vpc: true })
    await server.listen({ path }, { vpc: true })
    const root = { accessKeyId: "123456789012", secretAccessKey: "x" }
    const minted = { accessKeyId: "AKIAMINTED", secretAccessKey: mintedKey.secret, sessionToken: "minted-token" }
    const common = { service: "ecs", region: "us-east-1", clock: realClock } as const
    const call = (endpoint: string, credentials: typeof root, socketPath?: string) =>
      createAwsClient({ ...common, endpoint, credentials, ...(socketPath ? { socketPath } : {}) })("ListClusters", {})
    assert.deepEqual(await call(`http://127.0.0.1:${open.port}`, root), {
      clusterArns: ["arn:aws:iam::123456789012:root"],
    })
    assert.deepEqual(await call(`http://127.0.0.2:${vpc.port}`, minted), { clusterArns: [mintedKey.caller.arn] })
    assert.deepEqual(await call("http://172.31.0.1:4566", minted, path), { clusterArns: [mintedKey.caller.arn] })
    await assert.rejects(call(`http://127.0.0.2:${vpc.port}`, root), { code: "UnrecognizedClientException" })
    await assert.rejects(call("http://172.31.0.1:4566", root, path), {
      code: "UnrecognizedClientException",
      status: 400,
    })
    await assert.rejects(server.listen({ host: "127.0.0.1", port: open.port }), { code: "EADDRINUSE" })
  } finally {
    await server.close()
    rmSync(folder, { recursive: true })
  }
})
