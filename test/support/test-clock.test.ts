// The virtual clock keeps the contract of Clock: order, cancelling, and nothing before its time.
import assert from "node:assert/strict"
import { test } from "node:test"
import { delay, repeat } from "../../src/kernel/index.ts"
import { TestClock } from "./test-clock.ts"
import { testIds } from "./test-ids.ts"

test("timers fire in the order of their times, each at its own time, and not before", async () => {
  const clock = new TestClock(0)
  const fired: [string, number][] = []
  const note = (name: string) => () => fired.push([name, clock.now()])
  clock.at(30, note("c"))
  clock.at(10, note("a"))
  clock.at(10, note("b"))
  clock.at(31, note("d"))
  await clock.advance(9)
  assert.deepEqual(fired, [])
  await clock.advance(21)
  assert.deepEqual(fired, [
    ["a", 10],
    ["b", 10],
    ["c", 30],
  ])
  assert.deepEqual([clock.now(), clock.pending], [30, 1])
})

test("what a timer sets off is done before the next timer, new timers included", async () => {
  const clock = new TestClock(0)
  const done: string[] = []
  clock.at(10, () => {
    void delay(clock, 5).then(async () => {
      await new Promise(setImmediate)
      done.push(`chain ${clock.now()}`)
    })
  })
  clock.at(16, () => done.push(`later ${clock.now()}`))
  await clock.advance(20)
  assert.deepEqual(done, ["chain 15", "later 16"])
})

test("a timer that is due when it is set fires without time passing, but not within the call", async () => {
  const clock = new TestClock(100)
  const fired: string[] = []
  clock.at(100, () => {
    fired.push("now")
    clock.at(50, () => fired.push("past"))
  })
  clock.at(0, () => fired.push("cancelled"))()
  assert.deepEqual(fired, [])
  await clock.settle()
  assert.deepEqual([fired, clock.now(), clock.pending], [["now", "past"], 100, 0])
})

test("a cancelled timer does not fire, also when it is cancelled by another of the same time", async () => {
  const clock = new TestClock(0)
  const fired: string[] = []
  clock.at(5, () => cancel())
  const cancel = clock.at(5, () => fired.push("no"))
  const end = repeat(clock, 10, () => fired.push(`tick ${clock.now()}`))
  await clock.advance(25)
  end()
  await clock.advance(100)
  assert.deepEqual([fired, clock.pending], [["tick 10", "tick 20"], 0])
})

test("an error of a timer fails the call that let its time come", async () => {
  const clock = new TestClock(0)
  clock.at(5, () => assert.fail("broken"))
  await assert.rejects(clock.advance(5), /broken/)
})

test("the same seed gives the same ids, another seed others", () => {
  const take = (seed: number) => {
    const ids = testIds(seed)
    return [ids.uuid(), ids.hex(32), ids.ec2("eni"), ids.below(1000)]
  }
  assert.deepEqual(take(1), take(1))
  assert.notDeepEqual(take(1), take(2))
})
