// What a proxy counts reaches the metrics store of the control plane, and is there after its end.
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { silentLog } from "../../src/kernel/index.ts"
import { metricReports } from "../../src/main/metric-reports.ts"
import { type FromProxy, proxiesSocket } from "../../src/protocol/index.ts"
import { startLoneControlPlane } from "../support/lone-control-plane.ts"
import { TestClock } from "../support/test-clock.ts"

const minute = 60_000
const series = {
  ...{ account: "000000000000", region: "us-east-1", namespace: "AWS/ApplicationELB", metric: "RequestCount" },
  dimensions: { LoadBalancer: "app/web/0123456789abcdef" },
}

test("what a proxy counts is kept by the minute, counted, and there after a restart", {
  timeout: 120_000,
}, async (t) => {
  const data = mkdtempSync(join(tmpdir(), "roadstead-metrics-"))
  t.after(() => rmSync(data, { recursive: true, force: true }))
  const plane = await startLoneControlPlane(data, undefined, "docker")
  const proxy = connect(proxiesSocket(data))
  const say = (message: FromProxy) => proxy.write(`${JSON.stringify(message)}\n`)
  const at = Math.floor(Date.now() / minute) * minute
  const counted = { unit: "Count", sum: 3, count: 3, minimum: 1, maximum: 1 }
  say({ type: "hello", machineId: "host" })
  say({ type: "metrics", reports: [{ ...series, ...counted, at }] })
  const metrics = async () => (await fetch(`http://127.0.0.1:${plane.port}/_roadstead/metrics`)).text()
  // Each look is a request of its own, and some milliseconds.
  while (!(await metrics()).includes('roadstead_metric_points{outcome="kept"} 1'));
  proxy.destroy()
  await plane.stop()

  const file = join(data, "metrics.sqlite")
  const clock = new TestClock(Date.now())
  const { points } = metricReports({ file, clock, cloudTime: (wall) => wall, log: silentLog })
  const kept = await points.range(series, at - minute, at + minute)
  await points.close()
  assert.deepEqual(
    kept.map(({ at: _, ...set }) => set),
    [counted],
  )
})
