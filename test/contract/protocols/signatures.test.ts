// Signatures as real clients make them: strict mode, presigned requests, session tokens, WebSocket upgrades.
import assert from "node:assert/strict"
import { request } from "node:http"
import type { Duplex } from "node:stream"
import { after, before, test } from "node:test"
import { CloudWatchClient, ListMetricsCommand } from "@aws-sdk/client-cloudwatch"
import { DescribeVpcsCommand, EC2Client } from "@aws-sdk/client-ec2"
import { ECSClient, ListClustersCommand } from "@aws-sdk/client-ecs"
import { DescribeFileSystemsCommand, EFSClient } from "@aws-sdk/client-efs"
import { ListBucketsCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3"
import { GetScheduleCommand, SchedulerClient } from "@aws-sdk/client-scheduler"
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts"
import { Hash } from "@smithy/core/serde"
import { SignatureV4 } from "@smithy/signature-v4"
import type { Authenticated } from "../../../src/wire/index.ts"
import { signRequest } from "../../../src/wire/index.ts"
import { mintedKey, startTestWire, type TestWire } from "../../support/wire-server.ts"

const minted = { accessKeyId: "AKIAMINTED", secretAccessKey: mintedKey.secret, sessionToken: "minted-token" }
const upgraded: Authenticated[] = []
let strict: TestWire
let relaxed: TestWire
before(async () => {
  const onUpgrade = (_req: unknown, socket: Duplex, _head: Buffer, authenticated: Authenticated) => {
    upgraded.push(authenticated)
    socket.end("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
  }
  strict = await startTestWire({ auth: "strict", keys: { AKIAMINTED: mintedKey }, onUpgrade })
  relaxed = await startTestWire({ keys: { AKIAMINTED: mintedKey }, onUpgrade })
})
after(() => Promise.all([strict.close(), relaxed.close()]))

const config = (wire: TestWire, credentials: typeof minted) => ({
  endpoint: wire.endpoint,
  region: "eu-west-1",
  credentials,
  maxAttempts: 1,
  forcePathStyle: true,
})

test("strict mode takes what every protocol's client signs, awkward paths and all", async () => {
  strict.answer(() => ({}))
  const c = config(strict, minted)
  await new ECSClient(c).send(new ListClustersCommand({}))
  await new STSClient(c).send(new GetCallerIdentityCommand({}))
  await new EC2Client(c).send(new DescribeVpcsCommand({}))
  await new CloudWatchClient(c).send(new ListMetricsCommand({}))
  await new EFSClient(c).send(new DescribeFileSystemsCommand({ FileSystemId: "a b&c=d/é" }))
  await new SchedulerClient(c).send(new GetScheduleCommand({ Name: "a b/é+%20", GroupName: "g" }))
  assert.deepEqual(strict.lastInput(), { Name: "a b/é+%20", GroupName: "g" })
  const s3 = new S3Client(c)
  await s3.send(new PutObjectCommand({ Bucket: "b", Key: "a b//é+%20/../x", Body: "hello" }))
  await s3.send(new ListObjectsV2Command({ Bucket: "b", Prefix: "a b/+é" }))
  const { userAgent, ...caller } = strict.last().caller
  assert.match(userAgent ?? "", /aws-sdk-js/)
  const from = { sourceIp: "127.0.0.1", secure: false, host: new URL(strict.endpoint).host }
  assert.deepEqual(caller, { ...mintedKey.caller, accessKeyId: "AKIAMINTED", ...from })
  assert.deepEqual(strict.last().scope, { account: "111122223333", region: "eu-west-1" })
})

test("strict mode refuses unknown keys and wrong secrets with each protocol's own error", async () => {
  const unknown = config(strict, { ...minted, accessKeyId: "AKIAUNKNOWN" })
  const wrong = config(strict, { ...minted, secretAccessKey: "wrong" })
  const before_ = strict.seen.length
  const cases: [(c: typeof unknown) => Promise<unknown>, string, string, number][] = [
    [
      (c) => new ECSClient(c).send(new ListClustersCommand({})),
      "UnrecognizedClientException",
      "InvalidSignatureException",
      400,
    ],
    [
      (c) => new STSClient(c).send(new GetCallerIdentityCommand({})),
      "InvalidClientTokenId",
      "SignatureDoesNotMatch",
      403,
    ],
    [(c) => new EC2Client(c).send(new DescribeVpcsCommand({})), "AuthFailure", "AuthFailure", 401],
    [
      (c) => new EFSClient(c).send(new DescribeFileSystemsCommand({})),
      "UnrecognizedClientException",
      "InvalidSignatureException",
      403,
    ],
    [(c) => new S3Client(c).send(new ListBucketsCommand({})), "InvalidAccessKeyId", "SignatureDoesNotMatch", 403],
  ]
  for (const [call, unknownCode, wrongCode, status] of cases) {
    for (const [c, code] of [
      [unknown, unknownCode],
      [wrong, wrongCode],
    ] as const) {
      await assert.rejects(call(c), (e: { name?: string; $metadata?: { httpStatusCode?: number } }) => {
        assert.deepEqual([e.name, e.$metadata?.httpStatusCode], [code, status])
        return true
      })
    }
  }
  assert.equal(strict.seen.length, before_)
})

test("a presigned GetCallerIdentity is taken with a minted key until it expires, in both modes; any other key is not", async () => {
  for (const wire of [strict, relaxed]) {
    wire.answer(({ caller }) => ({ Account: caller.account, Arn: caller.arn, UserId: "u" }))
    const presigned = async (credentials: typeof minted, signingDate = new Date(), expiresIn = 60) => {
      const signer = new SignatureV4({
        service: "sts",
        region: "us-east-1",
        credentials,
        sha256: Hash.bind(null, "sha256") as never,
        uriEscapePath: true,
      })
      const { query = {} } = await signer.presign(
        {
          method: "GET",
          protocol: "http:",
          hostname: "127.0.0.1",
          port: wire.port,
          path: "/",
          query: { Action: "GetCallerIdentity", Version: "2011-06-15" },
          headers: { host: `127.0.0.1:${wire.port}` },
        },
        { expiresIn, signingDate },
      )
      return fetch(`${wire.endpoint}/?${new URLSearchParams(query as Record<string, string>)}`)
    }
    const good = await presigned(minted)
    assert.equal(good.status, 200)
    assert.match(await good.text(), /<Account>111122223333<\/Account>/)
    const late = await presigned(minted, new Date(Date.now() - 120_000))
    assert.equal(late.status, 403)
    assert.match(await late.text(), /Signature expired/)
    assert.match(await (await presigned({ ...minted, accessKeyId: "123456789012" })).text(), /InvalidClientTokenId/)
    assert.match(await (await presigned({ ...minted, secretAccessKey: "wrong" })).text(), /SignatureDoesNotMatch/)
  }
})

const upgrade = (wire: TestWire, path: string, headers: Record<string, string>): Promise<number> =>
  new Promise((resolve, reject) => {
    const req = request({ port: wire.port, path, headers: { connection: "Upgrade", upgrade: "websocket", ...headers } })
    req.on("upgrade", (res, socket) => {
      socket.destroy()
      resolve(res.statusCode ?? 0)
    })
    req.on("response", (res) => {
      res.resume()
      resolve(res.statusCode ?? 0)
    })
    req.on("error", reject)
    req.end()
  })

test("a WebSocket upgrade is verified as the agents sign it, and never taken from a page", async () => {
  const host = `127.0.0.1:${strict.port}`
  const ask = { method: "GET", path: "/ws", query: "clusterArn=c&seqNum=1", headers: { host }, body: new Uint8Array() }
  const headers = (credentials: typeof minted) =>
    signRequest(ask, { credentials, region: "us-east-1", service: "ecs", now: Date.now() })
  const target = `${ask.path}?${ask.query}`
  assert.equal(await upgrade(strict, target, { host, ...headers(minted) }), 101)
  assert.deepEqual(upgraded.at(-1)?.caller.arn, mintedKey.caller.arn)
  assert.equal(await upgrade(strict, target, { host, ...headers({ ...minted, secretAccessKey: "x" }) }), 403)
  assert.equal(await upgrade(strict, target, { host }), 403)
  assert.equal(await upgrade(strict, target, { host, origin: "https://evil.example", ...headers(minted) }), 403)
  assert.equal(await upgrade(strict, target, { host: "evil.example", ...headers(minted) }), 403)
  assert.equal(upgraded.length, 1)
})
