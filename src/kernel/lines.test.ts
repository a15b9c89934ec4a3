import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { lineReader } from "./lines.ts"

const read = (chunks: readonly Buffer[], limit = 1000) => {
  const lines: string[] = []
  let tooLong = 0
  const take = lineReader({ line: (text) => lines.push(text), limit, tooLong: () => (tooLong += 1) })
  for (const chunk of chunks) take(chunk)
  return { lines, tooLong }
}

test("lines come whole however the bytes are cut, characters of several bytes among them", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: "binary", maxLength: 8 })),
      fc.integer({ min: 1, max: 5 }),
      (texts, size) => {
        const wanted = texts.map((text) => text.replaceAll("\n", "")).filter((text) => text !== "")
        const bytes = Buffer.from(wanted.map((text) => `${text}\n`).join(""))
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
          bytes.subarray(n * size, (n + 1) * size),
        )
        assert.deepEqual(
          read(chunks).lines,
          wanted.map((text) => Buffer.from(text).toString("utf8")),
        )
      },
    ),
  )
})

test("a line that is too long is told once, and nothing is read after it", () => {
  const chunks = ["one\n", "12345", "67890", "1\ntwo\n", "three\n"].map((text) => Buffer.from(text))
  assert.deepEqual(read(chunks, 10), { lines: ["one"], tooLong: 1 })
  assert.deepEqual(read([Buffer.from("1234567890\n")], 10), { lines: ["1234567890"], tooLong: 0 })
})
