// The gentle bound on crash loops: ordinary deaths are replaced at once, endless quick ones at most every few seconds.
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { World } from "./testing.ts"
import { type Churn, churnAfter, isShortLife } from "./throttle.ts"

/** A service of which every task dies `life` after it ran, for `total` milliseconds: how many were started. */
const crashLoop = (desiredCount: number, life: number, total: number): number => {
  const world = new World({ desiredCount })
  world.deploy()
  const end = world.now + total
  let started = 0
  let next: number | undefined
  while (world.now < end) {
    next = world.settle((plan) => {
      if (plan.kind === "moves") started += plan.moves.start.reduce((sum, { count }) => sum + count, 0)
    })
    if (world.live.length > 0) {
      world.launch()
      world.now += life
      for (const task of world.live) world.end(task)
    } else world.now = Math.max(world.now + 1, next ?? end)
  }
  return started
}

test("a task that crashes at once is started at most about every eight seconds in the long run", () => {
  const minutes = 10
  assert.ok(crashLoop(1, 100, minutes * 60_000) <= 4 + 4 + (minutes * 60) / 8)
})

test("tasks that live ten seconds or more are replaced at once, however often", () => {
  const lives = 60
  assert.equal(crashLoop(1, 10_000, lives * 10_000), lives)
})

test("the first three rounds of quick deaths are replaced at once, whatever the size of the service", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), fc.nat(5_000), (wanted, gap) => {
      let churn: Churn | undefined
      let now = 0
      for (let death = 1; death <= 3 * wanted; death += 1) {
        now += gap
        churn = churnAfter(churn, 1, wanted, now)
        assert.equal(churn.until, now)
      }
    }),
  )
})

test("no pause is longer than eight seconds, and each is forgotten after a quiet minute", () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(90_000), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 5 }),
      (gaps, wanted) => {
        let churn: Churn | undefined
        let now = 0
        for (const gap of gaps) {
          now += gap
          churn = churnAfter(churn, 1, wanted, now)
          assert.ok(churn.until - now <= 8_000)
          if (gap >= 60_000) assert.equal(churn.deaths, 1)
        }
      },
    ),
  )
})

test("a life that nobody measured is no short one", () => {
  assert.deepEqual([undefined, 0, 9_999, 10_000].map(isShortLife), [false, true, true, false])
})
