// Pursuing wishes by key on the virtual clock.
import assert from "node:assert/strict"
import { test } from "node:test"
import { TestClock } from "../../test/support/test-clock.ts"
import { type Outcome, Pursuit } from "./pursuit.ts"

/** A pursuit whose work is let go by hand. */
const pursuit = (clock: TestClock) => {
  const begun: { key: string; end: (outcome: Outcome) => void }[] = []
  const work = (key: string) => new Promise<Outcome>((end) => begun.push({ key, end }))
  return { begun, pursuit: new Pursuit(clock, work) }
}

test("a key is worked on once at a time, and once more for all that came meanwhile", async () => {
  const clock = new TestClock()
  const { begun, pursuit: loop } = pursuit(clock)
  loop.look("a")
  loop.look("a")
  loop.look("a")
  loop.look("b")
  assert.deepEqual(
    begun.map(({ key }) => key),
    ["a", "b"],
  )
  begun[0]?.end("done")
  await clock.advance(0)
  assert.deepEqual(
    begun.map(({ key }) => key),
    ["a", "b", "a"],
  )
  begun[2]?.end("done")
  await clock.advance(0)
  assert.equal(begun.length, 3)
})

test("a failure is tried again after pauses that grow, and at once when the wish changes", async () => {
  const clock = new TestClock()
  const { begun, pursuit: loop } = pursuit(clock)
  loop.look("a")
  for (const [attempt, pause] of [500, 1_000, 2_000].entries()) {
    begun[attempt]?.end("again")
    await clock.advance(pause - 1)
    assert.equal(begun.length, attempt + 1)
    await clock.advance(1)
    assert.equal(begun.length, attempt + 2)
  }
  begun[3]?.end("again")
  await clock.advance(0)
  loop.afresh("a")
  assert.equal(begun.length, 5)
  begun[4]?.end("again")
  await clock.advance(500)
  assert.equal(begun.length, 6)
})

test("closing waits for what runs and starts nothing more", async () => {
  const clock = new TestClock()
  const { begun, pursuit: loop } = pursuit(clock)
  loop.look("a")
  loop.look("a")
  let closed = false
  const closing = loop.close().then(() => {
    closed = true
  })
  await clock.advance(0)
  assert.equal(closed, false)
  begun[0]?.end("again")
  await closing
  await clock.advance(60_000)
  assert.equal(begun.length, 1)
})
