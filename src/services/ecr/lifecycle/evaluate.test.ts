// The examples of AWS's page on evaluating lifecycle policies, and what it says in words.
import assert from "node:assert/strict"
import { test } from "node:test"
import { evaluateLifecycle, type LifecycleImage } from "./evaluate.ts"
import { readLifecyclePolicy } from "./policy.ts"

const day = 86_400_000
const now = 100 * day

const image = (
  digest: string,
  daysAgo: number,
  tags: readonly string[],
  more: Partial<LifecycleImage> = {},
): LifecycleImage => ({
  ...{ digest, tags, pushedAt: now - daysAgo * day, children: [] },
  ...more,
})
const rule = (rulePriority: number, selection: object) => ({ rulePriority, selection, action: { type: "expire" } })
const count = (countNumber: number) => ({ countType: "imageCountMoreThan", countNumber })
const age = (countNumber: number) => ({ countType: "sinceImagePushed", countNumber, countUnit: "days" })
const tagged = (...tagPrefixList: string[]) => ({ tagStatus: "tagged", tagPrefixList })

/** The digests that expire, each with the priority of its rule. */
const expires = (rules: readonly object[], images: readonly LifecycleImage[]) =>
  evaluateLifecycle(readLifecyclePolicy(JSON.stringify({ rules })), images, now)
    .expired.map(({ digest, rulePriority }) => `${digest}${rulePriority}`)
    .toSorted()

const three = [image("A", 10, ["beta-1", "prod-1"]), image("B", 9, ["beta-2", "prod-2"]), image("C", 8, ["beta-3"])]

test("an image that a rule keeps is not expired by one of lower priority", () => {
  const prod = { ...tagged("prod"), ...count(1) }
  const beta = { ...tagged("beta"), ...count(1) }
  assert.deepEqual(expires([rule(1, prod), rule(2, beta)], three), ["A1"])
  assert.deepEqual(expires([rule(1, beta), rule(2, prod)], three), ["A1", "B1"])
})

test("a rule for any image leaves to the others what they select, and counts it", () => {
  const images = [
    image("A", 12, ["alpha-1"]),
    image("B", 11, ["beta-1"]),
    image("C", 10, ["alpha-2"]),
    image("D", 9, ["git-1"]),
    image("E", 8, []),
  ]
  const rules = [rule(1, { ...tagged("alpha"), ...count(1) }), rule(2, { tagStatus: "any", ...count(1) })]
  assert.deepEqual(expires(rules, images), ["A1", "B2", "D2"])
})

test("several prefixes or patterns select what has a tag for each of them", () => {
  const both = { ...tagged("beta", "prod"), ...count(1) }
  assert.deepEqual(expires([rule(1, both)], three), ["A1"])
  const patterns = { tagStatus: "tagged", tagPatternList: ["b*a-*", "*-1"], ...age(1) }
  assert.deepEqual(expires([rule(1, patterns)], three), ["A1"])
})

test("untagged images expire by age, and the next look is when another is old enough", () => {
  const images = [image("A", 15, []), image("B", 14, []), image("C", 3, []), image("D", 20, ["x"])]
  const rules = [rule(1, { tagStatus: "untagged", ...age(14) })]
  assert.deepEqual(expires(rules, images), ["A1", "B1"])
  const { next } = evaluateLifecycle(readLifecyclePolicy(JSON.stringify({ rules })), images, now)
  assert.equal(next, now + 11 * day)
})

test("the manifests of an index stay with it, and what is about an image goes with it", () => {
  const images = [
    image("index", 1, ["v1"], { children: ["part"] }),
    image("part", 1, []),
    image("stray", 1, []),
    image("old", 30, ["v0"]),
    image("signature", 30, [], { subject: "old" }),
  ]
  const untagged = rule(1, { tagStatus: "untagged", ...age(1) })
  assert.deepEqual(expires([untagged], images), ["stray1"])
  assert.deepEqual(expires([rule(2, { tagStatus: "any", ...age(20) })], images), ["old2", "signature2"])
})

test("a policy that is none is refused in AWS's words", () => {
  const one = { tagStatus: "untagged", ...count(1) }
  const cases: [unknown, RegExp][] = [
    ["x", /^Could not map policyString into LifecyclePolicy\.$/],
    [{}, /^object has missing required properties \(\["rules"\]\)$/],
    [{ rules: [{ rulePriority: 1 }] }, /^object has missing required properties \(\["action","selection"\]\)$/],
    [{ rules: [{ ...rule(1, one), more: 1 }] }, /not allowed by the schema: \(\["more"\]\)$/],
    [{ rules: [rule(1, { tagStatus: "tagged", ...count(1) })] }, /^Must specify tagPrefixList or tagPatternList/],
    [{ rules: [rule(1, { ...one, countNumber: 0 })] }, /lower than the required minimum \(minimum: 1, found: 0\)$/],
    [{ rules: [rule(1, { ...one, ...age(1), countUnit: "weeks" })] }, /not found in enum/],
    [{ rules: [rule(1, one), rule(2, one)] }, /^Only one rule can select Untagged images per storage class$/],
    [
      { rules: [rule(1, { tagStatus: "any", ...count(1) }), rule(2, one)] },
      /^Rule for tagStatus=ANY must have the lowest priority per storage class$/,
    ],
    [{ rules: [rule(1, one), rule(1, { ...tagged("x"), ...count(1) })] }, /unique/],
  ]
  for (const [policy, message] of cases)
    assert.throws(() => readLifecyclePolicy(typeof policy === "string" ? policy : JSON.stringify(policy)), { message })
})
