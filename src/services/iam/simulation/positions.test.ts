// Where statements stand in the text of a policy.
import assert from "node:assert/strict"
import { test } from "node:test"
import { statementSpans } from "./positions.ts"

test("a statement on one line begins at its brace and ends after it", () => {
  const text = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:{", "Resource": "*"}]}'
  const [span, ...rest] = statementSpans(text)
  assert.deepEqual(rest, [])
  assert.equal(span?.start.Column, 41)
  assert.equal(text.slice((span?.start.Column ?? 0) - 1, (span?.end.Column ?? 0) - 1), text.slice(40, -2))
})

test("statements over several lines are told apart, whatever stands inside them", () => {
  const text = JSON.stringify(
    {
      Id: "Statement",
      Statement: [
        { Effect: "Allow", Condition: { StringEquals: { 'a"{': ["}", "x"] } } },
        { Effect: "Deny", Action: [] },
      ],
      Version: "2012-10-17",
    },
    null,
    2,
  )
  const lines = statementSpans(text).map(({ start, end }) => [start.Line, end.Line])
  assert.deepEqual(lines, [
    [4, 14],
    [15, 18],
  ])
})

test("a single statement without a list is one", () => {
  assert.equal(statementSpans('{"Statement":{"Effect":"Allow"}}').length, 1)
})
