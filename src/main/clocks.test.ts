import assert from "node:assert/strict"
import { test } from "node:test"
import { anchorAt, cloudTime, wallTime } from "./clocks.ts"

test("the cloud's time begins with the wall's and runs as many times as fast as it is told", () => {
  const anchor = anchorAt(undefined, 1000, 60)
  assert.equal(cloudTime(anchor, 1000), 1000)
  assert.equal(cloudTime(anchor, 2000), 61_000)
})

test("a restart with the same scale goes on as if nothing had been", () => {
  const first = anchorAt(undefined, 1000, 60)
  const second = anchorAt(first, 5000, 60)
  assert.equal(cloudTime(second, 6000), cloudTime(first, 6000))
})

test("another scale begins where the clock was, so that it never goes back", () => {
  const fast = anchorAt(undefined, 1000, 60)
  const slow = anchorAt(fast, 5000, 1)
  assert.equal(cloudTime(slow, 5000), cloudTime(fast, 5000))
  assert.equal(cloudTime(slow, 6000), cloudTime(fast, 5000) + 1000)
})

test("the wall's time of a time of the cloud is where the cloud came from", () => {
  const anchor = anchorAt(anchorAt(undefined, 1000, 60), 5000, 10)
  for (const wall of [5000, 5001, 90_000]) assert.equal(wallTime(anchor, cloudTime(anchor, wall)), wall)
  assert.equal(wallTime(anchor, cloudTime(anchor, 5000) - 7), 4993)
})
