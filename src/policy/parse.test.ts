// What IAM refuses in a policy document. The documents and the words are those that moto recorded against IAM
// (tests/test_iam/test_iam_policies.py), in a shorter form.
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { type DocumentKind, parsePolicy } from "./index.ts"

const statement = { Effect: "Allow", Action: "s3:ListBucket", Resource: "arn:aws:s3:::example" }
const document = (change: object = {}, top: object = {}) =>
  JSON.stringify({ Version: "2012-10-17", Statement: { ...statement, ...change }, ...top })
const without = (...names: readonly string[]) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: Object.fromEntries(Object.entries(statement).filter(([name]) => !names.includes(name))),
  })

const problem = (text: string, kind: DocumentKind = "identity") => {
  const parsed = parsePolicy(text, kind)
  return parsed.ok ? undefined : parsed.message
}

const syntax = "Syntax errors in policy."
const legacy = "The policy failed legacy parsing"
const vendor = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."

const cases: readonly (readonly [string, string, string | undefined])[] = [
  ["a whole document", document(), undefined],
  ["text that is no JSON", "no", syntax],
  ["a list", "[]", syntax],
  ["no version", JSON.stringify({ Statement: statement }), "Policy document must be version 2012-10-17 or greater."],
  [
    "the old version",
    document({}, { Version: "2008-10-17" }),
    "Policy document must be version 2012-10-17 or greater.",
  ],
  ["a version that does not exist", document({}, { Version: "2013-10-17" }), syntax],
  ["no statement", '{"Version":"2012-10-17"}', syntax],
  ["an empty list of statements", document({}, { Statement: [] }), syntax],
  ["a statement that is text", document({}, { Statement: ["afd"] }), syntax],
  ["an element that does not exist", document({}, { Extra: "x" }), syntax],
  ["an element of a statement that does not exist", document({ Extra: "x" }), syntax],
  ["an Id that is no text", document({}, { Id: {} }), syntax],
  ["an effect that does not exist", document({ Effect: "Maybe" }), syntax],
  ["an effect in the wrong case", document({ Effect: "allow" }), legacy],
  ["no effect", without("Effect"), syntax],
  ["an action without vendor", document({ Action: "invalid" }), vendor],
  ["an empty action", document({ Action: "" }), vendor],
  ["a vendor with a blank", document({ Action: "a a:ListBucket" }), "Vendor a a is not valid"],
  [
    "an action with two colons",
    document({ Action: "s3:List:Bucket" }),
    "Actions/Condition can contain only one colon.",
  ],
  ["every action", document({ Action: "*" }), undefined],
  ["no action", without("Action"), "Policy statement must contain actions."],
  ["an empty list of actions", document({ Action: [] }), "Policy statement must contain actions."],
  ["neither action nor resource", without("Action", "Resource"), "Policy statement must contain actions."],
  ["no resource", without("Resource"), "Policy statement must contain resources."],
  ["an empty list of resources", document({ Resource: [] }), "Policy statement must contain resources."],
  ["action and NotAction", document({ NotAction: "s3:Get" }), syntax],
  ["resource and NotResource", document({ NotResource: [] }), syntax],
  ["an action that is an object", document({ Action: {} }), syntax],
  ["a resource that is an object", document({ Resource: { a: "arn:aws:s3:::x" } }), syntax],
  ["a resource that is no ARN", document({ Resource: "adf" }), 'Resource adf must be in ARN format or "*".'],
  ["an empty resource", document({ Resource: "" }), 'Resource  must be in ARN format or "*".'],
  [
    "a partition that does not exist",
    document({ Resource: "arn:error:s3:::example" }),
    'Partition "error" is not valid for resource "arn:error:s3:::example".',
  ],
  [
    "an ARN that ends early in a partition that does not exist",
    document({ Resource: "a:b:cadfsdf" }),
    'Partition "b" is not valid for resource "arn:b:cadfsdf:*:*:*".',
  ],
  [
    "an ARN that is hardly begun",
    document({ Resource: "a:bsdfdsafsad" }),
    'Partition "bsdfdsafsad" is not valid for resource "arn:bsdfdsafsad:*:*:*:*".',
  ],
  [
    "a resource of two words",
    document({ Resource: "arn:aws" }),
    "Resource vendor must be fully qualified and cannot contain regexes.",
  ],
  ["a bucket's ARN with too few parts", document({ Resource: "arn:aws:s3::example" }), legacy],
  [
    "a bucket with a region",
    document({ Resource: "arn:aws:s3:us-east-1::example" }),
    "Resource arn:aws:s3:us-east-1::example can not contain region information.",
  ],
  [
    "a thing of IAM with a region",
    document({ Resource: "arn:aws:iam:us-east-1::user/x" }),
    "IAM resource arn:aws:iam:us-east-1::user/x cannot contain region information.",
  ],
  [
    "a thing of IAM of no kind",
    document({ Resource: "arn:aws:iam:::example" }),
    'IAM resource path must either be "*" or start with user/, federated-user/, role/, group/, instance-profile/, mfa/, ' +
      "server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/.",
  ],
  ["a variable for an account", document({ Resource: `arn:aws:sqs:us-east-1:\${aws:userid}:q` }), legacy],
  ["conditions that are a list", document({ Condition: [] }), syntax],
  ["an operator that is text", document({ Condition: { StringEquals: "b" } }), syntax],
  ["an operator that does not exist", document({ Condition: { x: { a: "1" } } }), syntax],
  ["an operator that does not exist, of nothing", document({ Condition: { x: {} } }), undefined],
  ["operators in another case", document({ Condition: { stringequals: { "aws:username": "x" } } }), undefined],
  ["IfExists behind Null", document({ Condition: { NullIfExists: { "aws:username": "true" } } }), syntax],
  ["a date that is none", document({ Condition: { DateGreaterThan: { "aws:CurrentTime": "x-01" } } }), legacy],
  [
    "two statements of one name",
    document({}, { Statement: [1, 2].map(() => ({ ...statement, Sid: "a" })) }),
    "Statement IDs (SID) in a single policy must be unique.",
  ],
  ["a principal", document({ Principal: "*" }), "Policy document should not specify a principal."],
]

describe("a policy for a principal", () => {
  for (const [what, text, expected] of cases) {
    test(expected === undefined ? `may hold ${what}` : `is refused with ${what}`, () =>
      assert.equal(problem(text), expected),
    )
  }
})

describe("a trust policy", () => {
  const trust = (change: object) =>
    document({
      Action: "sts:AssumeRole",
      Resource: undefined,
      Principal: { Service: "ecs-tasks.amazonaws.com" },
      ...change,
    })
  test("names a principal and an action of STS, and no resource", () => {
    assert.equal(problem(trust({}), "trust"), undefined)
    assert.equal(problem(trust({ Resource: "*" }), "trust"), "Has prohibited field Resource")
    assert.equal(problem(trust({ Principal: undefined }), "trust"), "Missing required field Principal")
    assert.equal(problem(trust({ Action: undefined }), "trust"), "Missing required field Action")
    assert.equal(
      problem(trust({ Action: "s3:ListBucket" }), "trust"),
      "AssumeRole policy may only specify STS AssumeRole actions.",
    )
    assert.equal(problem("{", "trust"), "This policy contains invalid Json")
  })
  test("may be of the old version", () =>
    assert.equal(
      problem(
        document({ Action: "sts:AssumeRole", Resource: undefined, Principal: "*" }, { Version: "2008-10-17" }),
        "trust",
      ),
      undefined,
    ))
})

test("a policy of a resource names a principal", () => {
  assert.equal(problem(document({ Principal: { AWS: "123456789012" } }), "resource"), undefined)
  assert.equal(problem(document(), "resource"), "Missing required field Principal")
})
