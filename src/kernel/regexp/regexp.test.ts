// Go's regular expressions: what they match, compared with JavaScript's where the two mean the same; what is refused, in
// Go's words; and that no pattern can take long.
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { testIds } from "../../../test/support/test-ids.ts"
import { compileRegexp } from "./index.ts"

const matches = (pattern: string, text: string) => compileRegexp(pattern).test(text)

test("patterns match what they match in Go", () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ["^INFO", "INFO a", true],
    ["^INFO", " INFO", false],
    ["end$", "the end", true],
    ["^(INFO|WARN|ERROR)\\b", "WARN: x", true],
    ["^(INFO|WARN|ERROR)\\b", "WARNING", false],
    ["^\\d{4}-\\d\\d-\\d\\d", "2026-11-26 x", true],
    ["^\\d{4}-\\d\\d-\\d\\d", "226-11-26 x", false],
    ["^\\[?[A-Z]+", "[ERR]", true],
    ["a{,2}", "a{,2}", true],
    ["a{2,3}$", "baaaa", true],
    ["^a{2,3}$", "aaaa", false],
    ["(?i)straße", "STRAßE", true],
    ["(?i)[^a]", "A", false],
    ["a.b", "a\nb", false],
    ["(?s)a.b", "a\nb", true],
    ["(?m)^b$", "a\nb\nc", true],
    ["^b$", "a\nb\nc", false],
    ["\\p{Greek}+$", "x αβγ", true],
    ["\\pN", "Ⅷ", true],
    ["^\\P{L}$", "a", false],
    ["^[[:alpha:]_-]+$", "a_-b", true],
    ["[]a]", "]", true],
    ["[^]a]", "]", false],
    ["\\Q[x]*\\E$", "[x]*", true],
    ["^\\x41\\x{1F600}\\101$", "A😀A", true],
    ["^.$", "😀", true],
    ["\\_\\-\\!", "_-!", true],
    ["a*?b+?c??", "b", true],
    ["(?P<year>\\d+)-(?<month>\\d+)", "20-1", true],
    ["\\Bb", "ab", true],
    ["(?:a|)+$", "", true],
    ["", "anything", true],
    ["\\s", "\v", false],
    ["\\A\\d\\z", "5", true],
  ]
  for (const [pattern, text, expected] of cases) assert.equal(matches(pattern, text), expected, `${pattern} on ${text}`)
})

test("what Go refuses is refused in its words", () => {
  const refusals: readonly (readonly [string, string])[] = [
    ["[a", "missing closing ]: `[a`"],
    ["x[", "missing closing ]: `[`"],
    ["(a", "missing closing ): `(a`"],
    ["a)", "unexpected ): `a)`"],
    ["*a", "missing argument to repetition operator: `*`"],
    ["a|*", "missing argument to repetition operator: `*`"],
    ["a**", "invalid nested repetition operator: `**`"],
    ["a+?*", "invalid nested repetition operator: `+?*`"],
    ["a{1001}", "invalid repeat count: `{1001}`"],
    ["a{2,1}", "invalid repeat count: `{2,1}`"],
    ["(a{100}){11}", "invalid repeat count: `{11}`"],
    ["a\\", "trailing backslash at end of expression: ``"],
    ["\\y", "invalid escape sequence: `\\y`"],
    ["(a)\\1", "invalid escape sequence: `\\1`"],
    ["[z-a]", "invalid character class range: `z-a`"],
    ["\\p{Nope}", "invalid character class range: `\\p{Nope}`"],
    ["[[:nope:]]", "invalid character class range: `[:nope:]`"],
    ["(?=a)", "invalid or unsupported Perl syntax: `(?=`"],
    ["(?<!a)b", "invalid or unsupported Perl syntax: `(?<`"],
    ["(?i", "missing closing ): `(?i`"],
    ["(?P<a-b>c)", "invalid named capture: `(?P<a-b>`"],
  ]
  for (const [pattern, words] of refusals)
    assert.throws(
      () => compileRegexp(pattern),
      { name: "RegexpError", message: `error parsing regexp: ${words}` },
      pattern,
    )
})

test("for what both languages have, Go's answer is JavaScript's", () => {
  const atom = fc.constantFrom("a", "b", "ab", ".", "[ab]", "[^a]", "\\d", "\\w", "\\b", "^", "$", "\\.", " ", "é")
  const { pattern } = fc.letrec((tie) => ({
    pattern: fc.oneof(
      { maxDepth: 4 },
      atom,
      fc.tuple(tie("pattern"), tie("pattern")).map(([a, b]) => `${a}${b}`),
      fc.tuple(tie("pattern"), tie("pattern")).map(([a, b]) => `(?:${a}|${b})`),
      fc.tuple(tie("pattern"), fc.constantFrom("*", "+", "?", "{2}", "{0,2}", "+?")).map(([a, op]) => `(?:${a})${op}`),
    ),
  }))
  const text = fc.string({ unit: fc.constantFrom("a", "b", "é", " ", ".", "7", "\n"), maxLength: 12 })
  fc.assert(
    fc.property(pattern as fc.Arbitrary<string>, fc.array(text, { minLength: 1, maxLength: 6 }), (source, texts) => {
      const ours = compileRegexp(source)
      // The same one for all texts: what it remembers of one must not change the next.
      for (const one of texts) assert.equal(ours.test(one), new RegExp(source, "u").test(one), JSON.stringify(one))
    }),
    { numRuns: 500 },
  )
})

test("any text as a pattern is either taken or refused with a RegexpError", () => {
  const piece = fc.oneof(
    fc.constantFrom(..."()[]{}|*+?^$\\.-:,<>P19ai=!"),
    fc.string({ unit: "grapheme", maxLength: 2 }),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
      try {
        compileRegexp(pieces.join("")).test("a1\n-")
      } catch (error) {
        assert.equal((error as Error).name, "RegexpError")
      }
    }),
    { numRuns: 2_000 },
  )
})

test("patterns that make others backtrack for ever are answered, or given up within their budget", () => {
  const text = `${"a".repeat(100_000)}!`
  assert.equal(matches("^(a+)+$", text), false)
  assert.equal(matches("^(a|aa)+$", text), false)
  assert.equal(matches("(.*)(.*)(.*)(.*)x$", text), false)
  // Which of the last 900 letters were an a: every place is a state of its own.
  const ids = testIds(1)
  const worst = Array.from({ length: 100_000 }, () => (ids.below(2) === 0 ? "a" : "b")).join("")
  assert.equal(matches("a[ab]{900}c", worst), undefined)
})

test("expressions that are too large or too deep are refused", () => {
  assert.throws(() => compileRegexp("(?:abcdefghijklmnopqrstuvwxyz){1000}"), /expression too large/)
  assert.throws(() => compileRegexp("(".repeat(1_100) + ")".repeat(1_100)), /nests too deeply/)
})
