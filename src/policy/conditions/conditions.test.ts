// Condition operators, one row a case: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
import assert from "node:assert/strict"
import { test } from "node:test"
import { contextOf } from "../context.ts"
import { compileCondition } from "./index.ts"

type Values = string | readonly string[]

const holds = (
  operator: string,
  wanted: Values,
  found: Values | undefined,
  more: Record<string, string> = {},
): boolean =>
  compileCondition(operator, "Test:Key", [wanted].flat(), true).holds(contextOf({ "test:key": found, ...more }))

/** Operator, the policy's values, the request's, and whether it holds. */
const cases: readonly (readonly [string, Values, Values | undefined, boolean])[] = [
  ["StringEquals", "a", "a", true],
  ["StringEquals", "a", "A", false],
  ["StringEquals", ["b", "a"], "a", true],
  ["StringEquals", "a*", "ab", false],
  ["StringEquals", "a", undefined, false],
  ["StringNotEquals", "a", "b", true],
  ["StringNotEquals", ["b", "a"], "a", false],
  ["StringNotEquals", "a", undefined, true],
  ["StringEqualsIgnoreCase", "aB", "Ab", true],
  ["StringNotEqualsIgnoreCase", "aB", "Ab", false],
  ["StringLike", "a*c?", "abbcd", true],
  ["StringLike", "a*c?", "abbc", false],
  ["StringLike", "*", "", true],
  ["StringNotLike", "a*", "abc", false],
  ["stringlike", "a*", "abc", true],
  ["NumericEquals", "10", "10.0", true],
  ["NumericNotEquals", "10", "11", true],
  ["NumericLessThan", "10", "9.5", true],
  ["NumericLessThan", "10", "10", false],
  ["NumericLessThanEquals", "10", "10", true],
  ["NumericGreaterThan", "10", "11", true],
  ["NumericGreaterThanEquals", "10", "9", false],
  ["NumericEquals", "10", "ten", false],
  ["NumericGreaterThan", "9", undefined, false],
  ["DateEquals", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z", true],
  ["DateEquals", "2026-01-02T04:04:05+01:00", "2026-01-02T03:04:05Z", true],
  ["DateEquals", "1767323045", "2026-01-02T03:04:05Z", true],
  ["DateNotEquals", "2026-01-02", "2026-01-02T00:00:01Z", true],
  ["DateLessThan", "2026-01-02", "2026-01-01T23:59:59Z", true],
  ["DateGreaterThan", "2026-01-02", "2026-01-02T00:00:00Z", false],
  ["DateGreaterThanEquals", "2026-01-02", "2026-01-02T00:00:00Z", true],
  ["DateLessThanEquals", "2026-01", "2026-02-01T00:00:00Z", false],
  ["Bool", "true", "true", true],
  ["Bool", "True", "true", true],
  ["Bool", "false", "true", false],
  ["Bool", "false", undefined, false],
  ["BoolIfExists", "true", undefined, true],
  ["BinaryEquals", "QmluYXJ5", "QmluYXJ5", true],
  ["BinaryEquals", "QmluYXJ5", "Qmlu", false],
  ["IpAddress", "203.0.113.0/24", "203.0.113.200", true],
  ["IpAddress", "203.0.113.0/24", "203.0.114.1", false],
  ["IpAddress", "203.0.113.7", "203.0.113.7", true],
  ["IpAddress", "0.0.0.0/0", "198.51.100.1", true],
  ["IpAddress", "2001:DB8:1234:5678::/64", "2001:db8:1234:5678:1::9", true],
  ["IpAddress", "2001:DB8:1234:5678::/64", "2001:db8:1234:5679::9", false],
  ["IpAddress", "10.0.0.0/8", "::ffff:10.1.2.3", true],
  ["IpAddress", "10.0.0.0/8", "2001:db8::1", false],
  ["IpAddress", "10.0.0.0/8", "nonsense", false],
  ["NotIpAddress", "203.0.113.0/24", "203.0.113.200", false],
  ["NotIpAddress", ["203.0.113.0/24", "10.0.0.0/8"], "198.51.100.1", true],
  ["NotIpAddress", "203.0.113.0/24", undefined, true],
  ["ArnLike", "arn:aws:sns:*:111122223333:t-*", "arn:aws:sns:us-east-1:111122223333:t-1", true],
  ["ArnEquals", "arn:aws:sns:*:111122223333:t-*", "arn:aws:sns:us-east-1:111122223333:t-1", true],
  // AWS's own example of where ArnLike and StringLike part.
  [
    "ArnLike",
    "arn:aws:someservice:*:111122223333:finance/*",
    "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt",
    false,
  ],
  [
    "StringLike",
    "arn:aws:someservice:*:111122223333:finance/*",
    "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt",
    true,
  ],
  ["ArnNotLike", "arn:aws:sns:*:*:*", "arn:aws:sqs:us-east-1:111122223333:q", true],
  ["ArnNotEquals", "arn:aws:sns:*:*:*", "arn:aws:sns:us-east-1:111122223333:q", false],
  ["ArnLike", "arn:aws:ecs:us-east-1:1:*", "arn:aws:ecs:us-east-1:1:task/a:b:c", true],
  ["Null", "true", undefined, true],
  ["Null", "true", "x", false],
  ["Null", "false", "x", true],
  ["Null", "false", undefined, false],
  ["StringEqualsIfExists", "a", undefined, true],
  ["StringEqualsIfExists", "a", "b", false],
  ["StringNotEqualsIfExists", "a", undefined, true],
  ["ForAnyValue:StringEquals", ["a", "b"], ["x", "b"], true],
  ["ForAnyValue:StringEquals", ["a", "b"], ["x", "y"], false],
  ["ForAnyValue:StringEquals", "a", undefined, false],
  ["ForAnyValue:StringNotEquals", "a", ["a", "b"], true],
  ["ForAnyValue:StringNotEquals", "a", ["a"], false],
  ["ForAnyValue:StringLike", "pre*", ["x", "prefix"], true],
  ["ForAllValues:StringEquals", ["a", "b", "c"], ["a", "b"], true],
  ["ForAllValues:StringEquals", ["a", "b"], ["a", "x"], false],
  ["ForAllValues:StringEquals", "a", undefined, true],
  ["ForAllValues:StringEquals", "a", [], true],
  ["ForAllValues:StringNotEquals", ["a", "b"], ["c", "d"], true],
  ["ForAllValues:StringNotEquals", ["a", "b"], ["c", "a"], false],
  ["ForAllValues:StringLike", ["a*"], ["ab", "ac"], true],
  ["StringEquals", "a", ["x", "a"], true],
  ["StringNotEquals", "a", ["x", "a"], false],
  ["NoSuchOperator", "a", "a", false],
]

for (const [operator, wanted, found, expected] of cases) {
  test(`${operator} ${JSON.stringify(wanted)} ${expected ? "holds" : "does not hold"} for ${JSON.stringify(found)}`, () =>
    assert.equal(holds(operator, wanted, found), expected))
}

test("a value may be a variable, and one without a value is never the same", () => {
  const wanted = `\${aws:PrincipalTag/project}`
  assert.ok(holds("StringEquals", wanted, "sea", { "aws:PrincipalTag/project": "sea" }))
  assert.ok(!holds("StringEquals", wanted, "air", { "aws:PrincipalTag/project": "sea" }))
  assert.ok(!holds("StringEquals", wanted, "sea"))
  assert.ok(holds("StringNotEquals", wanted, "sea"))
})
