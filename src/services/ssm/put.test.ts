import assert from "node:assert/strict"
import { test } from "node:test"
import { parametersHarness } from "../../../test/support/secrets-harness.ts"

const day = 24 * 60 * 60 * 1000
const notLikePath =
  "If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_"
const exists = "The parameter already exists. To overwrite this value, set the overwrite option in the request to true."

test("a parameter is put once, and again only to overwrite it", async () => {
  const { call, refuses } = parametersHarness()
  const put = { Name: "/app/url", Value: "one", Type: "String" } as const
  assert.deepEqual(await call("PutParameter", put), { Version: 1, Tier: "Standard" })
  await refuses("PutParameter", { ...put, Value: "two" }, "ParameterAlreadyExists", exists)
  assert.deepEqual(await call("PutParameter", { Name: "/app/url", Value: "two", Overwrite: true }), {
    Version: 2,
    Tier: "Standard",
  })
  const { Parameter } = await call("GetParameter", { Name: "/app/url" })
  assert.deepEqual([Parameter?.Value, Parameter?.Type, Parameter?.Version], ["two", "String", 2])
  assert.equal(Parameter?.ARN, "arn:aws:ssm:us-east-1:123456789012:parameter/app/url")
})

test("reserved, malformed and too deep names are refused in AWS's words", async () => {
  const { refuses, call } = parametersHarness()
  const put = { Value: "x", Type: "String" } as const
  const prefix = 'Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive).'
  const path = `Parameter name: can't be prefixed with "ssm" (case-insensitive). ${notLikePath}`
  for (const [Name, code, message] of [
    ["ssm_test", "ValidationException", prefix],
    ["AWS_TEST", "ValidationException", prefix],
    ["/awsome", "ValidationException", prefix],
    ["/ssm_test/path/to/var", "ValidationException", path],
    ["/SSM/PATH", "ValidationException", path],
    ["/aws/path/to", "AccessDeniedException", "No access to reserved parameter name: /aws/path/to."],
    ["/AWS/PATH", "AccessDeniedException", "No access to reserved parameter name: /AWS/PATH."],
    ["a/b", "ValidationException", "Parameter name must be a fully qualified name."],
    ["a b", "ValidationException", path],
    ["/a//b", "ValidationException", path],
    ["/a/", "ValidationException", path],
    [
      `/${"d/".repeat(15)}e`,
      "HierarchyLevelLimitExceededException",
      "A hierarchy can have a maximum of 15 levels. For more information, see Requirements and constraints for parameter names in the AWS Systems Manager User Guide.",
    ],
  ] as const) {
    await refuses("PutParameter", { Name, ...put }, code, message)
  }
  await call("PutParameter", { Name: `/${"d/".repeat(14)}e`, ...put })
  await call("PutParameter", { Name: "  spaced ", ...put })
  assert.equal((await call("GetParameter", { Name: "spaced" })).Parameter?.Name, "spaced")
})

test("a name at the root is the same with and without its slash", async () => {
  const { call, refuses } = parametersHarness()
  await call("PutParameter", { Name: "/root", Value: "x", Type: "String" })
  assert.equal(
    (await call("GetParameter", { Name: "root" })).Parameter?.ARN,
    "arn:aws:ssm:us-east-1:123456789012:parameter/root",
  )
  await refuses("PutParameter", { Name: "root", Value: "y", Type: "String" }, "ParameterAlreadyExists", exists)
})

test("types, tiers and data types are checked, and a type never changes", async () => {
  const { refuses, call } = parametersHarness()
  const put = { Name: "p", Value: "x" }
  const none = "A parameter type is required when you create a parameter."
  await refuses("PutParameter", put, "ValidationException", none)
  await refuses("PutParameter", { ...put, Overwrite: true }, "ValidationException", none)
  await refuses(
    "PutParameter",
    { ...put, Type: "Text" as "String" },
    "ValidationException",
    "1 validation error detected: Value 'Text' at 'type' failed to satisfy constraint: Member must satisfy enum value set: [SecureString, StringList, String]",
  )
  await refuses(
    "PutParameter",
    { ...put, Type: "String", DataType: "not_text" },
    "ValidationException",
    "The following data type is not supported: not_text (Data type names are all lowercase.)",
  )
  await refuses(
    "PutParameter",
    { ...put, Value: "", Type: "String" },
    "ValidationException",
    "1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member must have length greater than or equal to 1.",
  )
  await refuses(
    "PutParameter",
    { ...put, Type: "String", Overwrite: true, Tags: [{ Key: "a", Value: "b" }] },
    "ValidationException",
    "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.",
  )
  await call("PutParameter", { ...put, Type: "String" })
  await assert.rejects(call("PutParameter", { ...put, Type: "SecureString", Overwrite: true }), {
    code: "HierarchyTypeMismatchException",
  })
})

test("values above 4 KB need the advanced tier, which is never left again", async () => {
  const { call } = parametersHarness()
  const big = { Name: "p", Value: "x".repeat(4097), Type: "String" } as const
  await assert.rejects(call("PutParameter", big), { code: "ValidationException", message: /4096 characters/ })
  assert.equal((await call("PutParameter", { ...big, Tier: "Intelligent-Tiering" })).Tier, "Advanced")
  const over = { Name: "p", Overwrite: true }
  assert.equal((await call("PutParameter", { ...over, Value: "small" })).Tier, "Advanced")
  await assert.rejects(call("PutParameter", { ...over, Value: "small", Tier: "Standard" }), {
    message: /can't downgrade/,
  })
  await assert.rejects(call("PutParameter", { ...over, Value: "x".repeat(8193) }), { message: /8192 characters/ })
})

test("a value that its pattern does not allow is refused without being repeated", async () => {
  const { call, refuses } = parametersHarness()
  const put = { Name: "p", Type: "String", AllowedPattern: "^[0-9]+$" } as const
  await refuses(
    "PutParameter",
    { ...put, Value: "secret" },
    "ParameterPatternMismatchException",
    "Parameter value, cannot be validated against allowedPattern: ^[0-9]+$",
  )
  await call("PutParameter", { ...put, Value: "12" })
  await assert.rejects(call("PutParameter", { Name: "p", Value: "x", Overwrite: true }), {
    code: "ParameterPatternMismatchException",
  })
  await assert.rejects(call("PutParameter", { ...put, Name: "q", Value: "1", AllowedPattern: "(" }), {
    code: "InvalidAllowedPatternException",
  })
})

test("the hundredth version is the last that keeps all; then the oldest goes, unless it has a label", async () => {
  const { call, refuses } = parametersHarness()
  await call("PutParameter", { Name: "p", Value: "1", Type: "String" })
  const over = (Value: string) => call("PutParameter", { Name: "p", Value, Overwrite: true })
  for (let i = 2; i <= 101; i++) await over(String(i))
  await refuses(
    "GetParameter",
    { Name: "p:1" },
    "ParameterVersionNotFound",
    "Systems Manager could not find version 1 of p. Verify the version and try again.",
  )
  assert.equal((await call("GetParameter", { Name: "p:2" })).Parameter?.Value, "2")
  await call("LabelParameterVersion", { Name: "p", ParameterVersion: 2, Labels: ["keep"] })
  await refuses(
    "PutParameter",
    { Name: "p", Value: "x", Overwrite: true },
    "ParameterMaxVersionLimitExceeded",
    "You attempted to create a new version of p by calling the PutParameter API with the overwrite flag. Version 2, the oldest version, can't be deleted because it has a label associated with it. Move the label to another version of the parameter, and try again.",
  )
})

const expiration = (at: number) => ({
  Type: "Expiration",
  Version: "1.0",
  Attributes: { Timestamp: new Date(at).toISOString() },
})

test("a parameter with an Expiration policy goes at its time, and not when it was put off", async () => {
  const { call, clock } = parametersHarness()
  const notify = { Type: "NoChangeNotification", Version: "1.0", Attributes: { After: "20", Unit: "Days" } }
  const put = (at: number, Overwrite = false) =>
    call("PutParameter", {
      ...{ Name: "p", Value: "x", Type: "String", Tier: "Advanced", Overwrite },
      Policies: JSON.stringify([expiration(at), notify]),
    })
  await put(clock.now() + day)
  const { Parameters: [described] = [] } = await call("DescribeParameters", {})
  assert.deepEqual(
    described?.Policies?.map(({ PolicyType, PolicyStatus }) => [PolicyType, PolicyStatus]),
    [
      ["Expiration", "Pending"],
      ["NoChangeNotification", "Pending"],
    ],
  )
  await put(clock.now() + 2 * day, true)
  await clock.advance(2 * day - 1)
  assert.equal((await call("GetParameter", { Name: "p" })).Parameter?.Version, 2)
  await clock.advance(1)
  await assert.rejects(call("GetParameter", { Name: "p" }), { code: "ParameterNotFound", message: "" })
})

test("policies that mean nothing are refused", async () => {
  const { call, clock } = parametersHarness()
  const put = (policies: unknown, Tier: "Advanced" | "Standard" = "Advanced") =>
    call("PutParameter", { Name: "p", Value: "x", Type: "String", Tier, Policies: JSON.stringify(policies) })
  await assert.rejects(put([{ Type: "Other" }]), { code: "InvalidPolicyTypeException" })
  await assert.rejects(put("no list"), { code: "InvalidPolicyTypeException" })
  await assert.rejects(put([expiration(clock.now() - 1)]), { code: "InvalidPolicyAttributeException" })
  await assert.rejects(put([{ ...expiration(clock.now() + day), Attributes: {} }]), {
    code: "InvalidPolicyAttributeException",
  })
  const many = Array.from({ length: 11 }, () => expiration(clock.now() + day))
  await assert.rejects(put(many), { code: "PoliciesLimitExceededException" })
  await assert.rejects(put([expiration(clock.now() + day)], "Standard"), { code: "ValidationException" })
})
