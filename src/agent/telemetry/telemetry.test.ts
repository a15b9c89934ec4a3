// Telemetry as the control plane gets it: signed frames in the recorded shape, at once and then every twenty seconds.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { type TestContext, test } from "node:test"
import { TestClock } from "../../../test/support/test-clock.ts"
import { testIds } from "../../../test/support/test-ids.ts"
import { type Cancel, silentLog } from "../../kernel/index.ts"
import { type FakeEngine, fakeEngine } from "../testing/engine.ts"
import { aContainer, aTask, taskArn } from "../testing/tasks.ts"
import { fakeSockets, instanceArn } from "../testing/wire.ts"
import { collectStats, startTelemetry } from "./index.ts"

const golden = JSON.parse(readFileSync(new URL("../../../test/golden/agent/messages.json", import.meta.url), "utf8"))

/** A driver whose documents the test sends. */
const fakeStats = () => {
  const listeners = new Map<string, (document: Readonly<Record<string, unknown>>) => void>()
  return {
    listeners,
    stats: async () => document(1),
    followStats: (id: string, onStats: (document: Readonly<Record<string, unknown>>) => void): Cancel => {
      listeners.set(id, onStats)
      return () => void listeners.delete(id)
    },
  }
}

/** A stats document of second `n`: half of the host's two cores, 64 MiB beside 10 of cache, 1000 bytes a second received. */
const document = (n: number, rx = true) => ({
  read: new Date(Date.UTC(2024, 0, 1) + n * 1000).toISOString(),
  cpu_stats: { cpu_usage: { total_usage: n * 1e9, percpu_usage: [0, 0] }, online_cpus: 2 },
  memory_stats: { usage: 74 * 1_048_576, stats: { cache: 10 * 1_048_576 } },
  blkio_stats: {
    io_service_bytes_recursive: [
      { op: "Read", value: 7 },
      { op: "Write", value: 9 },
      { op: "Total", value: 16 },
    ],
  },
  ...(rx && {
    networks: {
      eth0: {
        rx_bytes: n * 1000,
        rx_packets: n,
        rx_errors: 0,
        rx_dropped: 0,
        tx_bytes: 0,
        tx_packets: 0,
        tx_errors: 0,
        tx_dropped: 0,
      },
    },
  }),
})

const setUp = async (t: TestContext, engine: FakeEngine) => {
  const clock = new TestClock()
  const net = fakeSockets()
  const stats = fakeStats()
  let alive = true
  const collector = collectStats(engine, stats)
  const telemetry = startTelemetry({
    cluster: "default",
    containerInstanceArn: instanceArn,
    endpoints: { get: async () => ({ acs: "http://cp:4566/acs", tcs: "http://127.0.0.1:14566/tcs" }), doubt: () => {} },
    signer: {
      upgrade: () => ({}),
      frame: (_url, body) => `Authorization: x\r\nHost: h\r\nX-Amz-Date: d\r\n\r\n${body}`,
    },
    open: net.open,
    host: {
      agentVersion: "1.105.1",
      agentHash: "a8b3e7d3",
      engineVersion: "20.10.24+dfsg1",
      cpus: 2,
      memoryMiB: 1,
      attributes: [],
    },
    engine,
    driver: {
      info: async () => {
        if (!alive) throw new Error("no engine")
        return { kind: "docker", version: "20", cpus: 2, memoryMiB: 1 }
      },
    },
    collector,
    clock,
    ids: testIds(),
    log: silentLog,
  })
  t.after(() => {
    telemetry.close()
    collector.close()
  })
  await clock.settle()
  return { clock, net, stats, telemetry, engineDies: () => (alive = false) }
}

const shape = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.slice(0, 1).map(shape)
    : typeof value === "object" && value !== null
      ? Object.fromEntries(
          Object.entries(value)
            .toSorted(([a], [b]) => (a < b ? -1 : 1))
            .map(([k, v]) => [k, shape(v)]),
        )
      : typeof value

test("the stats of a container that began a moment ago are looked at; of one that does not run there are none", async () => {
  const collector = collectStats(fakeEngine(aTask()), fakeStats())
  assert.deepEqual(await collector.latest("runtime-web"), { document: document(1), rate: undefined })
  assert.equal(await collector.latest("nobody"), undefined)
  collector.close()
})

test("a stream of stats that broke off is begun again", async (t) => {
  const { net, clock, stats } = await setUp(t, fakeEngine(aTask()))
  const first = stats.listeners.get("runtime-web")
  net.last("tcs").open()
  await clock.advance(20_000)
  assert.notEqual(stats.listeners.get("runtime-web"), first)
})

test("the upgrade has the query of the official agent", async (t) => {
  const { net } = await setUp(t, fakeEngine())
  assert.equal(net.last("tcs").url, `http://127.0.0.1:14566${golden["ws-upgrade-tcs"].target}`)
})

test("a host without tasks says that it is idle, as soon as it is connected and then every twenty seconds", async (t) => {
  const { net, clock } = await setUp(t, fakeEngine())
  const tcs = net.last("tcs")
  tcs.open()
  await clock.advance(20_000)
  assert.deepEqual(
    tcs
      .heard()
      .map(({ type, message }) => [type, (message.metadata as { idle: boolean }).idle, "taskMetrics" in message]),
    [
      ["PublishMetricsRequest", true, false],
      ["PublishMetricsRequest", true, false],
    ],
  )
})

test("metrics are sets over the samples since the last publication, in the recorded shape", async (t) => {
  const { net, clock, stats } = await setUp(t, fakeEngine(aTask()))
  for (let n = 1; n <= 11; n++) stats.listeners.get("runtime-web")?.(document(n))
  const tcs = net.last("tcs")
  tcs.open()
  const [first] = tcs.heard()
  const official = golden["tcs-out-PublishMetricsRequest"]
  assert.deepEqual(
    shape(first),
    shape({ ...official, message: { ...official.message, taskMetrics: [official.message.taskMetrics[0]] } }),
  )
  const [task] = (first?.message.taskMetrics ?? []) as {
    taskArn: string
    containerMetrics: Record<string, Record<string, unknown>>[]
  }[]
  assert.equal(task?.taskArn, taskArn)
  const metric = task?.containerMetrics[0]
  assert.deepEqual(metric?.cpuStatsSet, { min: 50, max: 50, sampleCount: 10, sum: 500 })
  assert.deepEqual(metric?.memoryStatsSet, { min: 64, max: 64, sampleCount: 11, sum: 704 })
  assert.deepEqual(metric?.networkStatsSet?.rxBytesPerSecond, { min: 1000, max: 1000, sampleCount: 10, sum: 10_000 })
  assert.deepEqual(metric?.storageStatsSet?.writeSizeBytes, {
    min: 9,
    max: 9,
    sampleCount: 11,
    sum: 99,
    overflowMin: 0,
    overflowMax: 0,
    overflowSum: 0,
  })

  stats.listeners.get("runtime-web")?.(document(12))
  await clock.advance(20_000)
  const second = tcs.heard()[1]?.message.taskMetrics as { containerMetrics: Record<string, unknown>[] }[]
  assert.deepEqual(second[0]?.containerMetrics[0]?.cpuStatsSet, { min: 50, max: 50, sampleCount: 1, sum: 50 })
})

test("containers of an awsvpc task are told their part of the network that they share; in host mode there is none", async (t) => {
  const pause = aContainer({ name: "~internal~ecs~pause", type: "CNI_PAUSE", runtimeId: "pause" })
  const shared = aTask({ containers: [pause, aContainer({ name: "a" }), aContainer({ name: "b" })] })
  const alone = aTask({
    arn: `${taskArn}2`,
    definition: { networkMode: "host" },
    containers: [aContainer({ name: "c" })],
  })
  const { net, stats } = await setUp(t, fakeEngine(shared, alone))
  for (const [id, send] of stats.listeners) for (const n of [1, 2]) send(document(n, id === "pause"))
  net.last("tcs").open()
  const tasks = net.last("tcs").heard()[0]?.message.taskMetrics as {
    containerMetrics: { networkStatsSet?: Record<string, { sum: number }> }[]
  }[]
  assert.deepEqual(
    tasks[0]?.containerMetrics.map((c) => c.networkStatsSet?.rxBytes?.sum),
    [1500, 1500],
  )
  assert.equal(tasks[1]?.containerMetrics[0]?.networkStatsSet, undefined)
})

test("ten tasks make a page, and the last one says that it is", async (t) => {
  const tasks = Array.from({ length: 23 }, (_, i) =>
    aTask({ arn: `${taskArn}-${i}`, containers: [aContainer({ name: `c${i}` })] }),
  )
  const { net, stats } = await setUp(t, fakeEngine(...tasks))
  for (const send of stats.listeners.values()) for (const n of [1, 2]) send(document(n))
  net.last("tcs").open()
  assert.deepEqual(
    net
      .last("tcs")
      .heard()
      .map(({ message }) => [(message.taskMetrics as object[]).length, (message.metadata as { fin: boolean }).fin]),
    [
      [10, false],
      [10, false],
      [3, true],
    ],
  )
})

test("a change of health is told at once, in the recorded shape", async (t) => {
  const healthy = aContainer({
    definition: { healthCheckType: "docker" },
    health: { status: "UNKNOWN", since: 1_795_433_080_715 },
  })
  const engine = fakeEngine(aTask({ containers: [healthy] }))
  const { net } = await setUp(t, engine)
  const tcs = net.last("tcs")
  tcs.open()
  const [, first] = tcs.heard()
  assert.deepEqual(shape(first), shape(golden["tcs-out-PublishHealthRequest"]))
  engine.put(aTask({ containers: [{ ...healthy, health: { status: "HEALTHY", since: 1_795_433_090_000 } }] }), "health")
  const told = tcs.heard().at(-1)?.message.tasks as { containers: object[] }[]
  assert.deepEqual(told[0]?.containers, [{ containerName: "web", healthStatus: "HEALTHY", statusSince: 1_795_433_090 }])
})

test("the state of the container engine is published when it is asked for, with the time of its last change", async (t) => {
  const { net, telemetry, clock, engineDies } = await setUp(t, fakeEngine())
  const tcs = net.last("tcs")
  tcs.open()
  telemetry.check()
  await clock.advance(5_000)
  engineDies()
  telemetry.check()
  await clock.settle()
  const published = tcs.heard().filter((m) => m.type === "PublishInstanceStatusRequest")
  assert.deepEqual(shape(published[0]), shape(golden["tcs-out-PublishInstanceStatusRequest"]))
  const status = published.map(({ message }) => (message.statuses as { status: string; lastStatusChange: number }[])[0])
  assert.deepEqual(
    status.map((s) => s?.status),
    ["OK", "IMPAIRED"],
  )
  assert.equal((status[1]?.lastStatusChange ?? 0) - (status[0]?.lastStatusChange ?? 0), 5)
})

test("a container that has stopped is followed no more, and samples wait while the channel is down", async (t) => {
  const engine = fakeEngine(aTask())
  const { net, clock, stats } = await setUp(t, engine)
  for (const n of [1, 2]) stats.listeners.get("runtime-web")?.(document(n))
  await clock.advance(60_000)
  net.last("tcs").open()
  const [published] = net.last("tcs").heard()
  assert.equal((published?.message.taskMetrics as object[] | undefined)?.length, 1)
  engine.put(aTask({ known: "STOPPED", containers: [aContainer({ known: "STOPPED" })] }))
  assert.equal(stats.listeners.size, 0)
})
