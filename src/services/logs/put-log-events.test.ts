import assert from "node:assert/strict"
import { test } from "node:test"
import { logsService, scope } from "../../../test/support/logs-service.ts"
import { BulkFull } from "../../state/index.ts"

const hour = 3_600_000
const day = 24 * hour
const to = { logGroupName: "g", logStreamName: "s" }

const setUp = async () => {
  const service = logsService()
  await service.call("CreateLogGroup", { logGroupName: "g" })
  await service.call("CreateLogStream", to)
  const put = (logEvents: { timestamp: number; message: string }[]) =>
    service.call("PutLogEvents", { ...to, logEvents })
  const messages = async () =>
    (await service.call("GetLogEvents", { ...to, startFromHead: true })).events?.map((e) => e.message)
  return { ...service, put, messages }
}

test("events are kept with their text as it was, and the token grows though nobody asks for it", async () => {
  const { put, messages, clock } = await setUp()
  const texts = ["plain", " leading space", "two\nlines", "ünï\u0000cødé 😀", "12345 67"]
  const events = texts.map((message) => ({ timestamp: clock.now(), message }))
  assert.deepEqual(await put(events), { nextSequenceToken: "1".padStart(56, "0") })
  assert.deepEqual(await put(events), { nextSequenceToken: "2".padStart(56, "0") })
  assert.deepEqual(await messages(), [...texts, ...texts])
})

test("events out of AWS's window are left out, and the answer says which", async () => {
  const { put, messages, call, clock } = await setUp()
  const now = clock.now()
  const at = (timestamp: number) => ({ timestamp, message: String(timestamp - now) })
  const answer = await put([at(now - 14 * day - 1), at(now - 14 * day), at(now - 13.5 * day)])
  assert.deepEqual(answer.rejectedLogEventsInfo, { tooOldLogEventEndIndex: 1 })
  const ahead = await put([at(now), at(now + 2 * hour), at(now + 2 * hour + 1), at(now + 3 * hour)])
  assert.deepEqual(ahead.rejectedLogEventsInfo, { tooNewLogEventStartIndex: 2 })
  await call("PutRetentionPolicy", { logGroupName: "g", retentionInDays: 1 })
  const expired = await put([at(now - 15 * day), at(now - day - 1), at(now - hour)])
  assert.deepEqual(expired.rejectedLogEventsInfo, { tooOldLogEventEndIndex: 1, expiredLogEventEndIndex: 2 })
  const none = await put([at(now - 20 * day)])
  assert.deepEqual(none.rejectedLogEventsInfo, { tooOldLogEventEndIndex: 1 })
  assert.deepEqual(await messages(), [String(-hour), "0", String(2 * hour)])
  await call("DeleteRetentionPolicy", { logGroupName: "g" })
  assert.equal((await messages())?.length, 5)
})

test("the age of events is judged by the wall's clock, however fast the cloud's runs", async () => {
  const begin = Date.UTC(2024, 0, 1)
  const wallTime = (cloud: number) => begin + (cloud - begin) / 60
  const { call, clock, put } = logsService({ wallTime })
  await clock.advance(40 * day)
  const wall = wallTime(clock.now())
  await put("g", "s", [[wall, "now"]])
  const one = (timestamp: number) => call("PutLogEvents", { ...to, logEvents: [{ timestamp, message: "x" }] })
  assert.deepEqual((await one(wall - 14 * day - 1)).rejectedLogEventsInfo, { tooOldLogEventEndIndex: 1 })
  assert.deepEqual((await one(wall + 2 * hour + 1)).rejectedLogEventsInfo, { tooNewLogEventStartIndex: 0 })
  const { events } = await call("GetLogEvents", to)
  assert.deepEqual(events, [{ timestamp: wall, ingestionTime: wall, message: "now" }])
})

test("a batch that breaks a rule is refused in AWS's words and changes nothing", async () => {
  const { put, messages, clock, state } = await setUp()
  const now = clock.now()
  const { position } = state
  const one = { timestamp: now, message: "x" }
  const refusals = [
    [
      put([one, { ...one, timestamp: now - 1 }]),
      "Log events in a single PutLogEvents request must be in chronological order.",
    ],
    [
      put([{ ...one, timestamp: now - day - 1 }, one]),
      "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
    ],
    [put([{ ...one, message: "x".repeat(1_048_551) }]), "Upload too large: 1048577 bytes exceeds limit of 1048576"],
    [
      put(Array.from({ length: 10_001 }, () => one)),
      "1 validation error detected: Value '[10001 events]' at 'logEvents' failed to satisfy constraint: Member must have length less than or equal to 10000",
    ],
    [
      put([]),
      "1 validation error detected: Value '[0 events]' at 'logEvents' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
    [
      put([one, { ...one, message: "" }]),
      "1 validation error detected: Value '' at 'logEvents.2.member.message' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
  ] as const
  for (const [refused, message] of refusals) {
    await assert.rejects(refused, { code: "InvalidParameterException", message })
  }
  assert.equal(state.position, position)
  assert.deepEqual(await messages(), [])
  await put([{ ...one, message: "x".repeat(1_048_550) }])
  assert.equal((await messages())?.length, 1)
})

test("a stream or group that is not there takes nothing", async () => {
  const { call, clock } = await setUp()
  const logEvents = [{ timestamp: clock.now(), message: "x" }]
  await assert.rejects(call("PutLogEvents", { ...to, logStreamName: "none", logEvents }), {
    code: "ResourceNotFoundException",
    message: "The specified log stream does not exist.",
  })
  await assert.rejects(call("PutLogEvents", { ...to, logGroupName: "none", logEvents }), {
    code: "ResourceNotFoundException",
    message: "The specified log group does not exist.",
  })
})

test("batches that arrive at once are all kept, each in one piece", async () => {
  const { put, messages, clock } = await setUp()
  const batch = (name: string) => [0, 1, 2].map((i) => ({ timestamp: clock.now(), message: `${name}${i}` }))
  const names = Array.from({ length: 20 }, (_, i) => `batch ${i} `)
  await Promise.all(names.map((name) => put(batch(name))))
  assert.deepEqual(
    await messages(),
    names.flatMap((name) => [0, 1, 2].map((i) => `${name}${i}`)),
  )
})

test("what a crash left in the bulk store without a record is never answered", async () => {
  const { put, messages, clock, state, bulk } = await setUp()
  const at = (message: string) => ({ timestamp: clock.now(), message })
  await put([at("1")])
  const stream = state.view((view) => view.logStreams.get(`${scope.account}/${scope.region}/g s`))
  assert.ok(stream)
  await bulk.put(
    stream.series,
    [2, 3, 4].map((seq) => ({ seq, time: clock.now(), data: "0 orphan" })),
  )
  assert.deepEqual(await messages(), ["1"])
  await put([at("2")])
  assert.deepEqual(await messages(), ["1", "2"])
  await put([at("3"), at("4"), at("5")])
  assert.deepEqual(await messages(), ["1", "2", "3", "4", "5"])
})

test("a full bulk store fails the call, and the stream goes on when there is room", async () => {
  const { put, messages, clock, bulk } = await setUp()
  const at = (message: string) => ({ timestamp: clock.now(), message })
  await put([at("1")])
  const real = bulk.put.bind(bulk)
  bulk.put = () => Promise.reject(new BulkFull("no-space"))
  await assert.rejects(put([at("lost")]), { code: "ServiceUnavailableException" })
  bulk.put = real
  await put([at("2")])
  assert.deepEqual(await messages(), ["1", "2"])
})

test("a batch whose stream is removed meanwhile is refused, also when the stream is made again", async () => {
  const { put, messages, call, clock, bulk } = await setUp()
  const real = bulk.put.bind(bulk)
  bulk.put = async (series, items) => {
    await real(series, items)
    await call("DeleteLogStream", to)
    await call("CreateLogStream", to)
  }
  await assert.rejects(put([{ timestamp: clock.now(), message: "x" }]), {
    code: "ResourceNotFoundException",
    message: "The specified log stream does not exist.",
  })
  assert.deepEqual(await messages(), [])
})
