// What the simulation has found, each told without it: agents and the disk at bad moments.
import assert from "node:assert/strict"
import { EventEmitter } from "node:events"
import { test } from "node:test"
import type { WebSocket } from "ws"
import { nextMove } from "../../src/controllers/task/plan.ts"
import { startFleet } from "../../src/fleet/index.ts"
import type { Caller } from "../../src/gate/index.ts"
import { silentLog } from "../../src/kernel/index.ts"
import { memoryJournal, openStore, schema, taskStatuses } from "../../src/state/index.ts"
import { heldJournal } from "../support/held-journal.ts"
import { aDefinition, aHost, aTask } from "../support/rows.ts"
import { TestClock } from "../support/test-clock.ts"
import { testIds } from "../support/test-ids.ts"

/** An agent's socket that notes what it is sent. */
class Socket extends EventEmitter {
  readonly OPEN = 1
  readyState = 1
  readonly heard: { type: string; message: { tasks?: { arn?: string; desiredStatus?: string }[] } }[] = []

  send(text: string): void {
    this.heard.push(JSON.parse(text))
  }

  close(): void {
    this.readyState = 3
    this.emit("close")
  }

  payloads() {
    return this.heard.flatMap(({ type, message }) => (type === "PayloadMessage" ? (message.tasks ?? []) : []))
  }
}

const host = aHost({ pool: undefined, machineId: undefined } as object)
const caller: Caller = { account: host.account, arn: "arn:aws:iam::111122223333:root", kind: "root" }

const world = async () => {
  const clock = new TestClock()
  const journal = heldJournal(memoryJournal())
  const state = await openStore({ schema, journal, log: silentLog, onFailure: assert.fail })
  state.transact((tx) => {
    tx.taskDefinitions.insert(aDefinition())
    tx.containerInstances.insert(host)
  })
  const fleet = startFleet({ state, clock, ids: testIds(), log: silentLog, apiPort: () => 4566 })
  const connect = async () => {
    const socket = new Socket()
    const path = `/acs/ws?containerInstanceArn=${encodeURIComponent(host.arn)}`
    assert.equal(fleet.attach(socket as unknown as WebSocket, path, caller), undefined)
    await clock.advance(0)
    return socket
  }
  await clock.advance(0)
  return { clock, journal, state, connect }
}
const task = aTask({ launchType: "EC2", containerInstanceArn: host.arn })

test("an agent that connects is not told of a task that is not on disk yet", async () => {
  const { clock, journal, state, connect } = await world()
  const connected = connect()
  // The session waits for its own commit; the task comes after that and before it is durable.
  journal.hold()
  state.transact((tx) => tx.tasks.insert(task))
  const socket = await connected
  assert.deepEqual(socket.payloads(), [])
  await journal.release()
  await clock.advance(0)
  assert.deepEqual(
    socket.payloads().map(({ arn, desiredStatus }) => [arn, desiredStatus]),
    [[task.arn, "RUNNING"]],
  )
})

test("a task is told to stop although a crash has lost the note that it was sent", async () => {
  const { clock, state, connect } = await world()
  const observed = { status: "RUNNING", runningAt: 1, containers: {} } as const
  state.transact((tx) => tx.tasks.insert({ ...task, observed, lastStatus: "DEACTIVATING", desiredStatus: "STOPPED" }))
  await clock.advance(0)
  const socket = await connect()
  assert.deepEqual(
    socket.payloads().map(({ arn, desiredStatus }) => [arn, desiredStatus]),
    [[task.arn, "STOPPED"]],
  )
})

test("the agent of an instance that is deregistered is sent away at once", async () => {
  const { clock, state, connect } = await world()
  const socket = await connect()
  state.transact((tx) => tx.containerInstances.patch(host.arn, { status: "INACTIVE" }))
  await clock.advance(0)
  assert.equal(socket.readyState, 3)
})

test("a task that is to stop keeps its reason when its host is lost", () => {
  for (const lastStatus of taskStatuses) {
    for (const payloadSentAt of [undefined, 1]) {
      const observed = { containers: {}, ...(payloadSentAt && { payloadSentAt }) }
      const stopping = { ...task, lastStatus, observed, desiredStatus: "STOPPED" } as const
      assert.notEqual(nextMove(stopping, { hostLost: true, now: 0 }).kind, "stop", `${lastStatus} ${payloadSentAt}`)
    }
  }
})
