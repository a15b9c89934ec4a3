// A server with a certificate: TLS for everybody, and plain HTTP on the same port for the agents of our own hosts alone.
import assert from "node:assert/strict"
import { Agent, request } from "node:https"
import { connect } from "node:net"
import { after, before, test } from "node:test"
import { WebSocket, WebSocketServer } from "ws"
import { type Certificate, selfSigned } from "../../../test/support/certificate.ts"
import { realClock } from "../../../test/support/real-clock.ts"
import { mintedKey, startTestWire, type TestWire } from "../../../test/support/wire-server.ts"
import { createAwsClient } from "../client/index.ts"
import { signRequest } from "../sigv4/sign.ts"
import type { WireServerOptions } from "./options.ts"

const { secret, caller } = mintedKey
const userKey = { secret, caller }
const machineKey = { secret, caller: { ...caller, kind: "machine" as const, machineId: "m-1" } }
let tls: Certificate
let wire: TestWire
before(async () => {
  tls = selfSigned()
  const sockets = new WebSocketServer({ noServer: true })
  const onUpgrade: WireServerOptions["onUpgrade"] = (req, socket, head) =>
    sockets.handleUpgrade(req, socket, head, () => {})
  wire = await startTestWire({ tls, onUpgrade, keys: { AKIAMINTED: userKey, ASIAMACHINE: machineKey } })
})
after(() => wire.close())

/** A signed ListClusters over TLS; answers status and body. */
const overTls = (agent: Agent): Promise<{ status: number | undefined; protocol: string | null }> => {
  const body = Buffer.from("{}")
  const host = `127.0.0.1:${wire.port}`
  const headers = {
    host,
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": "AmazonEC2ContainerServiceV20141113.ListClusters",
  }
  const signed = signRequest(
    { method: "POST", path: "/", query: "", headers, body },
    {
      credentials: { accessKeyId: "AKIAMINTED", secretAccessKey: secret },
      region: "us-east-1",
      service: "ecs",
      now: Date.now(),
    },
  )
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port: wire.port, method: "POST", headers: { ...headers, ...signed }, agent }
    const req = request(options, (res) => {
      res.resume()
      const { socket } = res
      const protocol = "getProtocol" in socket ? (socket as unknown as { getProtocol(): string }).getProtocol() : null
      res.once("end", () => resolve({ status: res.statusCode, protocol }))
    })
    req.once("error", reject)
    req.end(body)
  })
}

const plainly = (accessKeyId: string) =>
  createAwsClient({
    service: "ecs",
    endpoint: `http://127.0.0.1:${wire.port}`,
    credentials: { accessKeyId, secretAccessKey: secret },
    region: "us-east-1",
    clock: realClock,
  })("ListClusters", {})

test("clients that trust the certificate come over TLS, and callers are known to", async () => {
  const agent = new Agent({ ca: tls.cert, keepAlive: true })
  wire.answer(() => ({ clusterArns: [] }))
  for (const _ of [1, 2]) {
    const { status, protocol } = await overTls(agent)
    assert.equal(status, 200)
    assert.match(protocol ?? "", /^TLSv1\.[23]$/)
  }
  assert.equal(wire.last().caller.secure, true)
  agent.destroy()
  await assert.rejects(overTls(new Agent({ ca: selfSigned().cert })), /certificate|signature/)
})

test("plain HTTP is refused on the same port, but for the agents of our own hosts", async () => {
  const before = wire.seen.length
  const refused = { message: "This port speaks TLS: say https." }
  for (const key of ["AKIAMINTED", "123456789012"]) await assert.rejects(plainly(key), refused)
  const health = await fetch(`http://127.0.0.1:${wire.port}/_roadstead/health`)
  assert.equal(health.status, 400)
  assert.equal(wire.seen.length, before)
  wire.answer(() => ({ clusterArns: ["a"] }))
  assert.deepEqual(await plainly("ASIAMACHINE"), { clusterArns: ["a"] })
})

test("a connection that says neither is closed, and the next is served", async () => {
  const socket = connect(wire.port, "127.0.0.1")
  const closed = new Promise((resolve) => socket.once("close", resolve))
  socket.on("error", () => {})
  socket.resume()
  socket.end("\u0016\u0003\u0001not a handshake")
  await closed
  const agent = new Agent({ ca: tls.cert })
  assert.equal((await overTls(agent)).status, 200)
  agent.destroy()
})

test("an agent elsewhere opens its WebSocket over TLS, by a signature", async () => {
  const url = new URL(`https://127.0.0.1:${wire.port}/ws`)
  const ask = { method: "GET", path: url.pathname, query: "", headers: { host: url.host }, body: Buffer.alloc(0) }
  const credentials = { accessKeyId: "AKIAMINTED", secretAccessKey: secret }
  const signed = signRequest(ask, { credentials, region: "us-east-1", service: "ecs", now: Date.now() })
  const open = (headers: Record<string, string>) =>
    new Promise<string>((resolve) => {
      const socket = new WebSocket(url.href.replace("https", "wss"), { ca: tls.cert, headers })
      socket.once("error", (error) => resolve(error.message))
      socket.once("open", () => {
        socket.close()
        resolve("open")
      })
    })
  assert.equal(await open(signed), "open")
  assert.match(await open({}), /403/)
})
