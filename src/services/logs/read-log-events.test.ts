import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { logsService } from "../../../test/support/logs-service.ts"

const g = { logGroupName: "g" }
const s = { ...g, logStreamName: "s" }

test("without a start the newest events come, in the order of their time, and the tokens lead both ways", async () => {
  const { call, clock, put } = logsService()
  const now = clock.now()
  await put(
    "g",
    "s",
    [1, 2, 3, 4, 5].map((n) => [now + n, String(n)]),
  )
  const get = async (input: { nextToken?: string | undefined; startFromHead?: boolean }) => {
    const page = await call("GetLogEvents", { ...s, limit: 2, ...input })
    return { ...page, messages: page.events?.map((event) => event.message).join("") }
  }
  const newest = await get({})
  assert.equal(newest.messages, "45")
  const older = await get({ nextToken: newest.nextBackwardToken })
  assert.equal(older.messages, "23")
  const oldest = await get({ nextToken: older.nextBackwardToken })
  assert.equal(oldest.messages, "1")
  const end = await get({ nextToken: oldest.nextBackwardToken })
  assert.equal(end.messages, "")
  assert.equal(end.nextBackwardToken, oldest.nextBackwardToken)
  const turned = await get({ nextToken: end.nextForwardToken })
  assert.equal(turned.messages, "12")

  const head = await get({ startFromHead: true })
  assert.equal(head.messages, "12")
  assert.match(head.nextForwardToken ?? "", /^f\/\d{56}$/)
  const last = await get({ nextToken: newest.nextForwardToken })
  assert.equal(last.messages, "")
  assert.equal(last.nextForwardToken, newest.nextForwardToken)
  await put("g", "s", [[now + 6, "6"]])
  assert.equal((await get({ nextToken: last.nextForwardToken })).messages, "6")
  assert.equal((await get({ nextToken: last.nextBackwardToken })).messages, "45")
})

test("an empty stream has tokens that find its first event", async () => {
  const { call, clock } = logsService()
  await call("CreateLogGroup", g)
  await call("CreateLogStream", s)
  const empty = await call("GetLogEvents", s)
  assert.deepEqual(empty.events, [])
  await call("PutLogEvents", { ...s, logEvents: [{ timestamp: clock.now(), message: "x" }] })
  const next = await call("GetLogEvents", { ...s, nextToken: empty.nextForwardToken, startFromHead: true })
  assert.equal(next.events?.[0]?.message, "x")
  for (const nextToken of ["rubbish", "f/1", `x/${"0".repeat(56)}`]) {
    await assert.rejects(call("GetLogEvents", { ...s, nextToken }), {
      code: "InvalidParameterException",
      message: "The specified nextToken is invalid.",
    })
  }
})

test("the end of the range belongs to FilterLogEvents and not to GetLogEvents", async () => {
  const { call, clock, put } = logsService()
  const now = clock.now()
  await put(
    "g",
    "s",
    [0, 1, 2, 3].map((n) => [now + n, String(n)]),
  )
  const range = { startTime: now + 1, endTime: now + 3 }
  const got = await call("GetLogEvents", { ...s, ...range })
  assert.deepEqual(
    got.events,
    [1, 2].map((n) => ({ timestamp: now + n, message: String(n), ingestionTime: now })),
  )
  const filtered = await call("FilterLogEvents", { ...g, ...range })
  assert.deepEqual(
    filtered.events?.map((e) => e.message),
    ["1", "2", "3"],
  )
})

test("a page ends before a megabyte", async () => {
  const { call, clock, put } = logsService()
  for (let n = 0; n < 3; n++) await put("g", "s", [[clock.now() + n, `${n}${"x".repeat(500_000)}`]])
  const first = await call("GetLogEvents", { ...s, startFromHead: true })
  assert.equal(first.events?.length, 2)
  const second = await call("GetLogEvents", { ...s, startFromHead: true, nextToken: first.nextForwardToken })
  assert.deepEqual(
    second.events?.map((e) => e.message?.[0]),
    ["2"],
  )
  const filtered = await call("FilterLogEvents", g)
  assert.equal(filtered.events?.length, 2)
  assert.ok(filtered.nextToken)
})

test("events of several streams come interleaved, with ids that are theirs alone", async () => {
  const { call, clock, put } = logsService()
  const now = clock.now()
  await put("g", "web/1", [
    [now + 1, "a"],
    [now + 3, "c"],
  ])
  await put("g", "web/2", [
    [now + 2, "b"],
    [now + 3, "d"],
  ])
  await put("g", "db/1", [[now, "z"]])
  const answer = await call("FilterLogEvents", { ...g, interleaved: true, filterPattern: "" })
  assert.deepEqual(answer.searchedLogStreams, [])
  assert.equal(answer.nextToken, undefined)
  assert.deepEqual(
    answer.events?.map((e) => [e.logStreamName, e.message]),
    [
      ["db/1", "z"],
      ["web/1", "a"],
      ["web/2", "b"],
      ["web/1", "c"],
      ["web/2", "d"],
    ],
  )
  const ids = answer.events?.map((e) => e.eventId ?? "") ?? []
  assert.equal(new Set(ids).size, 5)
  for (const id of ids) assert.match(id, /^\d{56}$/)
  const again = await call("FilterLogEvents", { ...g, startTime: now + 3 })
  assert.deepEqual(
    again.events?.map((e) => e.eventId),
    ids.slice(3),
  )
  const some = async (input: Partial<Parameters<typeof call<"FilterLogEvents">>[1]>) =>
    (await call("FilterLogEvents", { ...g, ...input })).events?.map((e) => e.message).join("")
  assert.equal(await some({ logStreamNamePrefix: "web/" }), "abcd")
  assert.equal(await some({ logStreamNames: ["db/1", "web/2"] }), "zbd")
  assert.equal(await some({ startFromHead: false, startTime: now }), "dcbaz")
})

test("what FilterLogEvents cannot take it says", async () => {
  const { call, put, clock } = logsService()
  await put("g", "s", [[clock.now(), "x"]])
  await assert.rejects(call("FilterLogEvents", { ...g, filterPattern: "%(%" }), {
    code: "InvalidParameterException",
    message: "Invalid filter pattern",
  })
  await assert.rejects(call("FilterLogEvents", { ...g, filterPattern: "x".repeat(1025) }), {
    code: "InvalidParameterException",
    message: /at 'filterPattern' failed to satisfy constraint: Member must have length less than or equal to 1024$/,
  })
  await assert.rejects(call("FilterLogEvents", { ...g, logStreamNames: ["none"] }), {
    message: "The specified log stream does not exist.",
  })
  await assert.rejects(call("FilterLogEvents", { ...g, logStreamNames: ["s"], logStreamNamePrefix: "s" }), {
    code: "InvalidParameterException",
  })
  await assert.rejects(call("FilterLogEvents", { ...g, limit: 10_001 }), { code: "InvalidParameterException" })
  await assert.rejects(call("FilterLogEvents", { ...g, nextToken: "e30" }), {
    message: "The specified nextToken is invalid.",
  })
  await assert.rejects(call("FilterLogEvents", { ...g, startFromHead: false }), { code: "InvalidParameterException" })
})

test("events that are past their group's retention are not answered", async () => {
  const { call, clock, put } = logsService()
  await put("g", "s", [[clock.now(), "old"]])
  await call("PutRetentionPolicy", { ...g, retentionInDays: 1 })
  await clock.advance(86_400_000 - 1000)
  await put("g", "s", [[clock.now(), "new"]])
  const messages = async () => [
    (await call("FilterLogEvents", g)).events?.map((e) => e.message),
    (await call("GetLogEvents", s)).events?.map((e) => e.message),
  ]
  assert.deepEqual(await messages(), [
    ["old", "new"],
    ["old", "new"],
  ])
  await clock.advance(1001)
  assert.deepEqual(await messages(), [["new"], ["new"]])
})

test("pages of any size, in either direction, hold every event of the range once and in order", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 20 })), { maxLength: 60 }),
      fc.integer({ min: 1, max: 9 }),
      fc.boolean(),
      fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 20 })),
      async (events, limit, startFromHead, [from, to]) => {
        const { call, clock, put } = logsService()
        await call("CreateLogGroup", g)
        const at = clock.now()
        // Each event in a batch of its own: times go back and forth, as those of many writers do.
        for (const [i, [stream, time]] of events.entries()) await put("g", `s${stream}`, [[at + time, String(i)]])
        const expected = events
          .map(([stream, time], i) => ({ stream, time, i }))
          .filter(({ time }) => time >= from && time <= to)
          .sort((a, b) => a.time - b.time || a.stream - b.stream || a.i - b.i)
          .map(({ i }) => String(i))
        const seen: (string | undefined)[] = []
        let nextToken: string | undefined
        do {
          const page = await call("FilterLogEvents", {
            ...g,
            limit,
            startFromHead,
            startTime: at + from,
            endTime: at + to,
            nextToken,
          })
          assert.ok((page.events?.length ?? 0) <= limit)
          seen.push(...(page.events ?? []).map((e) => e.message))
          nextToken = page.nextToken
        } while (nextToken)
        assert.deepEqual(seen, startFromHead ? expected : expected.toReversed())
      },
    ),
    { numRuns: 60 },
  )
})
