// Docker's raw lines as messages: joined, split and numbered the same way each time, whatever the file holds.
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { JsonFileDecoder, maxMessageBytes, splitUtf8 } from "./decode.ts"

const raw = (log: string, stream = "stdout") => JSON.stringify({ log, stream, time: "2026-11-23T11:24:36.745296568Z" })

test("a message has the time of its first part and the offset behind its last", () => {
  const decoder = new JsonFileDecoder()
  assert.deepEqual(decoder.line(raw("one "), 100), [])
  assert.equal(decoder.atBoundary, false)
  assert.deepEqual(decoder.line(raw("two\n"), 200), [
    { text: "one two", stream: "stdout", time: Date.parse("2026-11-23T11:24:36.745Z"), end: 200 },
  ])
  assert.equal(decoder.atBoundary, true)
})

test("lines that are no json, or no lines of Docker's, are left out", () => {
  const decoder = new JsonFileDecoder()
  for (const junk of ["", "{", "null", "7", "[]", '{"stream":"stdout"}', '{"log":1}', "\u0000\u0000"])
    assert.deepEqual(decoder.line(junk, 10), [])
  assert.equal(decoder.line(raw("ok\n"), 20).length, 1)
})

test("whatever a container writes comes out in order, whole, within the size of an event, with growing ends", () => {
  const piece = fc.record({
    text: fc.oneof(fc.string({ unit: "grapheme", maxLength: 40 }), fc.constant("é".repeat(70_000))),
    newline: fc.boolean(),
    stream: fc.constantFrom("stdout" as const, "stderr" as const),
  })
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const decoder = new JsonFileDecoder()
      let offset = 0
      const out = pieces.flatMap(({ text, newline, stream }) => {
        const line = raw(newline ? `${text}\n` : text, stream)
        offset += Buffer.byteLength(line) + 1
        return decoder.line(line, offset)
      })
      out.push(...decoder.finish(offset))
      for (const stream of ["stdout", "stderr"] as const) {
        const written = pieces
          .filter((p) => p.stream === stream)
          .map((p) => p.text.replaceAll("\n", ""))
          .join("")
        const got = out
          .filter((m) => m.stream === stream)
          .map((m) => m.text.replaceAll("\n", ""))
          .join("")
        assert.equal(got, Buffer.from(written).toString())
      }
      let before = 0
      for (const { text, end } of out) {
        assert.ok(end > before, `${end} after ${before}`)
        before = end
        assert.ok(Buffer.byteLength(text) <= maxMessageBytes)
      }
    }),
    { numRuns: 60 },
  )
})

test("text is cut between characters", () => {
  assert.deepEqual(splitUtf8("aéb", 2), ["a", "é", "b"])
  assert.deepEqual(splitUtf8("", 2), [""])
})
