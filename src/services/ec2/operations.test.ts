// What holds for every operation of the table: what it demands, and that a dry run changes nothing.
import assert from "node:assert/strict"
import { test } from "node:test"
import { testIds } from "../../../test/support/test-ids.ts"
import { type BulkStores, createGate, type ReadCx } from "../../gate/index.ts"
import { type Fault, silentLog } from "../../kernel/index.ts"
import { loadContract } from "../../model/index.ts"
import { memoryStore } from "../../state/index.ts"
import { ec2 } from "./index.ts"

const scope = { account: "123456789012", region: "us-east-1" }
const caller = { account: scope.account, arn: "arn:aws:iam::123456789012:root", kind: "root" } as const
const clock = { now: () => Date.UTC(2024, 0, 1), at: () => () => {} }
const { operations } = loadContract("ec2")
const names = Object.keys(ec2.operations)

test("a dry run of any operation says that it would have succeeded, and writes nothing", async () => {
  const state = memoryStore()
  const gate = createGate({ state, bulk: {} as BulkStores, services: [ec2], clock, ids: testIds(), log: silentLog })
  const dry = names.filter((name) => {
    const input = operations.get(name)?.input
    return input?.kind === "structure" && input.byName.has("DryRun")
  })
  assert.ok(dry.length > 70, String(dry.length))
  for (const operation of dry) {
    await assert.rejects(
      gate.dispatch({ service: "ec2", operation, input: { DryRun: true }, scope, caller, requestId: "r" }),
      (thrown: Fault) => {
        assert.deepEqual([operation, thrown.code, thrown.status], [operation, "DryRunOperation", 412])
        return true
      },
    )
  }
  assert.equal(state.position, 0)
})

test("every operation demands its own action, and tagging while creating demands that too", () => {
  const cx = { scope, caller } as ReadCx
  for (const name of names) {
    const [own, ...more] = ec2.operations[name]?.authorise(cx, {}) ?? []
    assert.equal(own?.action, `ec2:${name}`)
    assert.ok((own?.resources.length ?? 0) > 0, name)
    assert.deepEqual(more, [], name)
  }
  const TagSpecifications = [{ ResourceType: "vpc", Tags: [{ Key: "stage", Value: "test" }] }]
  const demands = ec2.operations.CreateVpc?.authorise(cx, { CidrBlock: "10.0.0.0/16", TagSpecifications })
  assert.deepEqual(
    demands?.map(({ action, resources }) => [action, resources]),
    [
      ["ec2:CreateVpc", ["arn:aws:ec2:us-east-1:123456789012:vpc/*"]],
      ["ec2:CreateTags", ["arn:aws:ec2:us-east-1:123456789012:vpc/*"]],
    ],
  )
  assert.equal(demands?.[1]?.conditions?.["ec2:CreateAction"], "CreateVpc")
  assert.equal(demands?.[1]?.conditions?.["aws:RequestTag/stage"], "test")
})
