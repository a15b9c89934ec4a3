// What must hold of every pattern and message: nothing but a fault comes out, the time is bounded, and the parts agree with
// simpler ways to say the same.
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { Fault } from "../../../kernel/index.ts"
import { filterPatternOf } from "./index.ts"

const pattern = (text: string) => filterPatternOf(text, "filter pattern")

/** Texts that are nearly patterns: pieces of their grammar in any order. */
const pieces = fc
  .array(
    fc.oneof(
      fc.constantFrom("{", "}", "[", "]", "(", ")", "$", "$.a", ".", "...", ",", "*", "=", "!=", ">", "<=", "&&", "||"),
      fc.constantFrom("%", '"', "\\", "?", "-", "IS", "NULL", "NOT", "EXISTS", "a", "1", " ", "{2,3}", "^", "|"),
      fc.string({ maxLength: 3 }),
    ),
    { maxLength: 20 },
  )
  .map((parts) => parts.join(""))

test("any text is a pattern that answers, or is refused as AWS refuses", () => {
  fc.assert(
    fc.property(fc.oneof(pieces, fc.string({ maxLength: 40 })), fc.oneof(fc.string(), fc.json()), (text, message) => {
      try {
        const { matches, extract } = pattern(text)
        assert.equal(typeof matches(message), "boolean")
        if (!matches(message)) assert.deepEqual(extract(message), {})
      } catch (thrown) {
        if (!(thrown instanceof Fault)) throw thrown
        assert.equal(thrown.code, "InvalidParameterException")
      }
    }),
    { numRuns: 2000 },
  )
})

const atom = fc.constantFrom("a", "b", ".", "[ab]", "[^a]", "\\d", "\\w", "\\W", "1")
const often = fc.constantFrom("", "", "?", "*", "+", "{2}", "{1,2}", "{0,1}", "{2,}")
const row = fc
  .tuple(
    fc.boolean(),
    fc.array(
      fc.tuple(atom, often).map((part) => part.join("")),
      { maxLength: 5 },
    ),
    fc.boolean(),
  )
  .map(([start, parts, end]) => `${start ? "^" : ""}${parts.join("")}${end ? "$" : ""}`)
const source = fc.array(row, { minLength: 1, maxLength: 3 }).map((rows) => rows.join("|"))

test("a regular expression finds what JavaScript's finds", () => {
  fc.assert(
    fc.property(
      source.filter((text) => text !== ""),
      fc.string({ unit: fc.constantFrom("a", "b", "1", "-", "ü"), maxLength: 8 }),
      (text, message) => {
        assert.equal(pattern(`%${text}%`).matches(message), new RegExp(text, "s").test(message))
      },
    ),
    { numRuns: 3000 },
  )
})

test("so does one of many more steps than a word has bits", () => {
  const times = fc.tuple(fc.nat(40), fc.nat(70)).map(([a, b]) => `{${Math.min(a, b)},${Math.max(a, b)}}`)
  // Four of them have 282 steps at most, fewer than our bound.
  const part = fc.oneof(
    fc.tuple(fc.constantFrom("a", "[ab]"), times).map((both) => both.join("")),
    fc.constantFrom("b?", "1*", "b"),
  )
  const long = fc
    .tuple(fc.constantFrom("", "^"), fc.array(part, { minLength: 1, maxLength: 4 }), fc.constantFrom("", "$"))
    .map(([start, parts, end]) => `${start}${parts.join("")}${end}`)
  const run = fc.tuple(fc.constantFrom("a", "b", "1"), fc.integer({ min: 1, max: 60 })).map(([one, n]) => one.repeat(n))
  fc.assert(
    fc.property(long, fc.array(run, { maxLength: 4 }), (text, runs) => {
      assert.equal(pattern(`%${text}%`).matches(runs.join("")), new RegExp(text, "s").test(runs.join("")))
    }),
    { numRuns: 2000 },
  )
})

test("patterns that send other engines astray end at once", () => {
  const long = `${"a".repeat(100_000)}!`
  for (const source of ["a*".repeat(50).concat("b"), "[ab]?".repeat(60).concat("c$"), "^a+a+a+a+b", ".*.*.*.*x"]) {
    assert.equal(pattern(`%${source}%`).matches(long), false)
  }
  assert.equal(pattern("[a, ..., b = x]").matches('"['.repeat(100_000)), false)
  assert.equal(pattern("{ $.a = x }").matches("[".repeat(200_000)), false)
  assert.equal(pattern('{ $.a = "1.0" }').matches(`{"a":1.0,"b":${"[".repeat(50_000)}${"]".repeat(50_000)}}`), false)
})

const key = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_-]{0,5}$/)
const quoted = (text: string) => `"${text.replace(/["\\]/g, "\\$&")}"`

test("a JSON pattern finds each text that is in a message, at its place", () => {
  fc.assert(
    fc.property(fc.array(key, { minLength: 1, maxLength: 4 }), fc.string(), fc.string(), (path, value, other) => {
      fc.pre(!/^\*|\*$/.test(value) && !/^\*|\*$/.test(other))
      const message = JSON.stringify(path.reduceRight<unknown>((inside, name) => ({ [name]: inside }), value))
      const selector = `$.${path.join(".")}`
      assert.equal(pattern(`{ ${selector} = ${quoted(value)} }`).matches(message), true)
      assert.equal(pattern(`{ ${selector} != ${quoted(value)} }`).matches(message), false)
      assert.equal(pattern(`{ ${selector} = ${quoted(other)} }`).matches(message), value === other)
      assert.equal(pattern(`{ ${selector}.more NOT EXISTS }`).matches(message), true)
    }),
  )
})

test("a space-delimited pattern gives every word back under its name", () => {
  const word = fc.stringMatching(/^[a-z0-9][a-z0-9."[-]{0,6}$/)
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), fc.nat(8), (words, cut) => {
      const names = words.map((_, i) => `f${i}`)
      const all = Object.fromEntries(words.map((value, i) => [`$f${i}`, value]))
      assert.deepEqual(pattern(`[${names.join(", ")}]`).extract(words.join(" ")), all)
      const parts = names.flatMap((name, i) => (i === cut ? ["...", name] : [name]))
      assert.deepEqual(pattern(`[${parts.join(",")}]`).extract(words.join("  ")), all)
    }),
  )
})

test("terms match as looking for each of them does", () => {
  const word = fc.stringMatching(/^[ab]{1,3}$/)
  fc.assert(
    fc.property(
      fc.array(word, { minLength: 1 }),
      fc.array(word),
      fc.stringMatching(/^[ab ]{0,12}$/),
      (all, none, message) => {
        const text = [...all, ...none.map((term) => `-${term}`)].join(" ")
        const expected = all.every((term) => message.includes(term)) && !none.some((term) => message.includes(term))
        assert.equal(pattern(text).matches(message), expected)
        const any = all.map((term) => `?${term}`).join(" ")
        assert.equal(
          pattern(any).matches(message),
          all.some((term) => message.includes(term)),
        )
      },
    ),
  )
})
