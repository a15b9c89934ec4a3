// The sweep over stores in memory: what it removes, and what the records say afterwards.
import assert from "node:assert/strict"
import { test } from "node:test"
import { logsService, scope } from "../../test/support/logs-service.ts"
import { silentLog } from "../kernel/index.ts"
import { startLogSweep } from "./log-sweep.ts"

const day = 86_400_000
const g = { logGroupName: "g" }

const setUp = (wallTime = (cloud: number) => cloud) => {
  const service = logsService({ wallTime })
  const { state, bulk, clock, call } = service
  const start = () => startLogSweep({ state, logEvents: bulk, clock, log: silentLog, ports: { wallTime } })
  const stream = (name = "s") => {
    const row = state.view((view) => view.logStreams.get(`${scope.account}/${scope.region}/g ${name}`))
    assert.ok(row)
    return row
  }
  return {
    ...service,
    start,
    stream,
    kept: async (name = "s") =>
      (await bulk.range(stream(name).series, { limit: 100, order: "seq" })).map((item) => item.data.split(" ")[1]),
    storedBytes: async () => (await call("DescribeLogGroups", {})).logGroups?.[0]?.storedBytes,
  }
}

test("events past their group's retention are removed, and no longer counted", async () => {
  const { call, put, clock, start, kept, storedBytes, stream } = setUp()
  const stop = start()
  await put("g", "s", [[clock.now(), "first"]])
  await call("PutRetentionPolicy", { ...g, retentionInDays: 1 })
  await clock.advance(day - 3_600_000)
  await put("g", "s", [[clock.now(), "second"]])
  assert.deepEqual(await kept(), ["first", "second"])
  assert.equal(await storedBytes(), 5 + 26 + 6 + 26)
  await clock.advance(2 * 3_600_000)
  assert.deepEqual(await kept(), ["second"])
  assert.equal(await storedBytes(), 6 + 26)
  assert.equal(stream().firstEventAt, stream().lastEventAt)
  await clock.advance(day)
  assert.deepEqual(await kept(), [])
  assert.equal(await storedBytes(), 0)
  assert.equal(stream().firstEventAt, undefined)
  await put("g", "s", [[clock.now(), "third"]])
  await clock.advance(3_600_000)
  assert.deepEqual(await kept(), ["third"])
  assert.equal(await storedBytes(), 5 + 26)
  const { events } = await call("GetLogEvents", { ...g, logStreamName: "s" })
  assert.deepEqual(
    events?.map((event) => event.message),
    ["third"],
  )
  stop()
})

test("without a retention, or after it was taken away, nothing is removed", async () => {
  const { call, put, clock, start, kept } = setUp()
  await put("g", "s", [[clock.now(), "x"]])
  await call("PutRetentionPolicy", { ...g, retentionInDays: 1 })
  await call("DeleteRetentionPolicy", g)
  const stop = start()
  await clock.advance(40 * day)
  assert.deepEqual(await kept(), ["x"])
  stop()
})

test("a crash between the record and the removal counts nothing twice", async () => {
  const { call, put, clock, start, kept, bulk, storedBytes } = setUp()
  await put("g", "s", [[clock.now(), "old"]])
  await put("g", "s", [[clock.now() + 1, "older"]])
  await call("PutRetentionPolicy", { ...g, retentionInDays: 1 })
  await clock.advance(day + 2)
  await put("g", "s", [[clock.now(), "new"]])
  const trim = bulk.trim.bind(bulk)
  bulk.trim = () => Promise.reject(new Error("killed"))
  const crashed = start()
  await clock.advance(0)
  crashed()
  assert.equal(await storedBytes(), 3 + 26)
  assert.deepEqual(await kept(), ["old", "older", "new"])
  bulk.trim = trim
  const stop = start()
  await clock.advance(3_600_000)
  assert.deepEqual(await kept(), ["new"])
  assert.equal(await storedBytes(), 3 + 26)
  stop()
})

test("a fast cloud clock lets retention pass as fast, for events with times of the wall", async () => {
  // Sixty times as fast from the first moment on.
  const begin = Date.UTC(2024, 0, 1)
  const wallTime = (cloud: number) => begin + (cloud - begin) / (cloud > begin ? 60 : 1)
  const { call, put, clock, start, kept } = setUp(wallTime)
  const wall = () => wallTime(clock.now())
  await clock.advance(30 * day)
  await call("CreateLogGroup", g)
  await call("PutRetentionPolicy", { ...g, retentionInDays: 1 })
  const stop = start()
  await put("g", "s", [[wall(), "first"]])
  await clock.advance(day - 3_600_000)
  assert.deepEqual(await kept(), ["first"])
  await put("g", "s", [[wall(), "second"]])
  await clock.advance(2 * 3_600_000)
  assert.deepEqual(await kept(), ["second"])
  stop()
})

test("the events of streams that are gone are removed", async () => {
  const { call, put, clock, start, bulk } = setUp()
  await put("g", "s", [[clock.now(), "x"]])
  await put("g", "t", [[clock.now(), "y"]])
  await call("DeleteLogStream", { ...g, logStreamName: "s" })
  const stop = start()
  await clock.advance(0)
  assert.equal((await bulk.series()).length, 1)
  await call("DeleteLogGroup", g)
  await clock.advance(0)
  assert.deepEqual(await bulk.series(), [])
  stop()
})
