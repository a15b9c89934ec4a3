// What holds for any policies and any question, and that no document brings the checks or the evaluation down.
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { compileCondition } from "./conditions/index.ts"
import {
  compilePolicy,
  contextOf,
  evaluate,
  type Matched,
  type PolicyDocument,
  parsePolicy,
  type Question,
} from "./index.ts"
import { compilePattern } from "./pattern.ts"

const account = "111122223333"
const word = fc.constantFrom("a", "b", "ab", "ba", "*", "a*", "*b", "?", "")
const pattern = fc.array(fc.constantFrom("a", "b", "*", "?"), { maxLength: 8 }).map((parts) => parts.join(""))
const text = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 8 }).map((parts) => parts.join(""))

const condition = fc.record({
  operator: fc.constantFrom("StringEquals", "StringNotLike", "ForAllValues:StringLike", "NullIfExists", "Null", "Bool"),
  key: fc.constantFrom("aws:username", "aws:PrincipalTag/x"),
  value: fc.constantFrom("a", "b", "true", `\${aws:username}`),
})
const statement = fc
  .record({
    Effect: fc.constantFrom("Allow", "Deny"),
    action: word.map((name) => `ecs:${name}`),
    not: fc.constantFrom("", "", "", "Not"),
    resource: word.map((name) => `arn:aws:ecs:us-east-1:${account}:${name}`),
    condition: fc.option(condition, { nil: undefined }),
  })
  .map(({ Effect, action, not, resource, condition: when }) => ({
    Effect,
    [`${not}Action`]: action,
    Resource: resource,
    ...(when && { Condition: { [when.operator]: { [when.key]: when.value } } }),
  }))
type Raw = object
const document = (statements: readonly Raw[]): PolicyDocument =>
  compilePolicy(JSON.stringify({ Version: "2012-10-17", Statement: statements }))
const statements = fc.array(statement, { maxLength: 5 })

const question = fc.record({
  action: fc.constantFrom("ecs:a", "ecs:ab", "ecs:ba"),
  resource: fc.constantFrom("a", "b", "ab").map((name) => `arn:aws:ecs:us-east-1:${account}:${name}`),
  name: fc.constantFrom("a", "b"),
})
type Asked = { readonly action: string; readonly resource: string; readonly name: string }

const ask = ({ action, resource, name }: Asked, policies: Question["policies"], more: Partial<Question> = {}) =>
  evaluate({
    requester: { account, arn: `arn:aws:iam::${account}:user/${name}` },
    policies,
    action,
    resource,
    context: contextOf({ "aws:username": name }),
    ...more,
  })
const isAllowed = (...asked: Parameters<typeof ask>) => ask(...asked).allowed

test("a Deny more allows nothing more, and an Allow more refuses nothing more", () => {
  fc.assert(
    fc.property(statements, statement, question, (before, added, asked) => {
      const was = isAllowed(asked, { identity: [document(before)] })
      const is = isAllowed(asked, { identity: [document([...before, added])] })
      if (added.Effect === "Deny") assert.ok(was || !is)
      else assert.ok(!was || is)
    }),
  )
})

test("the order of statements and policies does not matter, nor whether they are one policy or many", () => {
  fc.assert(
    fc.property(statements, question, (all, asked) => {
      const one = ask(asked, { identity: [document(all)] })
      assert.deepEqual(ask(asked, { identity: [document(all.toReversed())] }), one)
      assert.deepEqual(ask(asked, { identity: all.map((single) => document([single])) }), one)
    }),
  )
})

test("a boundary and session policies only take away", () => {
  fc.assert(
    fc.property(statements, statements, question, (own, limits, asked) => {
      const identity = [document(own)]
      const limited = document(limits)
      const free = isAllowed(asked, { identity })
      const bounded = isAllowed(asked, { identity, boundary: limited })
      assert.ok(free || !bounded)
      assert.equal(isAllowed(asked, { identity, session: [limited] }), bounded)
      assert.equal(isAllowed(asked, { identity: [limited], boundary: document(own) }), bounded)
    }),
  )
})

test("between accounts nothing is allowed that is not allowed within one", () => {
  fc.assert(
    fc.property(statements, statements, question, (own, theirs, asked) => {
      const resourcePolicy = document(theirs.map((single) => ({ ...single, Principal: { AWS: account } })))
      const policies = { identity: [document(own)] }
      const far = isAllowed(asked, policies, { resourcePolicy, resourceAccount: "999999999999" })
      assert.ok(!far || isAllowed(asked, policies, { resourcePolicy }))
    }),
  )
})

test("looking at everything that applies answers the same, and lists a Deny for each explicit refusal", () => {
  fc.assert(
    fc.property(statements, statements, question, (own, limits, asked) => {
      const policies = { identity: [document(own)], boundary: document(limits) }
      const matched: Matched[] = []
      const context = contextOf({ "aws:username": asked.name })
      const requester = { account, arn: `arn:aws:iam::${account}:user/${asked.name}` }
      const all = evaluate({ ...asked, requester, policies, context }, matched)
      assert.deepEqual(all, ask(asked, policies))
      const denies = matched.some(({ statement: { effect } }) => effect === "Deny")
      assert.equal(denies, !all.allowed && all.explicit)
    }),
  )
})

test("a pattern matches what a regular expression of the same meaning matches", () => {
  const none = contextOf({})
  fc.assert(
    fc.property(pattern, text, (source, candidate) => {
      const regexp = new RegExp(`^${source.replaceAll("*", ".*").replaceAll("?", ".")}$`)
      assert.equal(compilePattern(source, { wild: true, variables: true })(candidate, none), regexp.test(candidate))
    }),
    { numRuns: 2000 },
  )
})

test("a negated operator is the opposite for one value", () => {
  const pairs = [
    ["StringEquals", "StringNotEquals"],
    ["StringLike", "StringNotLike"],
    ["ArnLike", "ArnNotLike"],
    ["NumericEquals", "NumericNotEquals"],
    ["IpAddress", "NotIpAddress"],
  ] as const
  const value = fc.constantFrom("a", "1", "10", "10.0.0.1", "10.0.0.0/8", "arn:aws:a:b:c:d", "arn:*")
  fc.assert(
    fc.property(
      fc.constantFrom(...pairs),
      fc.array(value, { minLength: 1 }),
      value,
      ([plain, negated], wanted, found) => {
        const holds = (operator: string) => compileCondition(operator, "k", wanted, true).holds(contextOf({ k: found }))
        assert.notEqual(holds(plain), holds(negated))
      },
    ),
  )
})

test("whatever a document is, it is refused in words or can be evaluated", () => {
  const json = fc.oneof(
    fc.json(),
    fc.string(),
    fc
      .record(
        {
          Version: fc.constantFrom("2012-10-17", "2008-10-17", 1),
          Statement: fc.oneof(
            fc.anything(),
            fc.array(
              fc.dictionary(
                fc.constantFrom("Effect", "Action", "NotAction", "Resource", "Principal", "Condition", "Sid"),
                fc.oneof(fc.constantFrom("Allow", "Deny", "*", "a:b"), fc.jsonValue()),
              ),
            ),
          ),
        },
        { requiredKeys: [] },
      )
      .map((raw) => JSON.stringify(raw) ?? ""),
  )
  fc.assert(
    fc.property(json, fc.constantFrom("identity", "resource", "trust"), question, (source, kind, asked) => {
      const parsed = parsePolicy(source, kind)
      if (parsed.ok) ask(asked, { identity: [parsed.document] })
      else assert.notEqual(parsed.message, "")
    }),
    { numRuns: 2000 },
  )
})
