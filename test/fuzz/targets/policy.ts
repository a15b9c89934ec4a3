// Policy documents: checked in each of the three kinds, and what is taken asked about a few things. It must answer, and a
// document that is taken must say the same of itself when it is compiled again.
import assert from "node:assert/strict"
import { compilePolicy, contextOf, type DocumentKind, evaluate, parsePolicy } from "../../../src/policy/index.ts"
import { asJson } from "../grammar.ts"
import { bytesTarget, jsonWords } from "../target.ts"

const account = "123456789012"
const arn = `arn:aws:iam::${account}:user/ann`
const documents = [
  { Version: "2012-10-17", Statement: { Effect: "Allow", Action: "*", Resource: "*" } },
  {
    Version: "2012-10-17",
    Id: "all",
    Statement: [
      {
        Sid: "A",
        Effect: "Deny",
        NotAction: ["iam:*", "ecs:Run????"],
        NotResource: [`arn:aws:s3:::\${aws:username, 'x'}/*`, "arn:aws:ecs"],
        Condition: {
          "ForAllValues:StringLikeIfExists": { "aws:TagKeys": ["a*", `\${*}`] },
          IpAddress: { "aws:SourceIp": ["10.0.0.0/8", "2001:db8::/32"] },
          DateGreaterThan: { "aws:CurrentTime": "2020-01-01T00:00:00Z" },
          NumericLessThanEquals: { "s3:max-keys": 10 },
          ArnLike: { "aws:SourceArn": "arn:aws:ecs:*:123456789012:*" },
          Null: { "aws:TokenIssueTime": true },
          BinaryEquals: { k: "QmluYXJ5" },
        },
      },
      { Sid: "B", Effect: "Allow", Action: "ecs:*", Resource: `arn:aws:ecs:*:${account}:task/*/*` },
    ],
  },
  {
    Version: "2008-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "ecs-tasks.amazonaws.com", AWS: [account, arn, "*"] },
        Action: "sts:AssumeRole",
      },
      { Effect: "Deny", NotPrincipal: { AWS: arn }, Action: "sts:*" },
    ],
  },
]
const kinds: readonly DocumentKind[] = ["identity", "resource", "trust"]
const context = contextOf({
  "aws:username": "ann",
  "aws:SourceIp": "10.1.2.3",
  "aws:TagKeys": ["a", "b"],
  "aws:CurrentTime": "2026-01-01T00:00:00Z",
  "aws:SourceArn": `arn:aws:ecs:us-east-1:${account}:task/a/b`,
})

const decide = (text: string) => {
  const document = compilePolicy(text)
  return ["ecs:RunTask", "s3:GetObject", "sts:AssumeRole"].flatMap((action) =>
    ["*", `arn:aws:ecs:us-east-1:${account}:task/web/0`, "arn:aws:s3:::ann/a"].map((resource) =>
      evaluate({
        requester: { account, arn },
        policies: { identity: [document] },
        resourcePolicy: document,
        action,
        resource,
        context,
      }),
    ),
  )
}

export const policy = bytesTarget({
  name: "policy",
  corpus: documents.map(asJson),
  trees: documents,
  words: [
    ...jsonWords,
    "arn:aws:",
    "arn:",
    "*",
    "?",
    "${",
    "}",
    "aws:username",
    ",'",
    "ForAnyValue:",
    "IfExists",
    "/33",
    "::",
  ],
  keys: [
    ...["Version", "Statement", "Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal"],
    ...[
      "NotPrincipal",
      "Condition",
      "StringEquals",
      "StringLike",
      "IpAddress",
      "Bool",
      "Null",
      "DateEquals",
      "AWS",
      "Id",
    ],
  ],
  write: asJson,
  run: (data) => {
    const text = new TextDecoder().decode(data)
    for (const kind of kinds) {
      const parsed = parsePolicy(text, kind)
      if (!parsed.ok) assert.notEqual(parsed.message, "")
      else assert.deepEqual(decide(text), decide(text))
    }
  },
})
