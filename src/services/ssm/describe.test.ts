import assert from "node:assert/strict"
import { test } from "node:test"
import { parametersHarness } from "../../../test/support/secrets-harness.ts"

const setUp = async () => {
  const harness = parametersHarness()
  const put = (Name: string, Value: string, more: object = {}) =>
    harness.call("PutParameter", { Name, Value, Type: "String", ...more })
  await put("/app/url", "one", { Description: "where", Tags: [{ Key: "team", Value: "web" }] })
  await put("/app/db/password", "hunter2", { Type: "SecureString" })
  await put("flat", "x", { Tier: "Advanced" })
  return { ...harness, put }
}

test("parameters are described without their values, and their history with all", async () => {
  const { call, clock } = await setUp()
  await clock.advance(1000)
  await call("PutParameter", { Name: "/app/db/password", Value: "hunter3", Overwrite: true })
  const { Parameters } = await call("DescribeParameters", {})
  assert.ok(!JSON.stringify(Parameters).includes("hunter"))
  const described = Parameters?.find(({ Name }) => Name === "/app/db/password")
  assert.deepEqual(described, {
    Name: "/app/db/password",
    ARN: "arn:aws:ssm:us-east-1:123456789012:parameter/app/db/password",
    Type: "SecureString",
    KeyId: "alias/aws/ssm",
    LastModifiedDate: new Date(clock.now()),
    LastModifiedUser: "arn:aws:iam::123456789012:root",
    Version: 2,
    Tier: "Standard",
    Policies: [],
    DataType: "text",
  })
  const history = await call("GetParameterHistory", { Name: "/app/db/password", WithDecryption: true })
  assert.deepEqual(
    history.Parameters?.map(({ Version, Value, Labels }) => [Version, Value, Labels]),
    [
      [1, "hunter2", []],
      [2, "hunter3", []],
    ],
  )
  const sealed = await call("GetParameterHistory", { Name: "/app/db/password" })
  assert.ok(!JSON.stringify(sealed).includes("hunter"))
})

test("filters keep what they say", async () => {
  const { call } = await setUp()
  const names = async (...ParameterFilters: { Key: string; Option?: string; Values?: string[] }[]) =>
    (await call("DescribeParameters", { ParameterFilters })).Parameters?.map(({ Name }) => Name)
  assert.deepEqual(await names({ Key: "Name", Values: ["flat"] }), ["flat"])
  assert.deepEqual(await names({ Key: "Name", Option: "BeginsWith", Values: ["/app"] }), [
    "/app/db/password",
    "/app/url",
  ])
  assert.deepEqual(await names({ Key: "Name", Option: "Contains", Values: ["db"] }), ["/app/db/password"])
  assert.deepEqual(await names({ Key: "Path", Values: ["/app"] }), ["/app/url"])
  assert.deepEqual(await names({ Key: "Path", Option: "Recursive", Values: ["/app"] }), [
    "/app/db/password",
    "/app/url",
  ])
  assert.deepEqual(await names({ Key: "Type", Values: ["SecureString"] }), ["/app/db/password"])
  assert.deepEqual(await names({ Key: "Tier", Values: ["Advanced"] }), ["flat"])
  assert.deepEqual(await names({ Key: "tag:team", Values: ["web"] }), ["/app/url"])
  assert.deepEqual(await names({ Key: "tag:team" }), ["/app/url"])
  assert.deepEqual(await names({ Key: "Type", Values: ["String"] }, { Key: "Path", Values: ["/app"] }), ["/app/url"])
  const old = await call("DescribeParameters", { Filters: [{ Key: "Name", Values: ["/app"] }] })
  assert.equal(old.Parameters?.length, 2)
  assert.deepEqual((await call("DescribeParameters", { Shared: true })).Parameters, [])
})

test("filters that mean nothing are refused in AWS's words", async () => {
  const { refuses, call } = await setUp()
  for (const [filter, code, message] of [
    [
      { Key: "Label", Values: ["x"] },
      "InvalidFilterKey",
      "The following filter key is not valid: Label. Valid filter keys include: [Path, Name, Type, KeyId, Tier].",
    ],
    [{ Key: "Name" }, "InvalidFilterValue", "The following filter values are missing : null for filter key Name."],
    [
      { Key: "Path", Option: "Equals", Values: ["/a"] },
      "InvalidFilterOption",
      "The following filter option is not valid: Equals. Valid options include: [Recursive, OneLevel].",
    ],
    [
      { Key: "Type", Values: ["Text"] },
      "InvalidFilterOption",
      "The following filter value is not valid: Text. Valid values include: [String, StringList, SecureString].",
    ],
    [
      { Key: "Path", Values: ["/aws"] },
      "ValidationException",
      'Filters for common parameters can\'t be prefixed with "aws" or "ssm" (case-insensitive). When using global parameters, please specify within a global namespace.',
    ],
  ] as const) {
    await refuses("DescribeParameters", { ParameterFilters: [filter as { Key: string }] }, code, message)
  }
  const both = {
    Filters: [{ Key: "Name" as const, Values: ["x"] }],
    ParameterFilters: [{ Key: "Name", Values: ["x"] }],
  }
  const words = "You can use either Filters or ParameterFilters in a single request."
  await refuses("DescribeParameters", both, "ValidationException", words)
  for (const path of ["/###", "//", "test"]) {
    const input = { ParameterFilters: [{ Key: "Path", Values: [path] }] }
    await assert.rejects(call("DescribeParameters", input), { message: /doesn't meet the parameter name requirements/ })
  }
})

test("labels name one version each, and move", async () => {
  const { call, refuses } = await setUp()
  for (const Value of ["two", "three"]) await call("PutParameter", { Name: "/app/url", Value, Overwrite: true })
  const label = (ParameterVersion: number | undefined, ...Labels: string[]) =>
    call("LabelParameterVersion", { Name: "/app/url", ParameterVersion, Labels })
  assert.deepEqual(await label(1, "prod", "aws-x", "1st", "ok.-_"), {
    InvalidLabels: ["aws-x", "1st"],
    ParameterVersion: 1,
  })
  assert.equal((await label(undefined, "prod")).ParameterVersion, 3)
  const labels = async () =>
    (await call("GetParameterHistory", { Name: "/app/url" })).Parameters?.map(({ Labels }) => Labels)
  assert.deepEqual(await labels(), [["ok.-_"], [], ["prod"]])
  assert.equal((await call("GetParameter", { Name: "/app/url:prod" })).Parameter?.Value, "three")
  assert.deepEqual(
    await call("UnlabelParameterVersion", { Name: "/app/url", ParameterVersion: 3, Labels: ["prod", "none"] }),
    { RemovedLabels: ["prod"], InvalidLabels: ["none"] },
  )
  assert.deepEqual(await labels(), [["ok.-_"], [], []])
  await label(2, ...Array.from({ length: 10 }, (_, i) => `l${i}`))
  await assert.rejects(label(2, "more"), { code: "ParameterVersionLabelLimitExceeded" })
  const input = { Name: "/app/url", ParameterVersion: 9, Labels: ["x"] }
  const words = "Systems Manager could not find version 9 of /app/url. Verify the version and try again."
  await refuses("LabelParameterVersion", input, "ParameterVersionNotFound", words)
  await refuses("LabelParameterVersion", { ...input, Name: "none" }, "ParameterNotFound", "")
})

test("parameters are deleted alone and together", async () => {
  const { call, refuses, state } = await setUp()
  await call("DeleteParameter", { Name: "flat" })
  await refuses("DeleteParameter", { Name: "flat" }, "ParameterNotFound", "")
  assert.deepEqual(await call("DeleteParameters", { Names: ["/app/url", "none", "/app/db/password"] }), {
    DeletedParameters: ["/app/url", "/app/db/password"],
    InvalidParameters: ["none"],
  })
  assert.equal(
    state.view((view) => view.parameters.size + view.parameterVersions.size),
    0,
  )
})

test("tags are added, listed and taken away, and those of other resources are not here", async () => {
  const { call, refuses } = await setUp()
  const on = { ResourceType: "Parameter", ResourceId: "/app/url" } as const
  await call("AddTagsToResource", { ...on, Tags: [{ Key: "stage", Value: "prod" }] })
  assert.deepEqual((await call("ListTagsForResource", on)).TagList, [
    { Key: "team", Value: "web" },
    { Key: "stage", Value: "prod" },
  ])
  await call("RemoveTagsFromResource", { ...on, TagKeys: ["team"] })
  assert.equal((await call("ListTagsForResource", on)).TagList?.length, 1)
  await assert.rejects(call("ListTagsForResource", { ...on, ResourceId: "none" }), { code: "InvalidResourceId" })
  await refuses(
    "ListTagsForResource",
    { ResourceType: "Document", ResourceId: "d" },
    "NotImplemented",
    "Roadstead does not implement ssm:ListTagsForResource for ResourceType Document yet.",
  )
})
