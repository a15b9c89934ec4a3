import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { aListener, aLoadBalancer, aTarget, aTargetGroup } from "../../../test/support/balancer-rows.ts"
import { world } from "../../../test/support/compile-world.ts"
import { TestClock } from "../../../test/support/test-clock.ts"
import { silentLog } from "../../kernel/index.ts"
import type { FromProxy, MetricReport, ProxyConfiguration } from "../../protocol/index.ts"
import { type State, targetKey } from "../../state/index.ts"
import { type ProxyChannelOptions, startProxyChannel } from "./channel.ts"

const machineId = "m-shared"
const balancer = aLoadBalancer().arn
const listener = aListener().arn

const start = async (state: State, clock: TestClock, more: Partial<ProxyChannelOptions> = {}) => {
  const channel = startProxyChannel({
    ...{ state, clock, log: silentLog, epoch: "e1" },
    openKey: () => undefined,
    wallTime: (cloud) => cloud,
    ...more,
  })
  await clock.settle()
  return channel
}

/** A proxy that only listens, and says what the test says. */
const proxyOf = (channel: Awaited<ReturnType<typeof start>>) => {
  const told: ProxyConfiguration[] = []
  const peer = { told, isClosed: false, say: (one: ProxyConfiguration) => void told.push(one), close: () => {} }
  peer.close = () => {
    peer.isClosed = true
  }
  const connection = channel.connect(peer)
  return {
    ...{ peer, told },
    last: () => told.at(-1) ?? assert.fail("it was told nothing"),
    says: (message: FromProxy) => connection.heard(message),
    applies: () => {
      const { version, epoch } = told.at(-1) ?? assert.fail("it was told nothing")
      connection.heard({ type: "applied", version, epoch })
    },
    leaves: () => connection.closed(),
  }
}

const carried = (state: State) => state.view((view) => view.carriedBalancers.by("balancer", balancer)[0])

describe("a proxy", () => {
  test("is told everything after its hello, and again only when something is another thing for it", async () => {
    const { state, change } = world()
    const clock = new TestClock()
    const channel = await start(state, clock)
    const proxy = proxyOf(channel)
    assert.deepEqual([proxy.told.length, channel.connected], [0, 0])
    proxy.says({ type: "hello", machineId })
    assert.equal(channel.connected, 1)
    assert.deepEqual(
      [proxy.last().version, proxy.last().epoch, proxy.last().balancers.map(({ id }) => id)],
      [1, "e1", [balancer]],
    )
    change((tx) => tx.loadBalancers.patch(balancer, { status: { code: "active" } }))
    change((tx) => tx.listeners.patch(listener, { tags: [{ key: "a", value: "b" }] }))
    await clock.settle()
    assert.equal(proxy.told.length, 1)
    change((tx) => tx.targets.insert(aTarget("172.31.0.50")))
    change((tx) => tx.targets.insert(aTarget("172.31.0.51")))
    await clock.settle()
    assert.equal(proxy.told.length, 2)
    assert.equal(proxy.last().pools[0]?.targets.length, 2)
    channel.stop()
    assert.ok(proxy.peer.isClosed)
  })

  test("of a machine that is to carry nothing is told so", async () => {
    const { state } = world()
    const proxy = proxyOf(await start(state, new TestClock()))
    proxy.says({ type: "hello", machineId: "m-other" })
    assert.deepEqual([proxy.last().balancers, proxy.last().pools], [[], []])
  })

  test("that comes again is told with a newer version, and the one before it is sent away", async () => {
    const { state } = world()
    const channel = await start(state, new TestClock())
    const first = proxyOf(channel)
    first.says({ type: "hello", machineId })
    const second = proxyOf(channel)
    second.says({ type: "hello", machineId })
    assert.ok(second.last().version > first.last().version)
    assert.deepEqual([first.peer.isClosed, channel.connected], [true, 1])
    // What is still under way from the one that was sent away says nothing.
    first.applies()
    assert.equal(carried(state), undefined)
    first.leaves()
    assert.equal(channel.connected, 1)
  })
})

describe("what a proxy carries", () => {
  test("is what it has applied, with the ways that it said are open", async () => {
    const { state } = world()
    const proxy = proxyOf(await start(state, new TestClock()))
    proxy.says({ type: "hello", machineId })
    const address = { balancer, listener, way: "address", status: "open" } as const
    proxy.says({ type: "listening", reports: [address] })
    assert.equal(carried(state), undefined)
    proxy.applies()
    const nodes = ["172.31.0.9", "172.31.16.9"]
    const { balancer: _of, ...open } = address
    assert.deepEqual(carried(state)?.nodes, nodes)
    assert.deepEqual(carried(state)?.ways, [open])
    const reason = "Port 80 of 127.0.0.1 is taken by another program."
    proxy.says({ type: "listening", reports: [{ balancer, listener, way: "localhost", status: "failed", reason }] })
    assert.deepEqual(carried(state)?.ways[1], { listener, way: "localhost", status: "failed", reason })
  })

  test("is not what it applied of an earlier control plane", async () => {
    const { state } = world()
    const proxy = proxyOf(await start(state, new TestClock()))
    proxy.says({ type: "hello", machineId })
    proxy.says({ type: "applied", version: 1, epoch: "e0" })
    assert.equal(carried(state), undefined)
  })

  test("goes when it has applied that it is to carry it no longer", async () => {
    const { state, change } = world()
    const clock = new TestClock()
    const proxy = proxyOf(await start(state, clock))
    proxy.says({ type: "hello", machineId })
    proxy.applies()
    change((tx) => tx.loadBalancers.delete(balancer))
    await clock.settle()
    assert.ok(carried(state))
    proxy.applies()
    assert.equal(carried(state), undefined)
  })

  test("stays while the proxy starts again, and goes when it stays away", async () => {
    const { state } = world()
    const clock = new TestClock()
    const channel = await start(state, clock)
    const proxy = proxyOf(channel)
    proxy.says({ type: "hello", machineId })
    proxy.applies()
    proxy.leaves()
    await clock.advance(9_999)
    assert.ok(carried(state))
    const next = proxyOf(channel)
    next.says({ type: "hello", machineId })
    await clock.advance(60_000)
    assert.ok(carried(state))
    next.leaves()
    await clock.advance(10_000)
    assert.equal(carried(state), undefined)
  })
})

describe("a control plane that starts again", () => {
  test("tells the same under another epoch, and neither health nor what is carried is lost meanwhile", async () => {
    const { state } = world((tx) => void tx.targets.insert(aTarget("172.31.0.50")))
    const clock = new TestClock()
    const first = await start(state, clock)
    const before = proxyOf(first)
    before.says({ type: "hello", machineId })
    before.applies()
    const reports = [{ pool: aTargetGroup().arn, target: "172.31.0.50:8080", state: "healthy" as const }]
    before.says({ type: "health", reports })
    first.stop()
    const { position } = state
    const second = await start(state, clock, { epoch: "e2" })
    const after = proxyOf(second)
    after.says({ type: "hello", machineId })
    after.says({ type: "applied", version: before.last().version, epoch: "e1" })
    after.says({ type: "health", reports })
    assert.equal(after.last().epoch, "e2")
    assert.deepEqual([after.last().balancers, after.last().pools], [before.last().balancers, before.last().pools])
    after.applies()
    await clock.advance(60_000)
    assert.equal(state.position, position)
  })
})

describe("the health of a target", () => {
  const pool = aTargetGroup().arn
  const target = "172.31.0.50:8080"
  const row = (state: State) => state.view((view) => view.targetHealth.get(targetKey(pool, "172.31.0.50", 8080)))

  test("is a record with the cloud clock's time at which the state became what it is", async () => {
    const { state } = world((tx) => void tx.targets.insert(aTarget("172.31.0.50")))
    const clock = new TestClock()
    let cloud = 1000.5
    const proxy = proxyOf(await start(state, clock, { cloud: { now: () => cloud } }))
    proxy.says({ type: "hello", machineId })
    const unhealthy = { pool, target, state: "unhealthy", reason: "Target.Timeout" } as const
    proxy.says({ type: "health", reports: [unhealthy] })
    assert.deepEqual([row(state)?.state, row(state)?.since], ["unhealthy", 1000])
    cloud = 2000
    const { position } = state
    proxy.says({ type: "health", reports: [unhealthy] })
    assert.equal(state.position, position)
    proxy.says({ type: "health", reports: [{ ...unhealthy, reason: "Target.ResponseCodeMismatch" }] })
    assert.deepEqual([row(state)?.reason, row(state)?.since], ["Target.ResponseCodeMismatch", 1000])
    proxy.says({ type: "health", reports: [{ pool, target, state: "healthy" }] })
    assert.deepEqual([row(state)?.reason, row(state)?.since], [undefined, 2000])
  })

  test("of what is not registered, or from who has not said who it is, is no record", async () => {
    const { state, change } = world()
    const proxy = proxyOf(await start(state, new TestClock()))
    proxy.says({ type: "hello", machineId })
    proxy.says({ type: "health", reports: [{ pool, target, state: "healthy" }] })
    assert.equal(row(state), undefined)
    change((tx) => tx.targets.insert(aTarget("172.31.0.50")))
    proxy.leaves()
    proxy.says({ type: "health", reports: [{ pool, target, state: "healthy" }] })
    assert.equal(row(state), undefined)
  })
})

test("what proxies count is handed on", async () => {
  const { state } = world()
  const heard: MetricReport[] = []
  const channel = await start(state, new TestClock(), { onMetrics: (reports) => heard.push(...reports) })
  const proxy = proxyOf(channel)
  const report: MetricReport = {
    ...{ namespace: "AWS/ApplicationELB", account: "1", region: "r", metric: "RequestCount", dimensions: {} },
    ...{ at: 0, unit: "Count", sum: 1, count: 1, minimum: 1, maximum: 1 },
  }
  proxy.says({ type: "metrics", reports: [report] })
  proxy.says({ type: "hello", machineId })
  proxy.says({ type: "metrics", reports: [report] })
  assert.deepEqual(heard, [report])
})
