// The agent's end of its command socket: whatever a control plane says, the agent lives, and keeps its session.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { memoryCheckpoint } from "../../../src/agent/checkpoint/index.ts"
import { newCredentialsStore } from "../../../src/agent/credentials.ts"
import { admit } from "../../../src/agent/engine/admit.ts"
import { createSession } from "../../../src/agent/session/index.ts"
import { fakeEngine } from "../../../src/agent/testing/engine.ts"
import { aTask, clusterArn, taskArn } from "../../../src/agent/testing/tasks.ts"
import { fakeEcs, fakeSockets, instanceArn } from "../../../src/agent/testing/wire.ts"
import { silentLog } from "../../../src/kernel/index.ts"
import { TestClock } from "../../support/test-clock.ts"
import { testIds } from "../../support/test-ids.ts"
import { asJson } from "../grammar.ts"
import { bytesTarget, jsonWords, type Target } from "../target.ts"

const golden = JSON.parse(readFileSync(new URL("../../golden/agent/messages.json", import.meta.url), "utf8")) as Record<
  string,
  unknown
>
/** The recorded payload of several KB is broken as well by short ones, in a fifth of the time. */
const longest = 1200
const recorded = Object.entries(golden).flatMap(([name, frame]) =>
  name.startsWith("acs-in") && JSON.stringify(frame).length <= longest ? [frame] : [],
)
const payload = {
  type: "PayloadMessage",
  message: {
    clusterArn,
    containerInstanceArn: instanceArn,
    messageId: "m",
    seqNum: 1,
    tasks: [{ arn: taskArn, desiredStatus: "RUNNING", containers: [{ name: "a", image: "a", dependsOn: [] }] }],
  },
}

// Real admission of tasks, without an engine behind it: what would be made of the payload is made, and thrown away.
const held = fakeEngine(aTask())
const ids = testIds()
const owner = { cluster: "default", containerInstanceArn: instanceArn, dataFolder: "d" }
const engine = {
  ...held,
  accept: async (tasks: Parameters<typeof held.accept>[0]) => ({
    rejected: tasks.flatMap((task) =>
      admit(task, { ids, owner: owner as never, pauseImage: "pause" }).rejected ? [task.arn] : [],
    ),
  }),
}
const clock = new TestClock()
const net = fakeSockets()
const session = createSession({
  cluster: "default",
  ecs: fakeEcs().call,
  signer: { upgrade: () => ({}), frame: (_url, body) => body },
  open: net.open,
  engine,
  credentials: newCredentialsStore(),
  checkpoint: memoryCheckpoint("default"),
  clock,
  ids,
  log: silentLog,
  host: { agentVersion: "1", agentHash: "a", engineVersion: "20", cpus: 1, memoryMiB: 1, attributes: [] },
  logsDelivered: () => undefined,
  onConnected: () => {},
})
session.ready.catch(() => {})
await clock.settle()
net.last("acs").open()
await clock.settle()

let said = 0

export const agent: Target<Uint8Array> = bytesTarget({
  name: "agent",
  corpus: [...recorded, payload].map((frame) => Buffer.from(JSON.stringify(frame))),
  trees: [...recorded, payload],
  words: [
    ...jsonWords,
    '"PayloadMessage"',
    '"HeartbeatMessage"',
    '{"toString":1}',
    '"tasks":',
    '"seqNum":',
    '"timeline":',
  ],
  keys: [
    "type",
    "message",
    "messageId",
    "clusterArn",
    "tasks",
    "arn",
    "containers",
    "timeline",
    "seqNum",
    "roleCredentials",
  ],
  write: asJson,
  run: async (bytes) => {
    let socket = net.last("acs")
    // A payload that cannot be stored asks for a new connection.
    if (socket.closed !== undefined) {
      await clock.advance(150_000)
      socket = net.last("acs")
      socket.open()
      await clock.settle()
      net.sockets.splice(0, net.sockets.length - 2)
    }
    socket.message(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString())
    await undefined
    socket.sent.length = 0
    // Every so often: is it still there?
    if (++said % 1000 === 0) {
      await clock.settle()
      const now = net.last("acs")
      now.say("HeartbeatMessage", { messageId: "alive" })
      if (now.closed === undefined) assert.ok(now.heard().length > 0, "no answer to a heartbeat")
      now.sent.length = 0
    }
  },
})
