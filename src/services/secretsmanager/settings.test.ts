import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { secretsHarness, tokens } from "../../../test/support/secrets-harness.ts"

const setUp = async () => {
  const harness = secretsHarness()
  const token = tokens()
  await harness.call("CreateSecret", { Name: "a", SecretString: "x", ClientRequestToken: token() })
  return { ...harness, token }
}

test("a password is as long and of such characters as was asked for", async () => {
  const { call } = secretsHarness()
  const flag = fc.option(fc.boolean(), { nil: undefined })
  const asked = fc.record({
    PasswordLength: fc.integer({ min: 5, max: 200 }),
    ExcludeNumbers: flag,
    ExcludePunctuation: flag,
    ExcludeUppercase: flag,
    IncludeSpace: flag,
    RequireEachIncludedType: flag,
    ExcludeCharacters: fc.constantFrom(undefined, "abc", "xyz123!", "ABC "),
  })
  await fc.assert(
    fc.asyncProperty(asked, async (input) => {
      const password = (await call("GetRandomPassword", input)).RandomPassword ?? ""
      assert.equal(password.length, input.PasswordLength)
      const space = input.IncludeSpace && !input.ExcludeCharacters?.includes(" ")
      for (const [pattern, isIn] of [
        [/[a-z]/, true],
        [/[A-Z]/, !input.ExcludeUppercase],
        [/[0-9]/, !input.ExcludeNumbers],
        [/[!-/:-@[-`{-~]/, !input.ExcludePunctuation],
        [/ /, space],
      ] as const) {
        if (!isIn) assert.doesNotMatch(password, pattern)
        else if (input.RequireEachIncludedType !== false) assert.match(password, pattern)
      }
      for (const character of input.ExcludeCharacters ?? "") assert.ok(!password.includes(character))
    }),
  )
})

test("passwords have 32 characters, are never the same, and are refused where none can be", async () => {
  const { call, refuses } = secretsHarness()
  const made = await Promise.all(Array.from({ length: 50 }, () => call("GetRandomPassword", {})))
  assert.equal(new Set(made.map(({ RandomPassword }) => RandomPassword)).size, 50)
  assert.ok(made.every(({ RandomPassword }) => RandomPassword?.length === 32))
  const short = "Password length is too short based on the required types."
  await refuses("GetRandomPassword", { PasswordLength: 3 }, "InvalidParameterException", short)
  const types = { ExcludeLowercase: true, ExcludeUppercase: true, ExcludeNumbers: true, ExcludePunctuation: true }
  const none = "You can't exclude all characters from the password."
  await refuses("GetRandomPassword", types, "InvalidRequestException", none)
  await refuses(
    "GetRandomPassword",
    { PasswordLength: 4097 },
    "ValidationException",
    "1 validation error detected: Value '4097' at 'passwordLength' failed to satisfy constraint: Member must have value less than or equal to 4096",
  )
})

const policy = (statement: object) =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Resource: "*", ...statement }] })
const open = policy({ Principal: "*", Action: "secretsmanager:GetSecretValue" })
const narrow = policy({ Principal: { AWS: "arn:aws:iam::123456789012:root" }, Action: "secretsmanager:*" })

test("a resource policy is kept as it was put, until it is deleted", async () => {
  const { call } = await setUp()
  assert.equal((await call("GetResourcePolicy", { SecretId: "a" })).ResourcePolicy, undefined)
  await call("PutResourcePolicy", { SecretId: "a", ResourcePolicy: open })
  assert.equal((await call("GetResourcePolicy", { SecretId: "a" })).ResourcePolicy, open)
  await call("DeleteResourcePolicy", { SecretId: "a" })
  assert.equal((await call("GetResourcePolicy", { SecretId: "a" })).ResourcePolicy, undefined)
})

test("a document that is no policy is refused, and one that lets everybody in when that is to be blocked", async () => {
  const { call, refuses, state } = await setUp()
  const put = { SecretId: "a", BlockPublicPolicy: true }
  const before = state.position
  await assert.rejects(call("PutResourcePolicy", { ...put, ResourcePolicy: "{" }), {
    code: "MalformedPolicyDocumentException",
  })
  for (const statement of [{ Action: "secretsmanager:*" }, { Principal: "*" }, { Effect: "Maybe" }]) {
    const ResourcePolicy = policy(statement)
    await assert.rejects(call("PutResourcePolicy", { ...put, ResourcePolicy }), {
      code: "MalformedPolicyDocumentException",
    })
  }
  const words = "The resource policy grants broad access to the secret."
  await refuses("PutResourcePolicy", { ...put, ResourcePolicy: open }, "PublicPolicyException", words)
  assert.equal(state.position, before)
  await call("PutResourcePolicy", { ...put, ResourcePolicy: narrow })

  const validate = (ResourcePolicy: string) => call("ValidateResourcePolicy", { ResourcePolicy })
  assert.deepEqual(await validate(narrow), { PolicyValidationPassed: true, ValidationErrors: [] })
  assert.equal((await validate(open)).PolicyValidationPassed, false)
  assert.equal((await validate("no")).PolicyValidationPassed, false)
})

test("rotation is kept and described, and refused without a function", async () => {
  const { call, refuses, token } = await setUp()
  const ask = { SecretId: "a", ClientRequestToken: token() }
  const none = "No Lambda rotation function ARN is associated with this secret."
  await refuses("RotateSecret", ask, "InvalidRequestException", none)
  await refuses(
    "RotateSecret",
    { SecretId: "a" },
    "InvalidParameterException",
    "You must provide a ClientRequestToken value. We recommend a UUID-type value.",
  )
  await refuses(
    "RotateSecret",
    { ...ask, RotationLambdaARN: "arn:aws:iam::1:role/x" },
    "AccessDeniedException",
    "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.",
  )
  const RotationLambdaARN = "arn:aws:lambda:us-east-1:123456789012:function:rotate"
  await refuses(
    "RotateSecret",
    { ...ask, RotationLambdaARN, RotationRules: { AutomaticallyAfterDays: 1001 } },
    "InvalidParameterException",
    "RotationRules.AutomaticallyAfterDays must be within 1-1000.",
  )
  const rotated = await call("RotateSecret", {
    ...ask,
    RotationLambdaARN,
    RotationRules: { AutomaticallyAfterDays: 30 },
  })
  assert.equal(rotated.VersionId, undefined, "nothing was rotated")
  const described = await call("DescribeSecret", { SecretId: "a" })
  assert.deepEqual(
    [described.RotationEnabled, described.RotationLambdaARN, described.RotationRules],
    [true, RotationLambdaARN, { AutomaticallyAfterDays: 30 }],
  )
  assert.equal(described.NextRotationDate, undefined, "no promise is made")
  await call("CancelRotateSecret", { SecretId: "a" })
  assert.equal((await call("DescribeSecret", { SecretId: "a" })).RotationEnabled, false)
})
