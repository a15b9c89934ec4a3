// The Parameter Store as the SDK and the AWS CLI see it.
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import {
  DescribeParametersCommand,
  GetParameterCommand,
  GetParametersCommand,
  HierarchyLevelLimitExceededException,
  ParameterAlreadyExists,
  ParameterNotFound,
  PutParameterCommand,
  paginateGetParametersByPath,
  SSMClient,
  SSMServiceException,
  StartSessionCommand,
} from "@aws-sdk/client-ssm"
import { parameterStore } from "../../src/services/ssm/index.ts"
import { type AwsEndpoint, awsEndpoint } from "../support/aws-endpoint.ts"
import { testVault } from "../support/secrets-harness.ts"

let aws: AwsEndpoint
let client: SSMClient
before(async () => {
  aws = await awsEndpoint([parameterStore({ vault: testVault() })])
  client = new SSMClient(aws.sdk)
})
after(async () => {
  client.destroy()
  await aws.close()
})

/** What `aws ssm <args>` prints, when it says that all is well. */
const run = async (...args: readonly string[]) => {
  const { code, json, stderr } = await aws.cli("ssm", ...args)
  assert.equal(code, 0, stderr)
  return json as Record<string, unknown>
}
const put = (Name: string, Value: string, Type: "String" | "SecureString" = "String") =>
  client.send(new PutParameterCommand({ Name, Value, Type }))

test("the SDK puts and reads parameters, with and without decryption", async () => {
  assert.deepEqual((await put("/sdk/password", "hünter2", "SecureString")).Version, 1)
  await put("/sdk/url", "http://x")
  const get = async (WithDecryption: boolean) =>
    (await client.send(new GetParameterCommand({ Name: "/sdk/password", WithDecryption }))).Parameter
  assert.equal((await get(true))?.Value, "hünter2")
  assert.notEqual((await get(false))?.Value, "hünter2")
  assert.ok((await get(true))?.LastModifiedDate instanceof Date)
  const Names = ["/sdk/password", "/sdk/url", "/sdk/none"]
  const many = await client.send(new GetParametersCommand({ Names, WithDecryption: true }))
  assert.deepEqual(many.InvalidParameters, ["/sdk/none"])
  assert.deepEqual(
    many.Parameters?.map(({ Value }) => Value),
    ["hünter2", "http://x"],
  )
})

test("the SDK's paginator reads a path once and to its end", async () => {
  for (let i = 0; i < 23; i++) await put(`/pages/${i}`, `${i}`)
  const seen: (string | undefined)[] = []
  for await (const page of paginateGetParametersByPath({ client, pageSize: 10 }, { Path: "/pages" })) {
    seen.push(...(page.Parameters ?? []).map(({ Name }) => Name))
  }
  assert.equal(new Set(seen).size, 23)
  assert.equal(seen.length, 23)
})

test("errors are the SDK's own classes, and what is not here says so", async () => {
  await assert.rejects(client.send(new GetParameterCommand({ Name: "none" })), ParameterNotFound)
  await put("/sdk/twice", "1")
  await assert.rejects(put("/sdk/twice", "2"), (thrown) => {
    assert.ok(thrown instanceof ParameterAlreadyExists)
    const words =
      "The parameter already exists. To overwrite this value, set the overwrite option in the request to true."
    assert.equal(thrown.message, words)
    return true
  })
  await assert.rejects(put("/a".repeat(16), "x"), HierarchyLevelLimitExceededException)
  await assert.rejects(client.send(new StartSessionCommand({ Target: "i-1" })), (thrown) => {
    assert.ok(thrown instanceof SSMServiceException)
    assert.deepEqual([thrown.name, thrown.$metadata.httpStatusCode], ["NotImplemented", 501])
    assert.match(thrown.message, /ssm:StartSession/)
    return true
  })
  const described = await client.send(new DescribeParametersCommand({}))
  assert.ok(!JSON.stringify(described.Parameters).includes('"Value"'))
})

// Each start of the CLI takes seconds on a busy machine.
test("the AWS CLI goes through the life of a parameter", { timeout: 300_000 }, async () => {
  const name = ["--name", "/cli/db"]
  assert.deepEqual(
    await run("put-parameter", ...name, "--value", "one", "--type", "SecureString", "--tags", "Key=a,Value=b"),
    {
      Version: 1,
      Tier: "Standard",
    },
  )
  const refused = await aws.cli("ssm", "put-parameter", ...name, "--value", "two", "--type", "SecureString")
  assert.match(refused.stderr, /\(ParameterAlreadyExists\).*set the overwrite option in the request to true\./)
  await run("put-parameter", ...name, "--value", "two", "--overwrite")
  await run("label-parameter-version", ...name, "--parameter-version", "1", "--labels", "old")
  const get = async (...args: string[]) => ((await run("get-parameter", ...args)).Parameter as { Value: string }).Value
  assert.equal(await get(...name, "--with-decryption"), "two")
  assert.equal(await get("--name", "/cli/db:old", "--with-decryption"), "one")
  const image = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
  assert.match(await get("--name", image), /^ami-/)
  await run("delete-parameter", ...name)
  const gone = await aws.cli("ssm", "get-parameter", ...name)
  assert.match(gone.stderr, /An error occurred \(ParameterNotFound\) when calling the GetParameter operation/)
})
