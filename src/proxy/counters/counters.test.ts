import assert from "node:assert/strict"
import { test } from "node:test"
import { aBalancer } from "../../../test/support/proxy-configuration.ts"
import { TestClock } from "../../../test/support/test-clock.ts"
import type { MetricReport } from "../../protocol/index.ts"
import { newCounters } from "./counters.ts"

const world = () => {
  const clock = new TestClock()
  const reports: MetricReport[] = []
  const counters = newCounters(clock, (some) => reports.push(...some))
  const of = (metric: string) => reports.filter((one) => one.metric === metric)
  return { clock, counters, reports, of }
}
const alb = aBalancer({ id: "alb", kind: "application", label: "app/web/1" })

test("a request counts for its load balancer, zone and target group, in AWS's combinations, once a minute", async () => {
  const { clock, counters, reports, of } = world()
  const began = clock.now()
  const requests = counters.of(alb).counter("RequestCount", { zone: "za", group: "targetgroup/t/1" })
  requests.add(1)
  requests.add(1)
  await clock.advance(60_000)
  assert.deepEqual(
    of("RequestCount").map(({ dimensions }) => dimensions),
    [
      { LoadBalancer: "app/web/1" },
      { LoadBalancer: "app/web/1", AvailabilityZone: "za" },
      { TargetGroup: "targetgroup/t/1", LoadBalancer: "app/web/1" },
      { TargetGroup: "targetgroup/t/1", LoadBalancer: "app/web/1", AvailabilityZone: "za" },
    ],
  )
  const [first] = reports
  assert.deepEqual(
    { ...first, dimensions: undefined },
    {
      namespace: "AWS/ApplicationELB",
      account: "000000000000",
      region: "us-east-1",
      metric: "RequestCount",
      dimensions: undefined,
      at: began,
      unit: "Count",
      sum: 2,
      count: 2,
      minimum: 1,
      maximum: 1,
    },
  )
  await clock.advance(120_000)
  assert.equal(of("RequestCount").length, 4, "nothing is published for minutes without requests")
})

test("what was counted in several zones is put together for the load balancer", async () => {
  const { clock, counters, of } = world()
  for (const [zone, seconds] of [
    ["za", 0.1],
    ["zb", 0.3],
  ] as const)
    counters.of(alb).counter("TargetResponseTime", { zone }).add(seconds)
  await clock.advance(60_000)
  const whole = of("TargetResponseTime").find(({ dimensions }) => !("AvailabilityZone" in dimensions))
  assert.deepEqual([whole?.count, whole?.minimum, whole?.maximum, whole?.unit], [2, 0.1, 0.3, "Seconds"])
})

test("connections under way are reported as their mean over the minute, with the most that there were", async () => {
  const { clock, counters, of } = world()
  const nlb = counters.of(aBalancer())
  const flows = nlb.level("ActiveFlowCount", { zone: "za" })
  flows.add(4)
  await clock.advance(30_000)
  flows.add(-4)
  await clock.advance(30_000)
  const [whole] = of("ActiveFlowCount")
  assert.deepEqual([whole?.sum, whole?.count, whole?.minimum, whole?.maximum], [2, 1, 0, 4])
})

test("a classic load balancer has its name as dimension", async () => {
  const { clock, counters, of } = world()
  counters
    .of(aBalancer({ kind: "classic", label: "old" }))
    .counter("Latency", { zone: "za" })
    .add(0.5)
  await clock.advance(60_000)
  assert.deepEqual(
    of("Latency").map(({ dimensions }) => dimensions),
    [{ LoadBalancerName: "old" }, { LoadBalancerName: "old", AvailabilityZone: "za" }],
  )
})

test("a load balancer that is gone reports its last minute, and a closed set of counters leaves no timer", async () => {
  const { clock, counters, of } = world()
  const requests = counters.of(alb).counter("RequestCount")
  requests.add(1)
  counters.keep([])
  await clock.advance(60_000)
  requests.add(1)
  await clock.advance(60_000)
  assert.equal(of("RequestCount").length, 1)
  counters.close()
  assert.equal(clock.pending, 0)
})
