import assert from "node:assert/strict"
import { test } from "node:test"
import { aHealthCheck, aPool, aTarget } from "../../../test/support/proxy-configuration.ts"
import { TestClock } from "../../../test/support/test-clock.ts"
import type { PoolConfiguration, TargetHealthState } from "../../protocol/index.ts"
import { ProxyPools } from "./pools.ts"

const checked = (over: Partial<PoolConfiguration> = {}) => aPool({ healthCheck: aHealthCheck(), ...over })

const world = (...configurations: PoolConfiguration[]) => {
  const clock = new TestClock(1_000_000)
  const pools = new ProxyPools(clock)
  pools.apply(configurations)
  return {
    pools,
    pass: (ms: number) => clock.advance(ms),
    now: () => clock.now(),
    observe: (target: string, state: TargetHealthState, pool = "arn:pool") => pools.observe({ pool, target, state }),
    available: (zone?: string, crossZone?: boolean) =>
      pools
        .get("arn:pool")
        ?.available(zone, crossZone)
        .map(({ id }) => id),
  }
}

test("healthy targets get traffic, and all of them when none is healthy", () => {
  const { observe, available } = world(checked({ targets: [aTarget("a:1"), aTarget("b:1")] }))
  assert.deepEqual(available(), ["a:1", "b:1"])
  observe("a:1", "healthy")
  assert.deepEqual(available(), ["a:1"])
  observe("a:1", "unhealthy")
  assert.deepEqual(available(), ["a:1", "b:1"])
})

test("a target group may want more than one healthy target before it leaves the others out", () => {
  const attributes = { "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": "50" }
  const targets = ["a:1", "b:1", "c:1", "d:1"].map((id) => aTarget(id))
  const { observe, available } = world(checked({ attributes, targets }))
  observe("a:1", "healthy")
  assert.equal(available()?.length, 4)
  observe("b:1", "healthy")
  assert.deepEqual(available(), ["a:1", "b:1"])
})

test("targets whose health nobody checks are healthy", () => {
  const { pools } = world(aPool({ targets: [aTarget("a:1")] }))
  assert.equal(pools.get("arn:pool")?.target("a:1")?.healthy, true)
})

test("a draining target gets nothing new, not even when it is the only one", () => {
  const { pools, available } = world(aPool({ targets: [aTarget("a:1")] }))
  const target = pools.get("arn:pool")?.target("a:1")
  let heard = 0
  target?.onChange(() => heard++)
  pools.apply([aPool({ targets: [aTarget("a:1", { draining: true })] })])
  assert.deepEqual(available(), [])
  assert.equal(pools.get("arn:pool")?.target("a:1"), target)
  assert.equal(heard, 1)
})

test("a target that stays keeps its identity, its count and its health; one that goes tells who is connected to it", () => {
  const { pools, observe } = world(checked({ targets: [aTarget("a:1"), aTarget("b:1")] }))
  const [a, b] = pools.get("arn:pool")?.targets ?? []
  assert.ok(a && b)
  observe("a:1", "healthy")
  a.active = 3
  const heard: string[] = []
  a.onGone(() => heard.push("a"))
  b.onGone(() => heard.push("b"))
  b.onGone(() => heard.push("cancelled"))()
  pools.apply([checked({ targets: [aTarget("a:1", { zone: "z" }), aTarget("c:1")] })])
  assert.equal(pools.get("arn:pool")?.target("a:1"), a)
  assert.deepEqual([a.active, a.healthy, a.zone], [3, true, "z"])
  assert.deepEqual(heard, ["b"])
  a.active = 0
  pools.apply([])
  assert.deepEqual(heard, ["b", "a"])
})

test("who comes too late to a target that is gone hears it at once", async () => {
  const { pools } = world(aPool({ targets: [aTarget("a:1")] }))
  const target = pools.get("arn:pool")?.target("a:1")
  pools.apply([aPool()])
  await new Promise<void>((resolve) => target?.onGone(resolve))
})

test("a target with another address is another target", () => {
  const { pools } = world(aPool({ targets: [aTarget("i:1", { address: "10.0.0.1" })] }))
  const before = pools.get("arn:pool")?.target("i:1")
  pools.apply([aPool({ targets: [aTarget("i:1", { address: "10.0.0.2" })] })])
  assert.notEqual(pools.get("arn:pool")?.target("i:1"), before)
  pools.apply([aPool({ targets: [{ ...aTarget("i:1"), address: undefined } as never] })])
  assert.equal(pools.get("arn:pool")?.target("i:1"), undefined)
})

test("without cross-zone a node has the targets of its zone, and those of all zones", () => {
  const targets = [aTarget("a:1", { zone: "za" }), aTarget("b:1", { zone: "zb" }), aTarget("c:1")]
  const { pools, available } = world(aPool({ targets }))
  assert.deepEqual(available("za", false), ["a:1", "c:1"])
  assert.deepEqual(available("za", true), ["a:1", "b:1", "c:1"])
  assert.deepEqual(available(undefined, false), ["a:1", "b:1", "c:1"])
  pools.apply([aPool({ targets, attributes: { "load_balancing.cross_zone.enabled": "false" } })])
  assert.deepEqual(available("za", true), ["a:1", "c:1"])
  pools.apply([aPool({ targets, attributes: { "load_balancing.cross_zone.enabled": "true" } })])
  assert.deepEqual(available("za", false), ["a:1", "b:1", "c:1"])
})

test("the same targets are the same array, over reconfigurations too", () => {
  const { pools, observe } = world(checked({ targets: [aTarget("a:1"), aTarget("b:1")] }))
  observe("a:1", "healthy")
  const before = pools.get("arn:pool")?.available(undefined)
  pools.apply([checked({ targets: [aTarget("a:1"), aTarget("b:1"), aTarget("c:1")] })])
  assert.equal(pools.get("arn:pool")?.available(undefined), before)
})

test("a target starts slowly beside a warm one, the first ones do not", async () => {
  const attributes = { "slow_start.duration_seconds": "30" }
  const { pools, observe, pass, now } = world(checked({ attributes, targets: [aTarget("a:1"), aTarget("b:1")] }))
  const pool = pools.get("arn:pool")
  observe("a:1", "healthy")
  assert.equal(pool?.target("a:1")?.warmth(now()), 1)
  observe("b:1", "healthy")
  await pass(15_000)
  assert.equal(pool?.target("b:1")?.warmth(now()), 0.5)
  await pass(15_000)
  assert.equal(pool?.target("b:1")?.warmth(now()), 1)
  observe("b:1", "unhealthy")
  observe("b:1", "healthy")
  assert.ok((pool?.target("b:1")?.warmth(now()) ?? 1) < 0.1)
})

test("a pool that follows another one has the health of the same machines, whenever it comes", () => {
  const leader = checked({ id: "lb#80", targets: [aTarget("i-1:80"), aTarget("i-2:80")] })
  const { pools, observe } = world(leader)
  observe("i-1:80", "healthy", "lb#80")
  const follower = aPool({ id: "lb#443", healthOf: "lb#80", targets: [aTarget("i-1:443"), aTarget("i-2:443")] })
  pools.apply([follower, leader])
  const healthy = () =>
    pools
      .get("lb#443")
      ?.available(undefined)
      .map(({ id }) => id)
  assert.deepEqual(healthy(), ["i-1:443"])
  observe("i-2:80", "healthy", "lb#80")
  assert.deepEqual(healthy(), ["i-1:443", "i-2:443"])
})

test("what is under way in a pool that nothing leads to any more goes on until it is over, or as long as it would drain", async () => {
  const attributes = { "deregistration_delay.timeout_seconds": "5" }
  const configuration = checked({ attributes, targets: [aTarget("a:1")] })
  const { pools, pass } = world(configuration)
  const gone: string[] = []
  const begin = (name: string) => {
    const target = pools.get("arn:pool")?.targets[0] ?? assert.fail("the target is there")
    target.active += 1
    target.onGone(() => gone.push(name))
    return target
  }
  const first = begin("over")
  pools.apply([])
  assert.equal(pools.get("arn:pool"), undefined)
  await pass(2_000)
  assert.deepEqual(gone, [])
  first.active -= 1
  await pass(1_000)
  assert.deepEqual(gone, ["over"])

  pools.apply([configuration])
  const second = begin("too long")
  pools.apply([])
  await pass(1_000)
  pools.apply([configuration])
  assert.equal(pools.get("arn:pool")?.targets[0], second)
  await pass(60_000)
  assert.deepEqual(gone, ["over"])
  pools.apply([])
  await pass(4_999)
  assert.deepEqual(gone, ["over"])
  await pass(1)
  assert.deepEqual(gone, ["over", "too long"])

  pools.apply([configuration])
  begin("never")
  pools.apply([])
  pools.close()
  await pass(60_000)
  assert.deepEqual(gone, ["over", "too long"])
})
