// Requests that come before the address of their container is known.
import assert from "node:assert/strict"
import { test } from "node:test"
import { TestClock } from "../../../test/support/test-clock.ts"
import { fakeEngine } from "../testing/engine.ts"
import { aContainer, aTask } from "../testing/tasks.ts"
import { untilKnown } from "./beginnings.ts"

const source = "172.17.0.2"
const starting = aTask({
  definition: { networkMode: "bridge" },
  linkAddresses: [],
  containers: [aContainer({ name: "web", runtimeId: "id", known: "CREATED" })],
})
const started = { ...starting, linkAddresses: [source] }

test("a container that asks before its address is known waits for it", async () => {
  const clock = new TestClock()
  const engine = fakeEngine(starting)
  let answered = false
  const waiting = untilKnown(engine, clock, source)?.then(() => {
    answered = true
  })
  await clock.settle()
  assert.equal(answered, false)
  engine.put(started)
  await waiting
  assert.equal(clock.pending, 0)
})

test("nobody waits when no container is starting, or when the address is known", () => {
  const clock = new TestClock()
  assert.equal(untilKnown(fakeEngine(started), clock, source), undefined)
  assert.equal(untilKnown(fakeEngine(aTask({ linkAddresses: [] })), clock, source), undefined)
})

test("a stranger does not wait longer than a container takes to start", async () => {
  const clock = new TestClock()
  const waiting = untilKnown(fakeEngine(starting), clock, "10.0.0.9")
  assert.ok(waiting)
  await clock.advance(5_000)
  await waiting
})
