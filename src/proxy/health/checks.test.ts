import assert from "node:assert/strict"
import { test } from "node:test"
import { aHealthCheck, aPool, aTarget } from "../../../test/support/proxy-configuration.ts"
import { TestClock } from "../../../test/support/test-clock.ts"
import type { HealthReport, PoolConfiguration } from "../../protocol/index.ts"
import { newHealthChecks } from "./checks.ts"
import type { ProbeOrder } from "./probe-order.ts"
import type { Outcome } from "./verdict.ts"

const good: Outcome = { ok: true }
const refused: Outcome = { ok: false, why: "failed" }
const second = 1000

/** Checks with a probe whose outcomes are set by the test: `hang` never answers. */
const world = () => {
  const clock = new TestClock()
  const orders: (ProbeOrder & { at: number })[] = []
  const reports: HealthReport[] = []
  const said = { outcome: good as Outcome | "hang" }
  const open = { now: 0, most: 0 }
  const checks = newHealthChecks({
    clock,
    chance: () => 0,
    report: (some) => reports.push(...some),
    probe: (order, signal) => {
      orders.push({ ...order, at: clock.now() })
      open.most = Math.max(open.most, ++open.now)
      return new Promise<Outcome>((resolve) => {
        if (said.outcome !== "hang") resolve(said.outcome)
        signal.addEventListener("abort", () => resolve({ ok: false, why: "timeout" }))
      }).finally(() => open.now--)
    },
  })
  const state = () => {
    const { state, reason, description } = checks.all()[0] ?? {}
    return [state, reason, description].filter((part) => part !== undefined)
  }
  return { clock, orders, reports, said, open, checks, state }
}

const pool = (over: Partial<PoolConfiguration> = {}) =>
  aPool({ protocol: "HTTP", healthCheck: aHealthCheck(), targets: [aTarget("10.0.0.1:80")], ...over })

test("a new target is checked at once, and one success makes it healthy", async () => {
  const { checks, clock, reports, orders } = world()
  checks.apply([pool()])
  await clock.advance(0)
  assert.deepEqual(reports, [
    {
      pool: "arn:pool",
      target: "10.0.0.1:80",
      state: "initial",
      reason: "Elb.InitialHealthChecking",
      description: "Initial health checks in progress",
    },
    { pool: "arn:pool", target: "10.0.0.1:80", state: "healthy" },
  ])
  await clock.advance(15 * second + 30 * second)
  assert.equal(orders.length, 3, "the second check after half an interval to a whole one, then each interval")
  assert.equal(reports.length, 2, "only changes are reported")
})

test("failures in a row make it unhealthy, successes in a row healthy again", async () => {
  const { checks, clock, said, state } = world()
  checks.apply([pool({ healthCheck: aHealthCheck({ healthyThreshold: 3, unhealthyThreshold: 2 }) })])
  await clock.advance(0)
  said.outcome = { ok: false, why: "codes", code: 404 }
  await clock.advance(15 * second)
  assert.deepEqual(state(), ["healthy"])
  await clock.advance(30 * second)
  assert.deepEqual(state(), [
    "unhealthy",
    "Target.ResponseCodeMismatch",
    "Health checks failed with these codes: [404]",
  ])
  said.outcome = good
  await clock.advance(60 * second)
  assert.equal(state()[0], "unhealthy")
  await clock.advance(30 * second)
  assert.deepEqual(state(), ["healthy"])
})

test("a check that takes too long has timed out", async () => {
  const { checks, clock, said, state } = world()
  said.outcome = "hang"
  checks.apply([pool({ healthCheck: aHealthCheck({ unhealthyThreshold: 2 }) })])
  await clock.advance(5 * second)
  assert.equal(state()[0], "initial")
  await clock.advance(60 * second)
  assert.deepEqual(state(), ["unhealthy", "Target.Timeout", "Request timed out"])
})

test("targets of a network load balancer fail with its one reason", async () => {
  const { checks, clock, said, state } = world()
  said.outcome = { ok: false, why: "codes", code: 500 }
  checks.apply([pool({ protocol: "TCP", healthCheck: aHealthCheck({ unhealthyThreshold: 2 }) })])
  await clock.advance(60 * second)
  assert.deepEqual(state(), ["unhealthy", "Target.FailedHealthChecks", "Health checks failed"])
})

test("a new target that does not listen yet is looked at again soon, but fails no sooner for it", async () => {
  const { checks, clock, said, state, orders } = world()
  said.outcome = refused
  checks.apply([pool()])
  await clock.advance(29 * second)
  assert.ok(orders.length >= 5)
  assert.equal(state()[0], "initial")
  said.outcome = good
  await clock.advance(3 * second)
  assert.deepEqual(state(), ["healthy"])
})

test("what is known of a target stays over reconfigurations; a changed check is done at once", async () => {
  const { checks, clock, orders, state } = world()
  checks.apply([pool()])
  await clock.advance(0)
  checks.apply([pool()])
  await clock.advance(0)
  assert.equal(orders.length, 1)
  checks.apply([pool({ healthCheck: aHealthCheck({ path: "/other", port: 8080 }) })])
  await clock.advance(0)
  assert.deepEqual(state(), ["healthy"])
  assert.deepEqual([orders.length, orders[1]?.check.path, orders[1]?.port], [2, "/other", 8080])
})

test("targets that drain are not checked, those that are gone leave nothing", async () => {
  const { checks, clock, orders } = world()
  checks.apply([pool()])
  await clock.advance(0)
  checks.apply([pool({ targets: [aTarget("10.0.0.1:80", { draining: true })] })])
  await clock.advance(300 * second)
  assert.equal(orders.length, 1)
  checks.apply([])
  assert.deepEqual(checks.all(), [])
  assert.equal(clock.pending, 0)
})

test("disabled checks make a target's health unavailable until they are enabled", async () => {
  const { checks, clock, state, orders } = world()
  checks.apply([pool({ healthCheck: aHealthCheck({ enabled: false }) })])
  await clock.advance(60 * second)
  assert.deepEqual(state(), ["unavailable", "Target.HealthCheckDisabled", "Health checks are disabled"])
  assert.equal(orders.length, 0)
  checks.apply([pool()])
  await clock.advance(0)
  assert.deepEqual(state(), ["healthy"])
})

test("a failed connection counts as a failed check, and has the target checked at once", async () => {
  const { checks, clock, said, state } = world()
  checks.apply([pool({ healthCheck: aHealthCheck({ unhealthyThreshold: 2 }) })])
  await clock.advance(0)
  said.outcome = refused
  checks.suspect("arn:pool", "10.0.0.1:80")
  await clock.advance(0)
  assert.equal(state()[0], "unhealthy")
})

test("a thousand targets that hang are checked a bounded number at a time", async () => {
  const { checks, clock, said, open, orders } = world()
  said.outcome = "hang"
  checks.apply([pool({ targets: Array.from({ length: 1000 }, (_, i) => aTarget(`10.0.${i >> 8}.${i & 255}:80`)) })])
  await clock.advance(20 * second)
  assert.equal(open.most, 256)
  assert.ok(new Set(orders.map(({ address, port }) => `${address}:${port}`)).size > 0)
  assert.ok(orders.length >= 1000)
  checks.close()
  await clock.advance(10 * second)
  assert.equal(clock.pending, 0)
})
