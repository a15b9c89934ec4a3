import assert from "node:assert/strict"
import { test } from "node:test"
import { parametersHarness, root, scope, testVault } from "../../../test/support/secrets-harness.ts"
import { TestClock } from "../../../test/support/test-clock.ts"
import { testIds } from "../../../test/support/test-ids.ts"
import { type BulkStores, createGate } from "../../gate/index.ts"
import { silentLog } from "../../kernel/index.ts"
import { memoryStore } from "../../state/index.ts"
import { secretsManager } from "../secretsmanager/index.ts"
import { parameterStore } from "./index.ts"

const setUp = async () => {
  const harness = parametersHarness()
  const put = (Name: string, Value: string, Type: "String" | "StringList" | "SecureString" = "String") =>
    harness.call("PutParameter", { Name, Value, Type, Overwrite: true })
  await put("/app/url", "one")
  await put("/app/url", "two")
  await put("/app/db/password", "hunter2", "SecureString")
  await put("list", "a,b", "StringList")
  return { ...harness, put }
}

test("a parameter is read by name, version, label and ARN", async () => {
  const { call } = await setUp()
  await call("LabelParameterVersion", { Name: "/app/url", ParameterVersion: 1, Labels: ["first"] })
  const arn = "arn:aws:ssm:us-east-1:123456789012:parameter/app/url"
  for (const [Name, value, selector] of [
    ["/app/url", "two", undefined],
    ["/app/url:1", "one", ":1"],
    ["/app/url:first", "one", ":first"],
    [arn, "two", undefined],
    [`${arn}:1`, "one", ":1"],
    ["arn:aws:ssm:us-east-1:123456789012:parameter/list", "a,b", undefined],
  ] as const) {
    const { Parameter } = await call("GetParameter", { Name })
    assert.deepEqual([Parameter?.Value, Parameter?.Selector], [value, selector], Name)
  }
})

test("what is not there is not found, in AWS's few words", async () => {
  const { refuses } = await setUp()
  for (const Name of [
    ...["/none", "/app", "/app/url:1:2", "/app/url:"],
    "arn:aws:ssm:eu-west-1:123456789012:parameter/app/url",
    "arn:aws:ssm:us-east-1:210987654321:parameter/app/url",
    "arn:aws:s3:::bucket",
  ]) {
    await refuses("GetParameter", { Name }, "ParameterNotFound", "")
  }
  const words = "Systems Manager could not find version 7 of /app/url. Verify the version and try again."
  await refuses("GetParameter", { Name: "/app/url:7" }, "ParameterVersionNotFound", words)
  await refuses(
    "GetParameter",
    { Name: "app/url" },
    "ValidationException",
    'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_',
  )
})

test("a secure string is plain only when decryption is asked for", async () => {
  const { call } = await setUp()
  const value = async (WithDecryption?: boolean) =>
    (await call("GetParameter", { Name: "/app/db/password", WithDecryption })).Parameter?.Value ?? ""
  assert.equal(await value(true), "hunter2")
  for (const sealed of [await value(), await value(false)]) {
    assert.match(sealed, /^[A-Za-z0-9+/]{40,}=*$/)
    assert.ok(!Buffer.from(sealed, "base64").includes("hunter2"))
  }
})

// The official agent asks so, and takes any InvalidParameters for a failure of the task.
test("several parameters are read at once, and those that are not there are named", async () => {
  const { call, refuses } = await setUp()
  const Names = ["/app/url", "/app/db/password", "/none", "/app/url:9", "list"]
  const { Parameters, InvalidParameters } = await call("GetParameters", { Names, WithDecryption: true })
  assert.deepEqual(
    Parameters?.map(({ Name, Value }) => [Name, Value]),
    [
      ["/app/url", "two"],
      ["/app/db/password", "hunter2"],
      ["list", "a,b"],
    ],
  )
  assert.deepEqual(InvalidParameters, ["/none", "/app/url:9"])
  const eleven = Array.from({ length: 11 }, (_, i) => `p${i}`)
  await refuses(
    "GetParameters",
    { Names: eleven },
    "ValidationException",
    `1 validation error detected: Value '[${eleven.join(", ")}]' at 'names' failed to satisfy constraint: Member must have length less than or equal to 10.`,
  )
})

test("a path answers its parameters, all below it when it is to be recursive, in pages", async () => {
  const { call, put, refuses } = await setUp()
  for (let i = 0; i < 12; i++) await put(`/app/n/${String(i).padStart(2, "0")}`, `${i}`)
  const names = async (Path: string, Recursive?: boolean, MaxResults?: number) => {
    const seen: string[] = []
    let NextToken: string | undefined
    do {
      const page = await call("GetParametersByPath", { Path, Recursive, MaxResults, NextToken })
      seen.push(...(page.Parameters ?? []).map(({ Name = "" }) => Name))
      NextToken = page.NextToken
    } while (NextToken !== undefined)
    return seen
  }
  assert.deepEqual(await names("/app"), ["/app/url"])
  assert.deepEqual(await names("/app/"), ["/app/url"])
  assert.equal((await names("/app", true)).length, 14)
  assert.deepEqual(
    await names("/app/n", false, 5),
    Array.from({ length: 12 }, (_, i) => `/app/n/${String(i).padStart(2, "0")}`),
  )
  assert.deepEqual(await names("/"), ["list"])
  assert.deepEqual(await names("/ap"), [])
  await refuses(
    "GetParametersByPath",
    { Path: "/app", MaxResults: 23 },
    "ValidationException",
    "1 validation error detected: Value '23' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 10",
  )
  await assert.rejects(call("GetParametersByPath", { Path: "app" }), { code: "ValidationException" })
  await assert.rejects(call("GetParametersByPath", { Path: "/app", NextToken: "x" }), { code: "InvalidNextToken" })
})

test("a path is filtered by type, key and label, and by nothing else", async () => {
  const { call, refuses } = await setUp()
  await call("LabelParameterVersion", { Name: "/app/url", ParameterVersion: 1, Labels: ["first"] })
  const values = async (Key: string, ...Values: string[]) =>
    (
      await call("GetParametersByPath", {
        ...{ Path: "/app", Recursive: true, WithDecryption: true },
        ParameterFilters: [{ Key, Values }],
      })
    ).Parameters?.map(({ Value }) => Value)
  assert.deepEqual(await values("Type", "SecureString"), ["hunter2"])
  assert.deepEqual(await values("KeyId", "alias/aws/ssm"), ["hunter2"])
  assert.deepEqual(await values("Label", "first"), ["one"])
  const input = { Path: "/app", ParameterFilters: [{ Key: "Name", Values: ["x"] }] }
  await refuses(
    "GetParametersByPath",
    input,
    "InvalidFilterKey",
    "The following filter key is not valid: Name. Valid filter keys include: [Type, KeyId].",
  )
})

test("the public parameters of ECS-optimized images name the images that can be launched", async () => {
  const { call } = await setUp()
  const base = "/aws/service/ecs/optimized-ami/amazon-linux-2023"
  const { Parameter } = await call("GetParameter", { Name: `${base}/recommended` })
  const { image_id, image_name } = JSON.parse(Parameter?.Value ?? "") as Record<string, string>
  assert.match(image_id ?? "", /^ami-[0-9a-f]{17}$/)
  assert.match(image_name ?? "", /^al2023-ami-ecs-hvm-.*-x86_64$/)
  assert.equal(Parameter?.ARN, `arn:aws:ssm:us-east-1::parameter${base}/recommended`)
  const { Parameters } = await call("GetParameters", {
    Names: [`${base}/recommended/image_id`, `${base}/arm64/recommended/image_id`],
  })
  assert.equal(Parameters?.[0]?.Value, image_id)
  assert.notEqual(Parameters?.[1]?.Value, image_id)
  const below = await call("GetParametersByPath", { Path: `${base}/recommended` })
  assert.equal(below.Parameters?.length, 5)
  await assert.rejects(call("GetParameter", { Name: "/aws/service/ecs/optimized-ami/none" }), {
    code: "ParameterNotFound",
  })
})

test("a secret is read by reference, decrypted only", async () => {
  const ports = { vault: testVault() }
  const services = [secretsManager(ports), parameterStore(ports)]
  const gate = createGate({
    state: memoryStore(),
    bulk: {} as BulkStores,
    services,
    clock: new TestClock(),
    ids: testIds(),
    log: silentLog,
  })
  const create = { Name: "db", SecretString: "hunter2", ClientRequestToken: "t".repeat(32) }
  const { VersionId } = await gate.invoke("secretsmanager", "CreateSecret", create, scope, root)
  const get = (Name: string, WithDecryption = true) =>
    gate.invoke("ssm", "GetParameter", { Name, WithDecryption }, scope, root)
  const { Parameter } = await get("/aws/reference/secretsmanager/db")
  assert.deepEqual([Parameter?.Value, Parameter?.Type], ["hunter2", "SecureString"])
  assert.ok(!Parameter?.SourceResult?.includes("hunter2"))
  assert.equal((await get("/aws/reference/secretsmanager/db:AWSCURRENT")).Parameter?.Value, "hunter2")
  assert.equal((await get(`/aws/reference/secretsmanager/db:${VersionId}`)).Parameter?.Selector, `:${VersionId}`)
  await assert.rejects(get("/aws/reference/secretsmanager/none"), { code: "ParameterNotFound" })
  await assert.rejects(get("/aws/reference/secretsmanager/db", false), { code: "ValidationException" })
})
