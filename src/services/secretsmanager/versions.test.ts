import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { secretsHarness, tokens } from "../../../test/support/secrets-harness.ts"
import { moveLabel, moveToNew } from "./stages.ts"

const day = 24 * 60 * 60 * 1000

/** A secret `a` with one version; versions are named by the order in which they were made. */
const setUp = async () => {
  const harness = secretsHarness()
  const token = tokens()
  const ids: string[] = []
  const nameOf = (id: string | undefined) => `v${ids.indexOf(id ?? "") + 1}`
  const next = () => {
    const id = token()
    ids.push(id)
    return id
  }
  await harness.call("CreateSecret", { Name: "a", SecretString: "S1", ClientRequestToken: next() })
  return {
    ...harness,
    id: (name: string) => ids[Number(name.slice(1)) - 1] ?? name,
    put: (SecretString: string, VersionStages?: string[]) =>
      harness.call("PutSecretValue", { SecretId: "a", SecretString, VersionStages, ClientRequestToken: next() }),
    stages: async (IncludeDeprecated = false) =>
      Object.fromEntries(
        ((await harness.call("ListSecretVersionIds", { SecretId: "a", IncludeDeprecated })).Versions ?? []).map(
          ({ VersionId, VersionStages }) => [nameOf(VersionId), VersionStages ?? []],
        ),
      ),
  }
}

test("a new value is AWSCURRENT, the one before AWSPREVIOUS, and older ones are deprecated", async () => {
  const { put, stages } = await setUp()
  await put("S2")
  assert.deepEqual(await stages(), { v1: ["AWSPREVIOUS"], v2: ["AWSCURRENT"] })
  await put("S3")
  assert.deepEqual(await stages(), { v2: ["AWSPREVIOUS"], v3: ["AWSCURRENT"] })
  assert.deepEqual(await stages(true), { v1: [], v2: ["AWSPREVIOUS"], v3: ["AWSCURRENT"] })
})

// https://github.com/localstack/localstack, tests recorded on AWS: current_pending, cycle_custom_stages, non_versioning.
test("labels of one's own move to the version that is put with them and leave AWSCURRENT alone", async () => {
  const { put, stages, call } = await setUp()
  await put("S2", ["one", "two", "three"])
  assert.deepEqual(await stages(), { v1: ["AWSCURRENT"], v2: ["one", "three", "two"] })
  await put("S3", ["one", "two", "four"])
  assert.deepEqual(await stages(), { v1: ["AWSCURRENT"], v2: ["three"], v3: ["four", "one", "two"] })
  assert.equal((await call("GetSecretValue", { SecretId: "a" })).SecretString, "S1")
  assert.equal((await call("GetSecretValue", { SecretId: "a", VersionStage: "four" })).SecretString, "S3")
})

test("a pending version becomes current by its label, and the next value takes its place without AWSPENDING", async () => {
  const { put, stages, call, id } = await setUp()
  await put("S2", ["AWSPENDING"])
  await call("UpdateSecretVersionStage", {
    SecretId: "a",
    VersionStage: "AWSCURRENT",
    RemoveFromVersionId: id("v1"),
    MoveToVersionId: id("v2"),
  })
  assert.deepEqual(await stages(), { v1: ["AWSPREVIOUS"], v2: ["AWSCURRENT", "AWSPENDING"] })
  await put("S3")
  assert.deepEqual(await stages(), { v2: ["AWSPREVIOUS"], v3: ["AWSCURRENT"] })
})

test("AWSCURRENT moves only from where it is, and never goes away", async () => {
  const { put, refuses, call, id, stages } = await setUp()
  await put("S2", ["AWSPENDING"])
  const move = { SecretId: "a", VersionStage: "AWSCURRENT" }
  await refuses(
    "UpdateSecretVersionStage",
    { ...move, MoveToVersionId: id("v2") },
    "InvalidParameterException",
    `The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT is currently attached to version ${id("v1")}, so you must explicitly reference that version in RemoveFromVersionId.`,
  )
  await refuses(
    "UpdateSecretVersionStage",
    { ...move, RemoveFromVersionId: id("v1") },
    "InvalidParameterException",
    "You can only move staging label AWSCURRENT to a different secret version. It can't be completely removed.",
  )
  assert.deepEqual(await stages(), { v1: ["AWSCURRENT"], v2: ["AWSPENDING"] })
  await call("UpdateSecretVersionStage", { SecretId: "a", VersionStage: "AWSPENDING", RemoveFromVersionId: id("v2") })
  assert.deepEqual(await stages(true), { v1: ["AWSCURRENT"], v2: [] })
})

test("a value is asked for by version, by stage, or by both when they belong together", async () => {
  const { put, refuses, call, id } = await setUp()
  await put("S2")
  const get = async (VersionId?: string, VersionStage?: string) =>
    (await call("GetSecretValue", { SecretId: "a", VersionId, VersionStage })).SecretString
  assert.equal(await get(id("v1")), "S1")
  assert.equal(await get(undefined, "AWSPREVIOUS"), "S1")
  assert.equal(await get(id("v2"), "AWSCURRENT"), "S2")
  const value = "Secrets Manager can't find the specified secret value for"
  const gone = "0".repeat(32)
  for (const [input, code, message] of [
    [{ VersionStage: "AWSPENDING" }, "ResourceNotFoundException", `${value} staging label: AWSPENDING`],
    [{ VersionId: gone }, "ResourceNotFoundException", `${value} VersionId: ${gone}`],
    [
      { VersionId: id("v1"), VersionStage: "AWSCURRENT" },
      "InvalidRequestException",
      "You provided a VersionStage that is not associated to the provided VersionId.",
    ],
  ] as const) {
    await refuses("GetSecretValue", { SecretId: "a", ...input }, code, message)
  }
})

test("a secret without any value says so", async () => {
  const { call, refuses } = await setUp()
  const token = "t".repeat(32)
  assert.equal((await call("CreateSecret", { Name: "empty", ClientRequestToken: token })).VersionId, undefined)
  await refuses(
    "GetSecretValue",
    { SecretId: "empty" },
    "ResourceNotFoundException",
    "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
  )
  const put = { SecretId: "empty", SecretString: "x", VersionStages: ["own"], ClientRequestToken: token }
  assert.deepEqual((await call("PutSecretValue", put)).VersionStages, ["AWSCURRENT", "own"])
})

test("a value that is put again with its token changes nothing, another with that token is refused", async () => {
  const { call, refuses, stages } = await setUp()
  const ClientRequestToken = "again".padEnd(32, "-")
  const put = { SecretId: "a", SecretString: "S2", ClientRequestToken }
  const made = await call("PutSecretValue", put)
  assert.deepEqual(await call("PutSecretValue", put), made)
  assert.equal(Object.keys(await stages(true)).length, 2)
  await refuses(
    "PutSecretValue",
    { ...put, SecretString: "S3" },
    "ResourceExistsException",
    `You can't use ClientRequestToken ${ClientRequestToken} because that value is already in use for a version of secret ${made.ARN}.`,
  )
  await refuses(
    "PutSecretValue",
    { ...put, ClientRequestToken: "short" },
    "InvalidParameterException",
    "ClientRequestToken must be 32-64 characters long.",
  )
})

test("the day on which a value was last read is kept, and no second", async () => {
  const { call, clock, state } = await setUp()
  await clock.advance(5 * 60 * 60 * 1000)
  assert.equal((await call("DescribeSecret", { SecretId: "a" })).LastAccessedDate, undefined)
  await call("GetSecretValue", { SecretId: "a" })
  const read = state.position
  await call("GetSecretValue", { SecretId: "a" })
  assert.equal(state.position, read, "a second reading on the day writes nothing")
  const { LastAccessedDate } = await call("DescribeSecret", { SecretId: "a" })
  assert.equal(LastAccessedDate?.getTime(), Date.UTC(2024, 0, 1))
})

test("a hundred deprecated versions are kept, and all that are younger than a day", async () => {
  const { put, clock, state } = await setUp()
  const kept = () => state.view((view) => view.secretVersions.size)
  for (let i = 0; i < 130; i++) await put(`x${i}`)
  assert.equal(kept(), 131)
  await clock.advance(day + 1)
  await put("last")
  assert.equal(kept(), 102, "a hundred, and the two with labels")
})

test("however labels move, each is on one version, and AWSPREVIOUS is what was current before", () => {
  const label = fc.constantFrom("AWSCURRENT", "AWSPENDING", "AWSPREVIOUS", "own", "other")
  fc.assert(
    fc.property(fc.array(fc.uniqueArray(label, { minLength: 1 }), { maxLength: 12 }), (puts) => {
      let versions: { id: string; stages: readonly string[] }[] = [{ id: "v0", stages: ["AWSCURRENT"] }]
      for (const [at, taken] of puts.entries()) {
        const before = versions.find(({ stages }) => stages.includes("AWSCURRENT"))?.id
        const moved = moveToNew(versions, taken)
        versions = versions.map((version) => ({ ...version, stages: moved.get(version.id) ?? version.stages }))
        versions.push({ id: `v${at + 1}`, stages: [...taken].sort() })
        const all = versions.flatMap(({ stages }) => stages)
        assert.equal(new Set(all).size, all.length)
        assert.ok(all.includes("AWSCURRENT"))
        if (taken.includes("AWSCURRENT") && !taken.includes("AWSPREVIOUS")) {
          assert.equal(versions.find(({ stages }) => stages.includes("AWSPREVIOUS"))?.id, before)
        }
      }
    }),
  )
  assert.deepEqual(
    [
      ...moveLabel(
        [
          { id: "a", stages: ["AWSCURRENT"] },
          { id: "b", stages: ["AWSPREVIOUS"] },
        ],
        "AWSCURRENT",
        "a",
        "b",
      ),
    ],
    [
      ["a", ["AWSPREVIOUS"]],
      ["b", ["AWSCURRENT"]],
    ],
  )
})
