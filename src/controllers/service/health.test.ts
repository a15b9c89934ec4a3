// When tasks behind load balancers count as healthy, and from when on they are replaced.
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { isHealthy, nextChange, sickness } from "./health.ts"
import type { LiveTask, SeenTarget } from "./seen.ts"
import { aService } from "./testing.ts"

const target = (state: SeenTarget["state"]): SeenTarget => ({ balancer: "(target-group web)", state, port: 80 })
const task = (more: Partial<LiveTask>): LiveTask => ({
  arn: "arn:aws:ecs:us-east-1:111122223333:task/default/1",
  deployment: "ecs-svc/1",
  running: true,
  createdAt: 0,
  startedAt: 1_000,
  checked: false,
  health: "UNKNOWN",
  draining: false,
  ...more,
})

describe("a task is healthy", () => {
  const cases: readonly (readonly [string, Partial<LiveTask>, boolean])[] = [
    ["when all of its targets are", { targets: [target("healthy"), target("healthy")] }, true],
    ["not when one of them is not looked at yet", { targets: [target("healthy"), target("initial")] }, false],
    ["where load balancers check nothing", { targets: [target("unavailable")] }, true],
    ["not when a target group is gone", { targets: [target("no group")] }, false],
    ["not when its target drains", { targets: [target("draining")] }, false],
    [
      "not when its container is not, however its targets are",
      { targets: [target("healthy")], checked: true, health: "UNKNOWN" },
      false,
    ],
    ["when both are", { targets: [target("healthy")], checked: true, health: "HEALTHY" }, true],
    ["not before it runs", { targets: [target("healthy")], running: false }, false],
  ]
  for (const [when, more, is] of cases) test(when, () => assert.equal(isHealthy(task(more), 1_000), is))
})

describe("a task is replaced", () => {
  const service = aService()
  const patient = aService({ healthCheckGracePeriodSeconds: 60 })
  const at = (more: Partial<LiveTask>, now: number, of = service) => {
    const failed = sickness(task(more), of, now)
    return failed === "containers" ? failed : failed?.state
  }

  test("at once when its target is unhealthy, and after the grace period where there is one", () => {
    const sick = { targets: [target("healthy"), target("unhealthy")] }
    assert.equal(at(sick, 1_000), "unhealthy")
    assert.equal(at(sick, 60_999, patient), undefined)
    assert.equal(at(sick, 61_000, patient), "unhealthy")
    assert.equal(nextChange(task(sick), patient, 1_000), 61_000)
  })

  test("after half a minute when nobody checks its target", () => {
    for (const state of ["unused", "draining", "not found"] as const) {
      assert.equal(at({ targets: [target(state)] }, 30_999), undefined)
      assert.equal(at({ targets: [target(state)] }, 31_000), state)
      assert.equal(nextChange(task({ targets: [target(state)] }), service, 1_000), 31_000)
    }
  })

  test("never because its target group is gone, or because it was not looked at", () => {
    assert.equal(at({ targets: [target("no group"), target("initial")] }, 1e9), undefined)
  })

  test("for its containers first", () => {
    const both = { targets: [target("unhealthy")], checked: true, health: "UNHEALTHY" as const }
    assert.equal(at(both, 1_000), "containers")
  })

  test("not for its target before it runs", () => {
    assert.equal(at({ running: false, targets: [target("not found")] }, 1e9), undefined)
  })
})
