import assert from "node:assert/strict"
import { test } from "node:test"
import { aBalancer, aHealthCheck, aListener, aPool, aTarget } from "../../../test/support/proxy-configuration.ts"
import { TestClock } from "../../../test/support/test-clock.ts"
import { silentLog } from "../../kernel/index.ts"
import type { BalancerConfiguration, MetricReport, PoolConfiguration } from "../../protocol/index.ts"
import { newSharedParts } from "../shared-parts.ts"

/** Targets at 10.0.1.0/24 are healthy, all others are not. */
const world = async (balancer: BalancerConfiguration, ...pools: PoolConfiguration[]) => {
  const clock = new TestClock()
  const metrics: MetricReport[] = []
  const shared = newSharedParts({
    secret: new Uint8Array(32),
    clock,
    random: (bytes) => bytes.fill(0),
    log: silentLog,
    reportHealth: () => {},
    reportMetrics: (some) => metrics.push(...some),
    probe: async ({ address }) => (address.startsWith("10.0.1.") ? { ok: true } : { ok: false, why: "failed" }),
  })
  shared.apply({ balancers: [balancer], pools })
  await clock.advance(0)
  const of = (metric: string) =>
    Object.fromEntries(
      metrics
        .filter((one) => one.metric === metric)
        .map(({ dimensions, sum }) => [Object.values(dimensions).toSorted().join(" "), sum]),
    )
  return { shared, clock, of }
}

const nodes = ["za", "zb"].map((zone, i) => ({ zone, address: `10.0.0.${i}` }))
const targets = [
  aTarget("10.0.1.1:80", { address: "10.0.1.1", zone: "za" }),
  aTarget("10.0.2.1:80", { address: "10.0.2.1", zone: "za" }),
  aTarget("10.0.2.2:80", { address: "10.0.2.2", zone: "zb" }),
  aTarget("10.0.1.3:80", { address: "10.0.1.3", zone: "zb", draining: true }),
]

test("each minute says how many hosts are healthy and not, by target group and zone, zeros too", async () => {
  const balancer = aBalancer({ label: "net/n/1", nodes, listeners: [aListener()] })
  const { shared, clock, of } = await world(
    balancer,
    aPool({ label: "targetgroup/t/1", targets, healthCheck: aHealthCheck() }),
  )
  await clock.advance(60_000)
  assert.deepEqual(of("HealthyHostCount"), {
    "net/n/1 targetgroup/t/1": 1,
    "net/n/1 targetgroup/t/1 za": 1,
    "net/n/1 targetgroup/t/1 zb": 0,
  })
  assert.deepEqual(of("UnHealthyHostCount"), {
    "net/n/1 targetgroup/t/1": 2,
    "net/n/1 targetgroup/t/1 za": 1,
    "net/n/1 targetgroup/t/1 zb": 1,
  })
  shared.close()
})

test("the instances of a classic load balancer are counted once, whatever many ports they serve", async () => {
  const balancer = aBalancer({ kind: "classic", label: "old", nodes, listeners: [aListener({}, "old#80", "old#81")] })
  const { shared, clock, of } = await world(
    balancer,
    aPool({ id: "old", targets, healthCheck: aHealthCheck() }),
    aPool({ id: "old#80", targets, healthOf: "old" }),
    aPool({ id: "old#81", targets, healthOf: "old" }),
  )
  await clock.advance(60_000)
  assert.deepEqual(of("HealthyHostCount"), { old: 1, "old za": 1, "old zb": 0 })
  shared.close()
})

test("requests per target are those of the group over its healthy hosts", async () => {
  const balancer = aBalancer({ kind: "application", label: "app/a/1", nodes, listeners: [aListener()] })
  const healthy = ["10.0.1.1:80", "10.0.1.2:80"].map((id) => aTarget(id, { address: id.slice(0, -3), zone: "za" }))
  const { shared, clock, of } = await world(
    balancer,
    aPool({ label: "targetgroup/t/1", targets: healthy, healthCheck: aHealthCheck() }),
  )
  const own = shared.parts.counters.of(balancer)
  for (const zone of ["za", "za", "zb"]) own.counter("RequestCount", { zone, group: "targetgroup/t/1" }).add(1)
  await clock.advance(60_000)
  assert.deepEqual(of("RequestCountPerTarget"), {
    "app/a/1 targetgroup/t/1": 1.5,
    "app/a/1 targetgroup/t/1 za": 1,
    "app/a/1 targetgroup/t/1 zb": 0.5,
  })
  shared.close()
})
