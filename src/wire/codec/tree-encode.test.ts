// Values on their way out: what the model does not declare stays behind, wherever it is, and frozen records stay whole.
import assert from "node:assert/strict"
import { test } from "node:test"
import { loadContract } from "../../model/index.ts"
import { jsonEncoder } from "./json.ts"

const output = loadContract("ecs").operations.get("DescribeTasks")?.output
if (!output) throw new Error("the contract of ecs lacks DescribeTasks")
const encode = jsonEncoder(output)

const freeze = <T>(value: T): T => {
  if (typeof value === "object" && value !== null) {
    for (const member of Object.values(value)) freeze(member)
    Object.freeze(value)
  }
  return value
}

test("what is written already as the wire has it is not copied", () => {
  const answer = freeze({ tasks: [{ taskArn: "t", containers: [{ name: "app", exitCode: 0 }] }], failures: [] })
  assert.equal(encode(answer), answer)
})

test("members that are not declared, and those without a value, stay behind at every depth", () => {
  const containers = [{ name: "app", secret: 1 }, { name: "log" }, null, undefined, { name: "x", reason: undefined }]
  const answer = freeze({ secret: 1, tasks: [{ taskArn: "t", version: null, containers }], failures: undefined })
  assert.deepEqual(encode(answer), {
    tasks: [{ taskArn: "t", containers: [{ name: "app" }, { name: "log" }, { name: "x" }] }],
  })
})

test("times become seconds, in the order of the members, beside parts that need no change", () => {
  const containers = freeze([{ name: "app" }])
  const encoded = encode({ tasks: [{ cpu: "256", createdAt: new Date(1500), memory: "512", containers }] })
  assert.equal(
    JSON.stringify(encoded),
    '{"tasks":[{"cpu":"256","createdAt":1.5,"memory":"512","containers":[{"name":"app"}]}]}',
  )
  assert.equal((encoded as { tasks: { containers: unknown }[] }).tasks[0]?.containers, containers)
})
