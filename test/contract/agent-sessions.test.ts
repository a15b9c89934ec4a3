// The agent protocol as an agent meets it: real WebSockets against fleet/ over records in memory.
import assert from "node:assert/strict"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { afterEach, describe, test } from "node:test"
import { WebSocket } from "ws"
import { type CredentialsOf, startFleet } from "../../src/fleet/index.ts"
import type { Caller } from "../../src/gate/index.ts"
import { silentLog } from "../../src/kernel/index.ts"
import type {
  Envelope,
  IamRoleCredentialsMessage,
  PayloadMessage,
  TaskManifestMessage,
} from "../../src/protocol/index.ts"
import { memoryStore, type TaskRow } from "../../src/state/index.ts"
import { aDefinition, aHost, aRole, aTask } from "../support/rows.ts"
import { TestClock } from "../support/test-clock.ts"
import { testIds } from "../support/test-ids.ts"

const machine: Caller = {
  account: "111122223333",
  arn: "arn:aws:sts::111122223333:assumed-role/RoadsteadHost/m-1",
  kind: "machine",
  machineId: "m-1",
}

const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

const setUp = async (caller: Caller = machine, credentials?: CredentialsOf) => {
  const state = await memoryStore()
  state.transact((tx) => {
    tx.containerInstances.insert(aHost())
    tx.taskDefinitions.insert(aDefinition())
  })
  const clock = new TestClock()
  const fleet = startFleet({
    state,
    clock,
    ids: testIds(),
    log: silentLog,
    apiPort: () => 4566,
    ...(credentials && { credentials }),
  })
  const http = createServer().on("upgrade", (request, socket, head) => fleet.upgrade(request, socket, head, caller))
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve))
  const { port } = http.address() as AddressInfo
  ends.push(() => {
    fleet.close()
    http.close()
  })

  const open = (channel: "acs" | "tcs", host = aHost().arn, more: Record<string, string> = {}) => {
    const name = channel === "acs" ? "containerInstanceArn" : "containerInstance"
    const query = new URLSearchParams({
      [name]: host,
      agentVersion: "1.0",
      dockerVersion: "20.10.24",
      sendCredentials: "true",
      ...more,
    })
    const socket = new WebSocket(`ws://127.0.0.1:${port}/${channel}/ws?${query}`)
    const heard: Envelope[] = []
    const waiting: { type: string; resolve: (message: Envelope) => void }[] = []
    socket.on("message", (data) => {
      const message = JSON.parse(String(data)) as Envelope
      const waiter = waiting.findIndex((w) => w.type === message.type)
      if (waiter < 0) heard.push(message)
      else waiting.splice(waiter, 1)[0]?.resolve(message)
    })
    /** The next message of a type, in the order of arrival. */
    const next = <M>(type: string): Promise<Envelope<string, M>> => {
      const known = heard.findIndex((message) => message.type === type)
      if (known >= 0) return Promise.resolve(heard.splice(known, 1)[0] as Envelope<string, M>)
      return new Promise((resolve) => waiting.push({ type, resolve: resolve as (message: Envelope) => void }))
    }
    const say = (type: string, message: object) => socket.send(JSON.stringify({ type, message }))
    const refused = new Promise<{ status: number | undefined; body: string }>((resolve) => {
      socket.on("unexpected-response", (_request, response) => {
        let body = ""
        response.on("data", (chunk: Buffer) => {
          body += chunk.toString()
        })
        response.on("end", () => resolve({ status: response.statusCode, body }))
      })
      socket.on("error", () => {})
    })
    return { socket, heard, next, say, refused }
  }

  /** Resolves when the task's record satisfies `when`. */
  const until = (arn: string, when: (task: TaskRow) => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = () => {
        const task = state.view((view) => view.tasks.get(arn))
        if (!task || !when(task)) return
        stop()
        resolve()
      }
      const { stop } = state.watch("committed", () => undefined, look)
      look()
    })
  return { state, clock, open, until }
}

describe("an agent's command session", () => {
  test("begins with what is due, then a manifest whose number is above every payload's", async () => {
    const { state, open } = await setUp()
    const task = aTask()
    state.transact((tx) => tx.tasks.insert(task))
    const agent = open("acs")
    const payload = await agent.next<PayloadMessage>("PayloadMessage")
    const manifest = await agent.next<TaskManifestMessage>("TaskManifestMessage")
    assert.deepEqual(
      payload.message.tasks.map((t) => [t.arn, t.desiredStatus, t.family, t.version]),
      [[task.arn, "RUNNING", "web", "1"]],
    )
    assert.ok(manifest.message.timeline > payload.message.seqNum)
  })

  test("is told of a task as soon as its record is placed, and its ack is noted", async () => {
    const { state, open, until } = await setUp()
    const agent = open("acs")
    await agent.next("TaskManifestMessage")
    const task = aTask()
    state.transact((tx) => tx.tasks.insert(task))
    const payload = await agent.next<PayloadMessage>("PayloadMessage")
    await until(task.arn, (t) => t.observed.payloadSentAt !== undefined)
    agent.say("AckRequest", { cluster: "x", containerInstance: aHost().arn, messageId: payload.message.messageId })
    await until(task.arn, (t) => t.observed.ackedAt !== undefined)
  })

  test("is sent a task once, however often its record changes", async () => {
    const { state, open, until } = await setUp()
    const agent = open("acs")
    await agent.next("TaskManifestMessage")
    const task = aTask()
    state.transact((tx) => tx.tasks.insert(task))
    await agent.next("PayloadMessage")
    await until(task.arn, (t) => t.observed.payloadSentAt !== undefined)
    state.transact((tx) => tx.tasks.patch(task.arn, { version: 2 }))
    const other = aTask({ id: "2".repeat(32) })
    state.transact((tx) => tx.tasks.insert(other))
    const next = await agent.next<PayloadMessage>("PayloadMessage")
    assert.equal(next.message.tasks[0]?.arn, other.arn)
  })

  test("is told to stop a task that is leaving, and only that it is to stop", async () => {
    const { state, open, until } = await setUp()
    const task = aTask({ observed: { payloadSentAt: 1, ackedAt: 1, containers: {} }, lastStatus: "RUNNING" })
    state.transact((tx) => tx.tasks.insert(task))
    const agent = open("acs")
    await agent.next("TaskManifestMessage")
    state.transact((tx) => tx.tasks.patch(task.arn, { desiredStatus: "STOPPED", lastStatus: "DEACTIVATING" }))
    const payload = await agent.next<PayloadMessage>("PayloadMessage")
    assert.deepEqual(payload.message.tasks, [
      { arn: task.arn, taskClusterArn: task.clusterArn, desiredStatus: "STOPPED" },
    ])
    await until(task.arn, (t) => t.observed.stopSentAt !== undefined)
  })

  test("that connects again hears again what it did not acknowledge", async () => {
    const { state, open } = await setUp()
    const task = aTask({ observed: { payloadSentAt: 1, containers: {} } })
    state.transact((tx) => tx.tasks.insert(task))
    for (const agent of [open("acs"), open("acs")]) {
      assert.equal((await agent.next<PayloadMessage>("PayloadMessage")).message.tasks[0]?.arn, task.arn)
    }
  })

  test("may go on with tasks that are to run, and must stop the others that it has", async () => {
    const { state, open } = await setUp()
    const wanted = aTask({ observed: { payloadSentAt: 1, ackedAt: 1, containers: {} }, lastStatus: "RUNNING" })
    state.transact((tx) => tx.tasks.insert(wanted))
    const agent = open("acs")
    const manifest = await agent.next<TaskManifestMessage>("TaskManifestMessage")
    const stranger = wanted.arn.replace(wanted.id, "9".repeat(32))
    agent.say("TaskStopVerificationMessage", {
      messageId: manifest.message.messageId,
      stopCandidates: [
        { taskArn: wanted.arn, desiredStatus: "STOPPED" },
        { taskArn: stranger, desiredStatus: "STOPPED" },
      ],
    })
    const ack = await agent.next<{ messageId: string; stopTasks: { taskArn: string }[] }>("TaskStopVerificationAck")
    assert.equal(ack.message.messageId, manifest.message.messageId)
    assert.deepEqual(
      ack.message.stopTasks.map((t) => t.taskArn),
      [stranger],
    )
  })

  test("of an agent that has just started gets the credentials of its tasks' roles again", async () => {
    const keys = { accessKeyId: "ASIA", secretAccessKey: "s", sessionToken: "t", expiration: "2030-01-01T00:00:00Z" }
    const role = (name: string) => ({ ...keys, credentialsId: name, roleArn: `arn:aws:iam::111122223333:role/${name}` })
    const { state, open } = await setUp(machine, () => ({ task: role("app"), execution: role("pull") }))
    const task = aTask({ observed: { payloadSentAt: 1, ackedAt: 1, containers: {} }, lastStatus: "RUNNING" })
    state.transact((tx) => tx.tasks.insert(task))
    const agent = open("acs")
    const first = await agent.next<IamRoleCredentialsMessage>("IAMRoleCredentialsMessage")
    const second = await agent.next<IamRoleCredentialsMessage>("IAMRoleCredentialsMessage")
    assert.deepEqual(
      [first, second].map(({ message }) => [message.taskArn, message.roleType, message.roleCredentials.credentialsId]),
      [
        [task.arn, "TaskApplication", "app"],
        [task.arn, "TaskExecution", "pull"],
      ],
    )
  })

  test("gets a heartbeat every twenty seconds", async () => {
    const { clock, open } = await setUp()
    const agent = open("acs")
    await agent.next("HeartbeatMessage")
    await clock.advance(20_000)
    await agent.next("HeartbeatMessage")
  })

  test("is given up when three heartbeats bring no word back, and kept when each is answered", async () => {
    for (const answers of [false, true]) {
      const { state, clock, open } = await setUp()
      const connected = () => state.view((view) => view.containerInstances.get(aHost().arn)?.session.connected)
      const agent = open("acs", aHost().arn, { protocolVersion: "2" })
      const closed = new Promise<void>((resolve) => agent.socket.on("close", () => resolve()))
      for (let beat = 0; beat < 3; beat += 1) {
        const { message } = await agent.next<{ messageId: string }>("HeartbeatMessage")
        if (answers) {
          agent.say("HeartbeatAckRequest", { messageId: message.messageId })
          // What the server did with the answer shows only in what it says next.
          agent.say("TaskStopVerificationMessage", { messageId: `m-${beat}`, stopCandidates: [] })
          await agent.next("TaskStopVerificationAck")
        }
        await clock.advance(20_000)
      }
      if (answers) await agent.next("HeartbeatMessage")
      else await closed
      assert.equal(connected(), answers)
    }
  })

  test("is over when its instance is deregistered, and the next one is refused", async () => {
    const { state, open } = await setUp()
    const [agent, telemetry] = [open("acs"), open("tcs")]
    await agent.next("HeartbeatMessage")
    await telemetry.next("HeartbeatMessage")
    const over = [agent, telemetry].map(
      ({ socket }) => new Promise<number>((resolve) => socket.on("close", (code) => resolve(code))),
    )
    state.transact((tx) => tx.containerInstances.patch(aHost().arn, { status: "INACTIVE" }))
    assert.deepEqual(await Promise.all(over), [1000, 1000])
    assert.match((await open("acs").refused).body, /InactiveInstanceException/)
  })

  test("makes its instance connected for as long as it is open", async () => {
    const { state, open } = await setUp()
    const connected = () => state.view((view) => view.containerInstances.get(aHost().arn)?.session.connected)
    const agent = open("acs")
    await agent.next("HeartbeatMessage")
    assert.equal(connected(), true)
    const gone = new Promise<void>((resolve) => {
      const { stop } = state.watch(
        "committed",
        () => undefined,
        () => {
          if (connected()) return
          stop()
          resolve()
        },
      )
    })
    agent.socket.close()
    await gone
  })

  test("survives frames that are no messages", async () => {
    const { open, clock } = await setUp()
    const agent = open("acs")
    await agent.next("HeartbeatMessage")
    for (const frame of [
      "",
      "null",
      "{",
      '{"type":"AckRequest"}',
      '{"type":"TaskStopVerificationMessage","message":{}}',
      "\u0000",
    ]) {
      agent.socket.send(frame)
    }
    agent.say("TaskStopVerificationMessage", { messageId: "m", stopCandidates: [null, 1, {}] })
    await agent.next("TaskStopVerificationAck")
    await clock.advance(20_000)
    await agent.next("HeartbeatMessage")
  })

  test("is refused to the role of an instance that may not poll, in the words of IAM", async () => {
    const caller: Caller = {
      ...{ account: "111122223333", kind: "role", machineId: "m-1", sessionName: "i-1" },
      arn: "arn:aws:sts::111122223333:assumed-role/host/i-1",
      roleArn: "arn:aws:iam::111122223333:role/host",
      roleId: "AROAHOSTAAAAAAAAAAAAA",
    }
    const { state, open } = await setUp(caller)
    const may = (...actions: string[]) => {
      const document = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: actions, Resource: "*" }] }
      const inline = [{ name: "p", document: JSON.stringify(document) }]
      state.transact((tx) => tx.iamRoles.put(aRole({ account: "111122223333", name: "host", inline })))
    }
    may("ecs:StartTelemetrySession")
    const { status, body } = await open("acs").refused
    assert.equal(status, 403)
    assert.match(body, /assumed-role\/host\/i-1 is not authorized to perform: ecs:Poll on resource: arn:aws:ecs:/)
    await new Promise<void>((resolve) => open("tcs").socket.on("open", resolve))
    may("ecs:Poll")
    await new Promise<void>((resolve) => open("acs").socket.on("open", resolve))
    assert.match((await open("tcs").refused).body, /ecs:StartTelemetrySession/)
  })

  test("is refused to the key of another machine, to strangers and to a deregistered instance", async () => {
    for (const caller of [
      { ...machine, machineId: "m-2" },
      { account: machine.account, arn: "arn:aws:iam::111122223333:root", kind: "root" as const },
    ]) {
      const { open } = await setUp(caller)
      const { status, body } = await open("acs").refused
      assert.equal(status, 403)
      assert.equal((JSON.parse(body) as Envelope).type, "AccessDeniedException")
    }
    const { state, open } = await setUp()
    state.transact((tx) => tx.containerInstances.patch(aHost().arn, { status: "INACTIVE" }))
    assert.match((await open("acs").refused).body, /InactiveInstanceException/)
    assert.match((await open("acs", "arn:nobody").refused).body, /InvalidInstanceException/)
  })
})

describe("an agent's telemetry session", () => {
  test("turns reported health into a fact, and acknowledges it", async () => {
    const { state, open, until } = await setUp()
    const task = aTask({ observed: { containers: { main: { status: "RUNNING" } } } })
    state.transact((tx) => tx.tasks.insert(task))
    const agent = open("tcs")
    await agent.next("HeartbeatMessage")
    const report = {
      metadata: { cluster: "x", containerInstance: aHost().arn, messageId: "1", fin: true },
      tasks: [{ taskArn: task.arn, containers: [{ containerName: "main", healthStatus: "HEALTHY", statusSince: 1 }] }],
      timestamp: 1,
    }
    agent.socket.send(`Host: x\r\n\r\n${JSON.stringify({ type: "PublishHealthRequest", message: report })}`)
    await agent.next("AckPublishHealth")
    await until(task.arn, (t) => t.observed.containers.main?.health === "HEALTHY")
  })

  test("keeps what the agent says of its host's health, with the time of its last change", async () => {
    const { state, clock, open } = await setUp()
    const agent = open("tcs")
    await agent.next("HeartbeatMessage")
    const say = async (status: string) => {
      const statuses = [{ type: "ContainerRuntime", status, lastUpdated: 1, lastStatusChange: 1 }, null, { type: "?" }]
      agent.socket.send(
        `Host: x\r\n\r\n${JSON.stringify({ type: "PublishInstanceStatusRequest", message: { statuses } })}`,
      )
      await agent.next("AckPublishInstanceStatus")
      return state.view((view) => view.instanceHealth.get(aHost().arn)?.checks)
    }
    const start = clock.now()
    await say("OK")
    await clock.advance(1000)
    const check = { type: "CONTAINER_RUNTIME", status: "OK", lastUpdated: start + 1000, lastStatusChange: start }
    assert.deepEqual(await say("OK"), [check])
    await clock.advance(1000)
    const changed = { ...check, status: "IMPAIRED", lastUpdated: start + 2000, lastStatusChange: start + 2000 }
    assert.deepEqual(await say("IMPAIRED"), [changed])
  })

  test("takes no health of a task that is on another host", async () => {
    const { state, open } = await setUp()
    const task = aTask({ containerInstanceArn: "other", observed: { containers: { main: { status: "RUNNING" } } } })
    state.transact((tx) => tx.tasks.insert(task))
    const agent = open("tcs")
    const tasks = [
      { taskArn: task.arn, containers: [{ containerName: "main", healthStatus: "UNHEALTHY", statusSince: 1 }] },
    ]
    await agent.next("HeartbeatMessage")
    agent.socket.send(`\r\n\r\n${JSON.stringify({ type: "PublishHealthRequest", message: { tasks } })}`)
    agent.socket.send(`Host: x\r\n\r\n${JSON.stringify({ type: "PublishHealthRequest", message: { tasks } })}`)
    await agent.next("AckPublishHealth")
    assert.equal(
      state.view((view) => view.tasks.get(task.arn)?.observed.containers.main?.health),
      undefined,
    )
  })
})
