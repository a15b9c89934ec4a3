// Lines become events as a simple model of Docker's driver says, whatever is read at once, and again after a restart at
// any event.
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { compileRegexp } from "../../../kernel/index.ts"
import type { RawLine } from "../json-file/reader.ts"
import { type Boundary, EventSource } from "./events.ts"
import { beyond, type LogEvent } from "./join.ts"

const newEvent = compileRegexp("^S")
const start: Boundary = { offset: 0, file: { base: 0, mark: "f" } }
const source = (committed = 0, from = start) =>
  new EventSource({ newEvent, committed, onGivenUp: () => assert.fail("given up") }, from)

/** Raw lines of a file, as Docker writes what a container wrote. */
const fileOf = (pieces: readonly { log: string; stream: string }[]): RawLine[] => {
  let end = 0
  return pieces.map(({ log, stream }) => {
    const raw = JSON.stringify({ log, stream, time: "2026-11-26T10:00:00Z" })
    end += Buffer.byteLength(raw) + 1
    return { raw, end }
  })
}
const read = (events: EventSource, lines: readonly RawLine[], chunks: readonly number[] = [lines.length]) => {
  const out: LogEvent[] = []
  const boundaries: Boundary[] = []
  for (let at = 0, i = 0; at < lines.length; i++) {
    const chunk = lines.slice(at, at + Math.max(1, chunks[i % chunks.length] ?? 1))
    at += chunk.length
    const { events: some, boundary } = events.take(chunk, start.file)
    out.push(...some)
    if (boundary) boundaries.push(boundary)
  }
  return { events: [...out, ...events.finish(lines.at(-1)?.end ?? 0)], boundaries }
}

/** The model: text is cut before each line that begins with S, and every line keeps its newline. */
const model = (lines: readonly string[]): string[] => {
  const events: string[] = []
  for (const line of lines) {
    if (line.startsWith("S") || events.length === 0) events.push("")
    events[events.length - 1] += `${line}\n`
  }
  return events
}

const line = fc.tuple(fc.constantFrom("S", "", " at "), fc.string({ unit: "grapheme", maxLength: 6 })).map((t) => {
  const text = t.join("").replaceAll("\n", "")
  return Buffer.from(text).toString()
})

test("a line that matches begins an event, and all others go on with it", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ text: line, stream: fc.constantFrom("stdout", "stderr") }), { maxLength: 40 }),
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 }),
      (lines, chunks) => {
        const raw = fileOf(lines.map(({ text, stream }) => ({ log: `${text}\n`, stream })))
        assert.deepEqual(
          read(source(), raw, chunks).events.map((event) => event.text),
          model(lines.map(({ text }) => text)),
        )
      },
    ),
  )
})

test("a restart behind any event goes on with the next, from any place at which reading may begin", () => {
  const piece = fc.record({
    log: fc.tuple(line, fc.boolean()).map(([text, whole]) => (whole ? `${text}\n` : text || "x")),
    stream: fc.constantFrom("stdout", "stderr"),
  })
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 30 }), fc.nat(), fc.nat(), (pieces, n, m) => {
      const raw = fileOf(pieces)
      const { events, boundaries } = read(source(), raw, [1])
      const done = n % (events.length + 1)
      const committed = events[done - 1]?.end ?? 0
      const known = [start, ...boundaries.filter(({ offset }) => offset <= committed)]
      const from = known[m % known.length] ?? start
      const rest = raw.filter(({ end }) => end > from.offset)
      assert.deepEqual(
        read(source(committed, from), rest, [3]).events.map(({ text, end }) => ({ text, end })),
        events.slice(done).map(({ text, end }) => ({ text, end })),
      )
    }),
  )
})

test("an event ends before it grows beyond what CloudWatch Logs takes", () => {
  const long = "y".repeat(100_000)
  const raw = fileOf([`S${long}`, long, long, "S"].map((text) => ({ log: `${text}\n`, stream: "stdout" })))
  assert.deepEqual(
    read(source(), raw).events.map((event) => event.text.length),
    [200_003, 100_001, 2],
  )
})

test("an event that waited long enough is finished, and what comes then is another", () => {
  const events = source()
  const raw = fileOf(["S1", "a", "b", "S2"].map((text) => ({ log: `${text}\n`, stream: "stdout" })))
  assert.deepEqual(events.take(raw.slice(0, 2), start.file).events, [])
  assert.equal(events.isOpen, true)
  const flushed = events.flush()
  assert.deepEqual(
    flushed.events.map((event) => event.text),
    ["S1\na\n"],
  )
  assert.equal(flushed.boundary?.offset, raw[1]?.end)
  assert.deepEqual(
    events.take(raw.slice(2), start.file).events.map((event) => event.text),
    ["b\n"],
  )
})

test("of an event that is half in the stream the rest is left", () => {
  const raw = fileOf(["S1", "a", "b"].map((text) => ({ log: `${text}\n`, stream: "stdout" })))
  const [event] = read(source(), raw).events
  assert.ok(event)
  assert.equal(beyond(event, 0)?.text, "S1\na\nb\n")
  assert.equal(beyond(event, raw[0]?.end ?? 0)?.text, "a\nb\n")
  assert.equal(beyond(event, raw[1]?.end ?? 0)?.text, "b\n")
  assert.equal(beyond(event, raw[2]?.end ?? 0), undefined)
})
