import assert from "node:assert/strict"
import { test } from "node:test"
import { logsService } from "../../../test/support/logs-service.ts"
import type { Input } from "../../gate/index.ts"

const g = { logGroupName: "g" }
type Put = Input<"logs", "PutMetricFilter">
type Transformation = NonNullable<Put["metricTransformations"]>[number]

const transformation: Transformation = { metricName: "Errors", metricNamespace: "App", metricValue: "1" }
const filter = (filterName: string, change: Partial<Put> = {}, one: Partial<Transformation> = {}): Put => ({
  ...g,
  filterName,
  filterPattern: "ERROR",
  metricTransformations: [{ ...transformation, ...one }],
  ...change,
})

const setUp = async () => {
  const service = logsService()
  await service.call("CreateLogGroup", g)
  const names = async (input: Input<"logs", "DescribeMetricFilters">) =>
    (await service.call("DescribeMetricFilters", input)).metricFilters?.map((one) => one.filterName)
  return { ...service, names, put: (input: Put) => service.call("PutMetricFilter", input) }
}

test("a metric filter is described as it was put, counted, replaced and deleted", async () => {
  const { call, put, clock, names } = await setUp()
  const since = clock.now()
  await put(filter("f", { filterPattern: '{ $.level = "ERROR" }' }, { dimensions: { code: "$.code" }, unit: "Count" }))
  assert.deepEqual(await call("DescribeMetricFilters", g), {
    metricFilters: [
      {
        filterName: "f",
        filterPattern: '{ $.level = "ERROR" }',
        metricTransformations: [{ ...transformation, dimensions: { code: "$.code" }, unit: "Count" }],
        creationTime: since,
        logGroupName: "g",
        applyOnTransformedLogs: false,
      },
    ],
  })
  const count = async () => (await call("DescribeLogGroups", {})).logGroups?.[0]?.metricFilterCount
  assert.equal(await count(), 1)
  await clock.advance(1000)
  await put(filter("f", {}, { defaultValue: 0 }))
  const [replaced] = (await call("DescribeMetricFilters", g)).metricFilters ?? []
  assert.deepEqual(replaced?.metricTransformations, [{ ...transformation, defaultValue: 0 }])
  assert.equal(replaced?.creationTime, since)
  await call("DeleteMetricFilter", { ...g, filterName: "f" })
  assert.deepEqual(await names(g), [])
  assert.equal(await count(), 0)
  await assert.rejects(call("DeleteMetricFilter", { ...g, filterName: "f" }), {
    code: "ResourceNotFoundException",
    message: "The specified metric filter does not exist.",
  })
})

test("metric filters are described by group, prefix and metric, page by page, and go with their group", async () => {
  const { call, put, names } = await setUp()
  await call("CreateLogGroup", { logGroupName: "other" })
  for (const name of ["b", "a2", "a1"]) await put(filter(name))
  await put(filter("a1", { logGroupName: "other" }, { metricName: "Other" }))
  assert.deepEqual(await names(g), ["a1", "a2", "b"])
  assert.deepEqual(await names({}), ["a1", "a1", "a2", "b"])
  assert.deepEqual(await names({ ...g, filterNamePrefix: "a" }), ["a1", "a2"])
  assert.deepEqual(await names({ metricName: "Other", metricNamespace: "App" }), ["a1"])
  assert.deepEqual(await names({ metricName: "Errors", metricNamespace: "None" }), [])
  await assert.rejects(names({ metricName: "Errors" }), { code: "InvalidParameterException" })
  await assert.rejects(names({ logGroupName: "none" }), { code: "ResourceNotFoundException" })
  const seen: (string | undefined)[] = []
  let nextToken: string | undefined
  do {
    const page = await call("DescribeMetricFilters", { limit: 1, ...(nextToken && { nextToken }) })
    seen.push(...(page.metricFilters ?? []).map((one) => `${one.logGroupName}/${one.filterName}`))
    nextToken = page.nextToken
  } while (nextToken)
  assert.deepEqual(seen, ["g/a1", "other/a1", "g/a2", "g/b"])
  await call("DeleteLogGroup", g)
  assert.deepEqual(await names({}), ["a1"])
})

test("a value or dimension may be a field that the pattern gives", async () => {
  const { put, names } = await setUp()
  const good: readonly (readonly [pattern: string, Partial<Transformation>])[] = [
    ["ERROR", { metricValue: "2.5e3" }],
    ["", { metricValue: "-1" }],
    ["{ $.a = * }", { metricValue: "$.b['c.d'][0]" }],
    ["[ip, ..., bytes]", { metricValue: "$bytes" }],
    ["[ip, ..., bytes]", { metricValue: "$3", dimensions: { ip: "$ip" } }],
  ]
  for (const [i, [filterPattern, one]] of good.entries()) await put(filter(`f${i}`, { filterPattern }, one))
  assert.equal((await names(g))?.length, good.length)
})

test("what AWS does not take is refused in its words, and changes nothing", async () => {
  const { call, put, state } = await setUp()
  const { position } = state
  const json = { filterPattern: "{ $.a = 1 }" }
  const invalid = "InvalidParameterException"
  const refusals: readonly (readonly [Put, string | RegExp])[] = [
    [filter("f", { filterPattern: "%(%" }), "Invalid metric filter pattern"],
    [filter("f", { filterPattern: "{ $.a" }), "If a filter pattern starts with '{' it must end with '}'"],
    [filter("a:b"), /^1 validation error detected: Value 'a:b' at 'filterName' failed .* pattern: \[\^:\*\]\*$/],
    [filter("f", { metricTransformations: [] }), /at 'metricTransformations' failed .* greater than or equal to 1$/],
    [
      filter("f", { metricTransformations: [transformation, transformation] }),
      /at 'metricTransformations' failed .* less than or equal to 1$/,
    ],
    [filter("f", {}, { metricName: "a:b" }), /at 'metricTransformations.1.member.metricName' failed/],
    [filter("f", {}, { metricValue: "1".repeat(101) }), /at 'metricTransformations.1.member.metricValue' failed/],
    [
      // @ts-expect-error: a unit that is none
      filter("f", {}, { unit: "Parsecs" }),
      /at 'metricTransformations.1.member.unit' failed to satisfy constraint: Member must satisfy enum value set: \[Seconds/,
    ],
    [
      filter("f", {}, { metricValue: "many" }),
      /^Invalid metric transformation: metric value many must be a valid number/,
    ],
    [filter("f", {}, { metricValue: "$.a" }), /^Invalid metric transformation/],
    [filter("f", json, { metricValue: "$.a[*]" }), /^Invalid metric transformation/],
    [filter("f", json, { metricValue: "$a" }), /^Invalid metric transformation/],
    [filter("f", { filterPattern: "[a, b]" }, { metricValue: "$c" }), /^Invalid metric transformation/],
    [
      filter("f", json, { dimensions: { env: "prod" } }),
      "Invalid metric transformation: dimension value must be valid selector",
    ],
    [filter("f", {}, { dimensions: { a: "$.a" } }), "The specified filter pattern does not support dimensions"],
    [
      filter("f", json, { dimensions: { a: "$.a" }, defaultValue: 0 }),
      "Invalid metric transformation: dimensions and default value are mutually exclusive properties",
    ],
    [
      filter("f", json, { dimensions: { a: "$.a", b: "$.b", c: "$.c", d: "$.d" } }),
      /^Invalid metric transformation: number of dimensions/,
    ],
  ]
  for (const [input, message] of refusals) await assert.rejects(put(input), { code: invalid, message })
  await assert.rejects(put(filter("f", { logGroupName: "none" })), {
    code: "ResourceNotFoundException",
    message: "The specified log group does not exist.",
  })
  assert.equal(state.position, position)
  assert.equal((await call("DescribeLogGroups", {})).logGroups?.[0]?.metricFilterCount, 0)
})

test("a group has a hundred metric filters at most, and five with regular expressions", async () => {
  const { put, names } = await setUp()
  for (let i = 0; i < 5; i++) await put(filter(`regex${i}`, { filterPattern: "%a%" }))
  const limit = { code: "LimitExceededException", message: "Resource limit exceeded." }
  await assert.rejects(put(filter("regex5", { filterPattern: "%a%" })), limit)
  await put(filter("regex0"))
  await put(filter("regex5", { filterPattern: "%a%" }))
  for (let i = 0; i < 94; i++) await put(filter(`plain${i}`))
  await assert.rejects(put(filter("more")), limit)
  await put(filter("plain0", { filterPattern: "WARN" }))
  assert.equal((await names({ ...g, filterNamePrefix: "regex" }))?.length, 6)
})
