import assert from "node:assert/strict"
import { existsSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { TestClock } from "../../../test/support/test-clock.ts"
import { silentLog } from "../../kernel/index.ts"
import type { BulkStore } from "../bulk.ts"
import { memoryBulkStore } from "./memory.ts"
import { type MetricPoint, type MetricPoints, metricPoints } from "./metric-points.ts"
import { sqliteBulkStore } from "./sqlite.ts"

const minute = 60_000
/** When the clocks of the tests begin: points are given by their minute from then on. */
const start = new TestClock().now()
const series = {
  account: "123456789012",
  region: "us-east-1",
  namespace: "AWS/ApplicationELB",
  metric: "RequestCount",
  dimensions: { TargetGroup: "targetgroup/t/1", LoadBalancer: "app/web/1" },
}
const point = (at: number, sum: number, more: Partial<MetricPoint> = {}): MetricPoint => ({
  ...series,
  ...{ at: start + at, unit: "Count", sum, count: sum, minimum: 1, maximum: 1 },
  ...more,
})

/** Points over a store; a closed one is opened again by the next. */
const points = (clock: TestClock, open: () => Promise<BulkStore>, exists = () => true): MetricPoints =>
  metricPoints({ clock, open, exists, log: silentLog })

const sums = async (of: MetricPoints, from = 0, to = Infinity) =>
  (await of.range(series, start + from, start + to)).map(({ at, sum, count, minimum, maximum }) => [
    at - start,
    sum,
    count,
    minimum,
    maximum,
  ])

test("points come back by metric and dimensions, in order, those of a minute as one", async () => {
  const clock = new TestClock()
  const of = points(clock, async () => memoryBulkStore())
  await of.put([point(2 * minute, 5), point(minute, 3)])
  await of.put([point(minute, 4, { minimum: 0, maximum: 7 }), point(minute, 9, { metric: "NewConnectionCount" })])
  assert.deepEqual(await sums(of), [
    [minute, 7, 7, 0, 7],
    [2 * minute, 5, 5, 1, 1],
  ])
  assert.deepEqual(await sums(of, 2 * minute, 2 * minute), [[2 * minute, 5, 5, 1, 1]])
  const turned = { ...series, dimensions: { LoadBalancer: "app/web/1", TargetGroup: "targetgroup/t/1" } }
  assert.equal((await of.range(turned, start, start + minute)).length, 1, "dimensions have no order")
  assert.deepEqual(await of.range({ ...series, dimensions: { LoadBalancer: "app/web/1" } }, 0, Infinity), [])
  const listed = await of.list(series)
  assert.deepEqual(listed.map(({ metric, dimensions }) => [metric, Object.keys(dimensions)]).sort(), [
    ["NewConnectionCount", ["LoadBalancer", "TargetGroup"]],
    ["RequestCount", ["LoadBalancer", "TargetGroup"]],
  ])
  assert.deepEqual(await of.list({ ...series, account: "000000000000" }), [])
  await of.clear()
  assert.deepEqual(await sums(of), [])
})

test("points are there after a restart, and add up with those of the same minute from before", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "roadstead-metrics-"))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, "metrics.sqlite")
  const clock = new TestClock()
  const open = () => {
    const of = points(
      clock,
      () => sqliteBulkStore({ file, bytes: 1_000_000 }),
      () => existsSync(file),
    )
    t.after(() => of.close())
    return of
  }
  const first = open()
  assert.deepEqual(await sums(first), [])
  assert.equal(existsSync(file), false, "who only looks makes nothing")
  await first.put([point(minute, 3)])
  await first.close()
  await clock.advance(5)
  const second = open()
  assert.deepEqual(await sums(second), [[minute, 3, 3, 1, 1]])
  await second.put([point(minute, 4)])
  assert.deepEqual(await sums(second), [[minute, 7, 7, 1, 1]])
  await second.close()
})

test("when the store is full the oldest points make room, and nobody is refused", async () => {
  const clock = new TestClock()
  const of = points(clock, async () => memoryBulkStore({ bytes: 10_000 }))
  for (let i = 0; i < 600; i++) {
    await clock.advance(minute)
    await of.put([point(i * minute, i)])
  }
  const kept = await sums(of)
  assert.ok(kept.length > 10 && kept.length < 120, `${kept.length} are left`)
  assert.equal(kept.at(-1)?.[0], 599 * minute)
  assert.deepEqual(of.counts(), { kept: 600, dropped: 0 })
})

test("points that fit nowhere, and a store that cannot be opened, are given up and counted", async () => {
  const clock = new TestClock()
  const small = points(clock, async () => memoryBulkStore({ bytes: 10 }))
  await small.put([point(minute, 1)])
  assert.deepEqual(small.counts(), { kept: 0, dropped: 1 })
  const none = points(clock, () => Promise.reject(new Error("no file")))
  await none.put([point(minute, 1), point(minute, Number.NaN)])
  assert.deepEqual(none.counts(), { kept: 0, dropped: 2 })
  await none.close()
})

test("points are forgotten after fifteen months", async () => {
  const clock = new TestClock()
  const day = 24 * 60 * minute
  const of = points(clock, async () => memoryBulkStore())
  await of.put([point(0, 1)])
  await clock.advance(454 * day)
  await of.put([point(454 * day, 2)])
  assert.equal((await sums(of)).length, 2)
  await clock.advance(2 * day)
  await of.put([point(456 * day, 3)])
  assert.deepEqual(
    (await sums(of)).map(([, sum]) => sum),
    [2, 3],
  )
})
