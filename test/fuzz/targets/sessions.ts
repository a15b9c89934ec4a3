// The control plane's end of the agents' sockets: frames of commands and of telemetry, and the request that opens them. A
// frame that throws here would end the whole control plane, for sockets have no caller to answer to.
import assert from "node:assert/strict"
import { EventEmitter } from "node:events"
import { readFileSync } from "node:fs"
import type { IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import type { WebSocket } from "ws"
import { startFleet } from "../../../src/fleet/index.ts"
import { AcsSession } from "../../../src/fleet/sessions/acs.ts"
import { startTcsSession } from "../../../src/fleet/sessions/tcs.ts"
import { silentLog } from "../../../src/kernel/index.ts"
import { parseEnvelope, parseSignedFrame } from "../../../src/protocol/index.ts"
import { memoryStore, type State } from "../../../src/state/index.ts"
import { aDefinition, aHost, aTask } from "../../support/rows.ts"
import { TestClock } from "../../support/test-clock.ts"
import { testIds } from "../../support/test-ids.ts"
import { asJson } from "../grammar.ts"
import { bytesTarget, jsonWords, type Target } from "../target.ts"

/** An open socket to which everything can be said. */
class Socket extends EventEmitter {
  readonly OPEN = 1
  readonly readyState = 1
  send(text: string): void {
    assert.equal(typeof JSON.parse(text), "object")
  }
  say(bytes: Uint8Array): void {
    this.emit("message", Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  }
}

const golden = JSON.parse(readFileSync(new URL("../../golden/agent/messages.json", import.meta.url), "utf8")) as Record<
  string,
  unknown
>
const frames = (prefix: string): string[] =>
  Object.entries(golden).flatMap(([name, frame]) => (name.startsWith(prefix) ? [JSON.stringify(frame)] : []))

const hosted = (): State => {
  const state = memoryStore()
  state.transact((tx) => {
    tx.containerInstances.insert(aHost())
    tx.taskDefinitions.insert(aDefinition())
    tx.tasks.insert(aTask({ observed: { containers: { main: { status: "RUNNING" } } } }))
  })
  return state
}
const parts = () => ({ instanceArn: aHost().arn, state: hosted(), clock: new TestClock(), log: silentLog })

const ours = [
  { type: "AckRequest", message: { cluster: "default", containerInstance: aHost().arn, messageId: "m" } },
  { type: "NackRequest", message: { messageId: "m", reason: "no" } },
  { type: "HeartbeatAckRequest", message: { messageId: "m" } },
  {
    type: "TaskStopVerificationMessage",
    message: { messageId: "m", stopCandidates: [{ taskArn: aTask().arn, desiredStatus: "STOPPED" }] },
  },
]
const texts = ours.map((frame) => JSON.stringify(frame))
const keys = [
  "type",
  "message",
  "messageId",
  "stopCandidates",
  "credentialsId",
  "expiration",
  "taskArn",
  "tasks",
  "containers",
  "healthStatus",
  "containerName",
  "metadata",
  "toString",
]
const words = [...jsonWords, '"AckRequest"', '"TaskStopVerificationMessage"', '{"toString":1}', aTask().arn]

const commands = new Socket()
const acsParts = parts()
new AcsSession({
  ...acsParts,
  socket: commands as unknown as WebSocket,
  clusterArn: aTask().clusterArn,
  ids: testIds(),
  compile: () => undefined,
  sendCredentials: false,
  credentials: () => ({}),
  acknowledged: new Map(),
}).begin()

export const acs: Target<Uint8Array> = bytesTarget({
  name: "acs",
  trees: ours,
  corpus: [...texts, ...frames("acs-out")].map((frame) => Buffer.from(frame)),
  words,
  keys,
  write: asJson,
  run: (bytes) => commands.say(bytes),
})

const telemetry = new Socket()
startTcsSession({ ...parts(), cloudNow: () => 0, socket: telemetry as unknown as WebSocket, onMetrics: () => {} })
const health = {
  type: "PublishHealthRequest",
  message: {
    metadata: { messageId: "m", fin: true },
    tasks: [{ taskArn: aTask().arn, containers: [{ containerName: "main", healthStatus: "HEALTHY", statusSince: 1 }] }],
    timestamp: 1,
  },
}
const head = "GET /tcs/ws HTTP/1.1\r\nHost: a\r\nAuthorization: AWS4-HMAC-SHA256 Credential=a\r\n\r\n"

export const tcs: Target<Uint8Array> = bytesTarget({
  name: "tcs",
  trees: [health],
  corpus: [...frames("tcs-out"), JSON.stringify(health)].map((frame) => Buffer.from(head + frame)),
  words: [...words, "\r\n\r\n", "\r\n", ":", '"PublishHealthRequest"', '"PublishMetricsRequest"', '"HEALTHY"'],
  keys,
  write: (value) => Buffer.concat([Buffer.from(head), asJson(value)]),
  run: (bytes) => telemetry.say(bytes),
})

/** The parsers alone, which both ends use. */
export const envelope: Target<Uint8Array> = bytesTarget({
  name: "envelope",
  trees: [...ours, health],
  corpus: [...texts, head + JSON.stringify(health)].map((frame) => Buffer.from(frame)),
  words: [...words, "\r\n\r\n"],
  keys,
  write: asJson,
  run: (bytes) => {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()
    for (const parsed of [parseEnvelope(text), parseSignedFrame(text)?.envelope]) {
      if (parsed) assert.ok(typeof parsed.type === "string" && typeof parsed.message === "object" && parsed.message)
    }
  },
})

const fleet = startFleet({ ...parts(), ids: testIds(), apiPort: () => 4566 })
const refusing = { end: () => {}, destroy: () => {}, on: () => {} } as unknown as Duplex
const caller = { account: "111122223333", arn: "arn:nobody", kind: "root" as const }

/** The request line of an upgrade whose signature was in order. */
export const upgrade: Target<Uint8Array> = bytesTarget({
  name: "upgrade",
  corpus: [
    `/acs/ws?containerInstanceArn=${aHost().arn}&sendCredentials=true`,
    `/tcs/ws?containerInstance=${aHost().arn}`,
  ].map((url) => Buffer.from(url)),
  words: ["//", "/..", "%", "%00", "?", "#", "http://", ":99999", "[", "@", "\\", "&", "=", "/acs/ws"],
  keys: ["/acs/ws", "?", "//"],
  write: (value) => Buffer.from(JSON.stringify(value).replaceAll(/["{},]/g, "/")),
  run: (bytes) => {
    const url = Buffer.from(bytes).toString("latin1")
    fleet.upgrade({ url } as IncomingMessage, refusing, Buffer.alloc(0), caller)
  },
})
