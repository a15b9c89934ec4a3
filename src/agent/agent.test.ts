// The agent as a whole, on a simulated engine: what it says to a control plane over real HTTP and WebSockets, and that a
// restart finds its tasks again without anybody noticing.
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type TestContext, test } from "node:test"
import { type WebSocket, WebSocketServer } from "ws"
import { realClock } from "../../test/support/real-clock.ts"
import { testIds } from "../../test/support/test-ids.ts"
import { silentLog } from "../kernel/index.ts"
import { parseEnvelope, parseSignedFrame } from "../protocol/index.ts"
import { type AgentOptions, CheckpointError, RegistrationRefused, startAgent } from "./index.ts"
import { clusterArn, taskArn } from "./testing/tasks.ts"
import { instanceArn } from "./testing/wire.ts"

type Json = Record<string, unknown>

/** A control plane of which every event can be waited for. */
const controlPlane = async (t: TestContext) => {
  const heard: { what: string; body: Json }[] = []
  const waiting = new Set<() => void>()
  const note = (what: string, body: Json) => {
    heard.push({ what, body })
    for (const look of waiting) look()
  }
  /** The first event from `from` on for which `when` holds. */
  const until = (what: string, when: (body: Json) => boolean = () => true, from = 0): Promise<Json> =>
    new Promise((resolve) => {
      const look = () => {
        const found = heard.slice(from).find((event) => event.what === what && when(event.body))
        if (!found) return
        waiting.delete(look)
        resolve(found.body)
      }
      waiting.add(look)
      look()
    })
  let refuse = false
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Json
    const operation = String(request.headers["x-amz-target"]).split(".").at(-1) ?? ""
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const answers: Record<string, Json> = {
      RegisterContainerInstance: {
        containerInstance: { containerInstanceArn: instanceArn, attributes: body.attributes },
      },
      DiscoverPollEndpoint: { endpoint: `${endpoint}/acs`, telemetryEndpoint: `${endpoint}/tcs` },
    }
    response.writeHead(refuse ? 400 : 200, { "Content-Type": "application/x-amz-json-1.1" })
    response.end(
      JSON.stringify(
        refuse ? { __type: "ClientException", message: "no" } : (answers[operation] ?? { acknowledgment: "A" }),
      ),
    )
    note(operation, body)
  })
  const sockets = new WebSocketServer({ server })
  let acs: WebSocket | undefined
  sockets.on("connection", (socket, request) => {
    const channel = request.url?.startsWith("/acs") ? "acs" : "tcs"
    if (channel === "acs") acs = socket
    note(`${channel} upgrade`, { url: request.url, ...request.headers })
    socket.on("message", (data) => {
      const text = String(data)
      const envelope = channel === "acs" ? parseEnvelope(text) : parseSignedFrame(text)?.envelope
      assert.ok(envelope, text)
      note(envelope.type, envelope.message as Json)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  t.after(() => {
    for (const socket of sockets.clients) socket.terminate()
    server.close()
    server.closeAllConnections()
  })
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard,
    until,
    say: (type: string, message: Json) => acs?.send(JSON.stringify({ type, message })),
    refuseAll: () => {
      refuse = true
    },
  }
}

const setUp = async (t: TestContext) => {
  const folder = mkdtempSync(join(tmpdir(), "agent-"))
  t.after(() => rmSync(folder, { recursive: true }))
  const plane = await controlPlane(t)
  const start = async (more: Partial<AgentOptions> = {}) => {
    const agent = await startAgent({
      dataFolder: folder,
      cluster: "default",
      region: "us-east-1",
      endpoint: plane.endpoint,
      credentials: { accessKeyId: "AKID", secretAccessKey: "secret" },
      engine: { kind: "simulated" },
      owner: "o",
      machineId: "m",
      metadata: { host: "127.0.0.1", port: 0 },
      log: silentLog,
      wallClock: realClock,
      ids: testIds(),
      ...more,
    })
    t.after(() => agent.close())
    return agent
  }
  return { plane, start }
}

const payload = (desiredStatus: "RUNNING" | "STOPPED", messageId: string, seqNum: number) => ({
  clusterArn,
  containerInstanceArn: instanceArn,
  messageId,
  seqNum,
  generatedAt: 1,
  tasks: [
    {
      arn: taskArn,
      taskClusterArn: clusterArn,
      desiredStatus,
      family: "demo",
      version: "3",
      containers: [
        {
          name: "web",
          image: "any",
          cpu: 0,
          memory: 16,
          essential: true,
          dockerConfig: { config: "{}", hostConfig: "{}", version: "1.17" },
        },
      ],
    },
  ],
})

test("an agent joins, runs a task, survives its own restart with it, and stops it when told", async (t) => {
  const { plane, start } = await setUp(t)
  const first = await start()
  assert.equal(first.containerInstanceArn, instanceArn)
  const upgrade = await plane.until("acs upgrade")
  assert.match(
    String(upgrade.authorization),
    /^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/us-east-1\/ecs\/aws4_request, SignedHeaders=host;x-amz-date, /,
  )
  assert.equal(upgrade["sec-websocket-extensions"], undefined)
  await plane.until("PublishMetricsRequest", (m) => (m.metadata as Json).idle === true)

  plane.say("PayloadMessage", payload("RUNNING", "m1", 1))
  await plane.until("AckRequest", (m) => m.messageId === "m1")
  const running = await plane.until("SubmitTaskStateChange", (m) => m.status === "RUNNING")
  const runtimeId = (running.containers as Json[]).at(-1)?.runtimeId
  await first.close()

  const restart = plane.heard.length
  await start()
  const again = await plane.until("RegisterContainerInstance", () => true, restart)
  assert.equal(again.containerInstanceArn, instanceArn)
  assert.match(String((await plane.until("acs upgrade", () => true, restart)).url), /sendCredentials=true/)
  plane.say("PayloadMessage", payload("STOPPED", "m2", 2))
  const stopped = await plane.until("SubmitTaskStateChange", (m) => m.status === "STOPPED", restart)
  const container = (stopped.containers as Json[]).at(-1)
  assert.deepEqual([container?.containerName, container?.status, container?.runtimeId], ["web", "STOPPED", runtimeId])
})

test("an agent that is refused, or whose folder is another's, does not start, and leaves nothing open", async (t) => {
  const { plane, start } = await setUp(t)
  const agent = await start()
  await assert.rejects(start(), CheckpointError)
  await agent.close()
  await assert.rejects(start({ cluster: "other" }), CheckpointError)
  plane.refuseAll()
  await assert.rejects(start(), RegistrationRefused)
  await assert.rejects(start(), RegistrationRefused)
})
