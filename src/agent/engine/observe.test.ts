// Which ends an event tells all of, and what becomes of the container then. Ends that are looked at are in engine.test.ts.
import assert from "node:assert/strict"
import { test } from "node:test"
import { aContainer } from "../testing/tasks.ts"
import { endedAs, saysAll } from "./observe.ts"

const end = { exitCode: 3, finishedAt: 5_000 }
const ran = { startedAt: 1_000 }

test("a container in its task's network has ended as the event says", () => {
  const container = aContainer(ran)
  assert.ok(saysAll(container, end))
  const ended = endedAs(container, end, { now: 5_010, mayRestart: true })
  assert.deepEqual(
    [ended.known, ended.exitCode, ended.finishedAt, ended.startedAt, ended.reason],
    ["STOPPED", 3, 5_000, 1_000, undefined],
  )
})

test("a kill that nobody of us asked for is looked at: only the engine knows why", () => {
  assert.ok(!saysAll(aContainer(ran), { ...end, exitCode: 137 }))
  assert.ok(saysAll(aContainer({ ...ran, stopSentAt: 4_000 }), { ...end, exitCode: 137 }))
})

test("what has a network of its own is looked at, so that address and ports are free when it is over", () => {
  assert.ok(!saysAll(aContainer({ ...ran, addresses: ["172.17.0.2"] }), end))
  const networkBindings = [{ bindIP: "0.0.0.0", containerPort: 80, hostPort: 32768, protocol: "tcp" as const }]
  assert.ok(!saysAll(aContainer({ ...ran, networkBindings }), end))
  assert.ok(!saysAll(aContainer({ ...ran, type: "CNI_PAUSE" }), end))
})

test("an end that came before the newest start, or while it is started again, is looked at", () => {
  assert.ok(!saysAll(aContainer({ startedAt: 6_000 }), end))
  assert.ok(!saysAll(aContainer({ ...ran, restartedAt: 6_000 }), end))
  assert.ok(!saysAll(aContainer({ ...ran, restarting: true }), end))
  assert.ok(!saysAll(aContainer({ known: "CREATED" }), end))
  assert.ok(!saysAll(aContainer({ ...ran, known: "STOPPED" }), end))
})

test("a restart policy takes such an end like every other", () => {
  const definition = { restartPolicy: { enabled: true, restartAttemptPeriod: 3 } }
  const ended = endedAs(aContainer({ ...ran, definition }), end, { now: 5_010, mayRestart: true })
  assert.deepEqual([ended.known, ended.restarting, ended.exitCode], ["RUNNING", true, 3])
})
