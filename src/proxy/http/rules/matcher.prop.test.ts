import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { headOf } from "../../../../test/support/request-head.ts"
import type { ConditionConfiguration, RuleConfiguration } from "../../../protocol/index.ts"

import { compileCondition } from "./conditions.ts"
import { compileRules } from "./matcher.ts"
import { compileWildcard } from "./wildcard.ts"

/** What the words of AWS say, letter by letter. */
const means = (pattern: string, text: string): boolean => {
  if (pattern === "") return text === ""
  const [first, rest] = [pattern.charAt(0), pattern.slice(1)]
  if (first === "*") return means(rest, text) || (text !== "" && means(pattern, text.slice(1)))
  if (text === "") return false
  if (first === "?") return means(rest, text.slice(1))
  if (first === "\\" && rest !== "") return rest.charAt(0) === text.charAt(0) && means(rest.slice(1), text.slice(1))
  return first === text.charAt(0) && means(rest, text.slice(1))
}

const letters = (chars: string, maxLength: number) =>
  fc.array(fc.constantFrom(...chars), { maxLength }).map((some) => some.join(""))

test("a pattern matches what its letters, stars, question marks and escapes say", () => {
  fc.assert(
    fc.property(letters("ab.*?\\", 7), letters("ab.*?", 7), (pattern, text) => {
      assert.equal(compileWildcard(pattern, { ignoreCase: false }).test(text), means(pattern, text))
    }),
    { numRuns: 3000 },
  )
})

test("what a pattern says for certain holds of every match", () => {
  fc.assert(
    fc.property(letters("ab.*?", 6), letters("ab.", 6), (pattern, text) => {
      const { test: matches, exact, prefix, suffix } = compileWildcard(pattern, { ignoreCase: false })
      if (!matches(text)) return
      assert.ok(text.startsWith(prefix) && text.endsWith(suffix))
      if (exact !== undefined) assert.equal(text, exact)
    }),
    { numRuns: 3000 },
  )
})

const host = letters("ab.*?", 5)
const path = letters("ab/*?", 6).map((text) => `/${text}`)
const condition: fc.Arbitrary<ConditionConfiguration> = fc.oneof(
  fc.record({ field: fc.constant("host-header" as const), values: fc.array(host, { minLength: 1, maxLength: 3 }) }),
  fc.record({ field: fc.constant("path-pattern" as const), values: fc.array(path, { minLength: 1, maxLength: 3 }) }),
  fc.constant({ field: "http-request-method" as const, values: ["GET"] }),
)
const oneOfEach = fc.uniqueArray(condition, { maxLength: 3, selector: ({ field }) => field })

test("the index finds the rule that trying all in order finds", () => {
  const action = { type: "fixed-response", statusCode: 200 } as const
  fc.assert(
    fc.property(
      fc.array(oneOfEach, { maxLength: 12 }),
      letters("ab.", 5),
      letters("ab/", 6),
      (conditions, hostName, rest) => {
        const rules: RuleConfiguration[] = conditions.map((some, i) => ({
          ...{ id: String(i), priority: i + 1, conditions: some, action },
        }))
        rules.push({ id: "default", priority: 0, conditions: [], action })
        const head = headOf(`/${rest}`, ["Host", hostName])
        const inOrder = rules.find((rule) => rule.conditions.every((one) => compileCondition(one)(head, "10.0.0.1")))
        assert.equal(compileRules(rules)(head, "10.0.0.1")?.rule.id, inOrder?.id)
      },
    ),
    { numRuns: 2000 },
  )
})
