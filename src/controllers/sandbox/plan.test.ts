import assert from "node:assert/strict"
import { describe, test } from "node:test"
import type { SandboxPoolRow } from "../../state/index.ts"
import { emptyFor, mostKept, planPool, window } from "./plan.ts"

const pool = (more: Partial<SandboxPoolRow> = {}): SandboxPoolRow => ({
  account: "000000000000",
  region: "us-east-1",
  subnetId: "subnet-1",
  asked: 1,
  missed: 0,
  answered: 0,
  wanted: 0,
  window: { from: 0, asked: 0 },
  ...more,
})

describe("the sandboxes of a subnet", () => {
  test("grow by what was missed, and no further than they may", () => {
    assert.equal(planPool(pool({ missed: 3 }), 1, 1)?.wanted, 3)
    assert.equal(planPool(pool({ missed: 3, answered: 3, wanted: 3 }), 1, 1)?.wanted, 3)
    assert.equal(planPool(pool({ missed: 1000 }), 1, 1)?.wanted, mostKept)
  })

  test("shrink to what was asked for lately", () => {
    const next = planPool(pool({ asked: 12, wanted: 8, window: { from: 0, asked: 10 } }), 1, window)
    assert.deepEqual([next?.wanted, next?.window], [2, { from: window, asked: 12 }])
  })

  test("are given up when nobody asked for so long", () => {
    assert.ok(planPool(pool({ asked: 10, window: { from: 0, asked: 10 } }), 1, window - 1))
    assert.equal(planPool(pool({ asked: 10, window: { from: 0, asked: 10 } }), 1, window), undefined)
  })

  test("are given up soon when no task is in the subnet any more", () => {
    const empty = planPool(pool({ wanted: 2 }), 0, 5)
    assert.equal(empty?.emptySince, 5)
    assert.equal(empty && planPool(empty, 1, 6)?.emptySince, undefined)
    assert.ok(empty && planPool(empty, 0, 4 + emptyFor))
    assert.equal(empty && planPool(empty, 0, 5 + emptyFor), undefined)
  })
})
