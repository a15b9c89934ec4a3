import assert from "node:assert/strict"
import { test } from "node:test"
import { secretsHarness, tokens } from "../../../test/support/secrets-harness.ts"

const setUp = async () => {
  const harness = secretsHarness()
  const token = tokens()
  const make = async (Name: string, Description: string, Tags?: { Key: string; Value: string }[]) => {
    await harness.call("CreateSecret", { Name, Description, Tags, SecretString: Name, ClientRequestToken: token() })
    await harness.clock.advance(1000)
  }
  // The four secrets of LocalStack's test_list_secrets_filtering, which was recorded on AWS.
  await make("testing1/one", "a secret")
  await make("/testing2/two", "an secret", [{ Key: "Stage", Value: "prod" }])
  await make("testing3/three", "asecret")
  await make("/testing4/four", "thesecret", [{ Key: "stage", Value: "dev" }])
  const names = async (...filters: readonly (readonly [key: string, ...values: string[]])[]) => {
    const Filters = filters.map(([Key, ...Values]) => ({ Key: Key as "name", Values }))
    const { SecretList } = await harness.call("ListSecrets", { Filters, SortBy: "name", SortOrder: "asc" })
    return (SecretList ?? []).map(({ Name = "" }) => Name.replace(/.*\//, ""))
  }
  return { ...harness, token, names }
}

test("filters keep what AWS's keep: prefixes of names, words of descriptions, and the opposite after an exclamation mark", async () => {
  const { names } = await setUp()
  for (const [filters, kept] of [
    [[["name", "/"]], ["two", "four"]],
    [[["name", "!/"]], ["one", "three"]],
    [[["name", "testing1 one"]], []],
    [[["description", "a"]], ["two", "one", "three"]],
    [[["description", "!a"]], ["four"]],
    [[["description", "a secret"]], ["two", "one"]],
    [[["description", "!c"]], ["two", "four", "one", "three"]],
    [
      [
        ["description", "a"],
        ["name", "an"],
      ],
      [],
    ],
    [[["tag-key", "St"]], ["two"]],
    [[["tag-value", "prod", "dev"]], ["two", "four"]],
    [[["all", "TESTING2"]], ["two"]],
    [[["all", "dev"]], ["four"]],
    [[["owning-service", "rds"]], []],
  ] as [[string, string][], string[]][]) {
    assert.deepEqual(await names(...filters), kept, JSON.stringify(filters))
  }
})

test("secrets are listed newest first, or as they are asked to be, in pages that miss and repeat nothing", async () => {
  const { call } = await setUp()
  const list = async (input: { SortBy?: "name"; SortOrder?: "asc" | "desc" }) => {
    const seen: string[] = []
    let NextToken: string | undefined
    do {
      const page = await call("ListSecrets", { ...input, MaxResults: 3, NextToken })
      seen.push(...(page.SecretList ?? []).map(({ Name = "" }) => Name))
      NextToken = page.NextToken
    } while (NextToken !== undefined)
    return seen
  }
  assert.deepEqual(await list({}), ["/testing4/four", "testing3/three", "/testing2/two", "testing1/one"])
  assert.deepEqual(await list({ SortOrder: "asc" }), (await list({})).reverse())
  assert.deepEqual(await list({ SortBy: "name", SortOrder: "asc" }), (await list({})).sort())
})

test("a token of another list, and filters that are none, are refused", async () => {
  const { call, refuses } = await setUp()
  const { NextToken } = await call("ListSecrets", { MaxResults: 1 })
  const words = "The NextToken value is invalid."
  await refuses("ListSecrets", { NextToken, SortOrder: "asc" }, "InvalidNextTokenException", words)
  await refuses("ListSecrets", { NextToken: "x" }, "InvalidNextTokenException", words)
  await refuses(
    "ListSecrets",
    { Filters: [{ Key: "arn" as "name", Values: ["x"] }] },
    "ValidationException",
    "1 validation error detected: Value 'arn' at 'filters.1.member.key' failed to satisfy constraint: Member must satisfy enum value set: [all, name, tag-key, description, tag-value, primary-region, owning-service]",
  )
})

test("a batch answers the values that can be read, and an error for each other", async () => {
  const { call, refuses } = await setUp()
  await call("DeleteSecret", { SecretId: "testing3/three" })
  const batch = await call("BatchGetSecretValue", { SecretIdList: ["testing1/one", "none", "testing3/three"] })
  assert.deepEqual(
    batch.SecretValues?.map(({ SecretString }) => SecretString),
    ["testing1/one"],
  )
  assert.deepEqual(
    batch.Errors?.map(({ SecretId, ErrorCode }) => [SecretId, ErrorCode]),
    [
      ["none", "ResourceNotFoundException"],
      ["testing3/three", "InvalidRequestException"],
    ],
  )
  const filtered = await call("BatchGetSecretValue", { Filters: [{ Key: "name", Values: ["/"] }], MaxResults: 1 })
  assert.equal(filtered.SecretValues?.length, 1)
  assert.ok(filtered.NextToken)
  const both = "Either 'SecretIdList' or 'Filters' must be provided, but not both."
  await refuses("BatchGetSecretValue", {}, "InvalidParameterException", both)
  await refuses(
    "BatchGetSecretValue",
    { SecretIdList: ["a"], MaxResults: 1 },
    "InvalidParameterException",
    "'Filters' not specified. 'Filters' must also be specified when 'MaxResults' is provided.",
  )
})
