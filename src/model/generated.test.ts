// What is committed in model/ is what `npm run gen` makes of the installed SDK packages, and every contract is whole.
import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { loadContract, routing, serviceNames } from "./index.ts"

const here = fileURLToPath(new URL(".", import.meta.url))
const generator = fileURLToPath(new URL("../../scripts/gen.mjs", import.meta.url))

test("generating again gives the files that are committed", () => {
  const folder = mkdtempSync(join(tmpdir(), "roadstead-gen-"))
  try {
    execFileSync(process.execPath, [generator, folder])
    const made = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((f) => /\.(ts|json)$/.test(f))
    assert.equal(made.length, serviceNames.length * 2 + 2)
    for (const file of made) {
      // Compared as a flag: a diff of a megabyte helps nobody.
      assert.ok(readFileSync(join(folder, file), "utf8") === readFileSync(join(here, file), "utf8"), `${file} is stale: npm run gen`)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test("every operation has its shapes, and every error that it names exists", () => {
  for (const service of serviceNames) {
    const contract = loadContract(service)
    for (const operation of contract.operations.values()) {
      assert.ok(Array.isArray(operation.input.members) && Array.isArray(operation.output.members))
      for (const error of operation.errors) assert.ok(contract.errors.has(error), `${service}:${operation.name} throws ${error}`)
    }
  }
})

test("the routing table has every operation of every contract", () => {
  assert.deepEqual(
    routing.map((r) => r.service),
    serviceNames,
  )
  for (const { service, operations } of routing) assert.deepEqual(operations.split(" "), [...loadContract(service).operations.keys()])
})

test("what the schemas say of ECS, EC2, SQS and STS is kept", () => {
  const ecs = loadContract("ecs")
  const runTask = ecs.operations.get("RunTask")
  assert.deepEqual(
    runTask?.input.members.filter((m) => m.required).map((m) => m.name),
    ["taskDefinition"],
  )
  const launchType = runTask?.input.byName.get("launchType")?.traits.enum ?? ""
  assert.deepEqual(ecs.enums.get(launchType), ["EC2", "EXTERNAL", "FARGATE", "MANAGED_INSTANCES"])
  assert.equal(ecs.errors.get("ServerException")?.status, 500)
  assert.equal(loadContract("sqs").errors.get("QueueDoesNotExist")?.queryCode, "AWS.SimpleQueueService.NonExistentQueue")
  assert.deepEqual(loadContract("cloudwatch").protocols, ["awsJson1_0", "rpcv2Cbor", "awsQuery"])
  assert.equal(loadContract("sts").operations.get("AssumeRoleWithWebIdentity")?.unsigned, true)
  assert.equal(loadContract("ec2").operations.get("DescribeVpcs")?.input.byName.get("Filters")?.traits.xmlName, "Filter")
})
