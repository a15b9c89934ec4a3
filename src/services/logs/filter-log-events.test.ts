import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { logsService } from "../../../test/support/logs-service.ts"

const g = { logGroupName: "g" }

/** All pages of a filter: the messages of each. */
const pagesOf = async (
  { call }: ReturnType<typeof logsService>,
  input: { filterPattern?: string; limit?: number; startFromHead?: boolean; startTime?: number },
) => {
  const pages: string[][] = []
  const tokens = new Set<string>()
  let nextToken: string | undefined
  do {
    const page = await call("FilterLogEvents", { ...g, ...input, ...(nextToken && { nextToken }) })
    pages.push((page.events ?? []).map((event) => event.message ?? ""))
    nextToken = page.nextToken
    if (nextToken) assert.ok(tokens.size < tokens.add(nextToken).size, "a token came twice")
  } while (nextToken)
  return pages
}

test("only what matches the pattern is answered, from all streams and in order", async () => {
  const service = logsService()
  const now = service.clock.now()
  await service.put("g", "a", [
    [now, '{"level":"ERROR","n":1}'],
    [now + 2, '{"level":"INFO","n":2}'],
  ])
  await service.put("g", "b", [
    [now + 1, "plain ERROR"],
    [now + 3, '{"level":"ERROR","n":3}'],
  ])
  const numbers = async (filterPattern: string, input: object = {}) =>
    (await pagesOf(service, { filterPattern, ...input })).flat().map((message) => message.replace(/\D/g, "") || "plain")
  assert.deepEqual(await numbers("ERROR"), ["1", "plain", "3"])
  assert.deepEqual(await numbers('{ $.level = "ERROR" }'), ["1", "3"])
  assert.deepEqual(await numbers("[first=plain, second]"), ["plain"])
  assert.deepEqual(await numbers("%[12]%"), ["1", "2"])
  assert.deepEqual(await numbers("nothing"), [])
  assert.deepEqual(await numbers("ERROR", { startFromHead: false, startTime: now }), ["3", "plain", "1"])
})

test("a page that is full of matches is followed by one that goes on behind the last", async () => {
  const service = logsService()
  const now = service.clock.now()
  await service.put(
    "g",
    "s",
    Array.from({ length: 20 }, (_, i) => [now + i, i % 5 === 0 ? `match ${i}` : "x"] as const),
  )
  assert.deepEqual(await pagesOf(service, { filterPattern: "match", limit: 2 }), [
    ["match 0", "match 5"],
    ["match 10", "match 15"],
    [],
  ])
})

test("a pattern that matches rarely looks through a bounded part in one call, and goes forward with every token", async () => {
  const service = logsService()
  const now = service.clock.now()
  const batch = 10_000
  for (let i = 0; i < 12; i++) {
    await service.put(
      "g",
      "s",
      Array.from({ length: batch }, (_, n) => [now + i, n === 0 && i === 11 ? "needle" : "hay"] as const),
    )
  }
  assert.deepEqual(await pagesOf(service, { filterPattern: "needle" }), [[], ["needle"]])
})

test("a dear pattern over long lines ends a call before a cheap one does", async () => {
  const service = logsService()
  const now = service.clock.now()
  const line = "a".repeat(100_000)
  for (let i = 0; i < 4; i++)
    await service.put(
      "g",
      "s",
      [1, 2, 3, 4].map((n) => [now + i * 4 + n, line] as const),
    )
  const cheap = await pagesOf(service, { filterPattern: "b" })
  assert.equal(cheap.length, 1)
  const dear = await pagesOf(service, { filterPattern: "%[ac]{0,500}b%" })
  assert.ok(dear.length > 1)
  assert.deepEqual(dear.flat(), [])
})

test("pages of any size hold every matching event once and in order", async () => {
  const letters = fc.constantFrom("a", "b", "c")
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(letters, fc.nat(5), letters), { maxLength: 30 }),
      fc.integer({ min: 1, max: 5 }),
      fc.boolean(),
      async (entries, limit, startFromHead) => {
        const service = logsService()
        const now = service.clock.now()
        await service.call("CreateLogGroup", g)
        for (const [i, [stream, offset, letter]] of entries.entries()) {
          await service.put("g", stream, [[now + offset, `${letter} ${offset} ${stream} ${i}`]])
        }
        const all = (await pagesOf(service, { startFromHead, startTime: now })).flat()
        const paged = await pagesOf(service, { filterPattern: "[w=a, rest]", limit, startFromHead, startTime: now })
        assert.deepEqual(
          paged.flat(),
          all.filter((message) => message.startsWith("a")),
        )
        assert.ok(paged.every((page) => page.length <= limit))
      },
    ),
    { numRuns: 50 },
  )
})
