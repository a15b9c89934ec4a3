// Load balancers from their records to addresses, status and health: real controllers and channel, simulated proxies.
import assert from "node:assert/strict"
import { describe, type TestContext, test } from "node:test"
import { controllers, startControllers } from "../../src/controllers/index.ts"
import { startProxyChannel } from "../../src/fleet/index.ts"
import { silentLog } from "../../src/kernel/index.ts"
import {
  classicKey,
  type InstanceRow,
  type NetworkInterfaceRow,
  shownTargetHealth,
  targetKey,
} from "../../src/state/index.ts"
import {
  aClassic,
  aClassicTarget,
  aListener,
  aLoadBalancer,
  aRule,
  aTarget,
  aTargetGroup,
  putWeb,
} from "../support/balancer-rows.ts"
import { ecsHarness, scope, subnets, vpc } from "../support/ecs-harness.ts"
import { simulatedTraffic } from "../support/simulated-traffic.ts"

/** A running instance in the first subnet, as far as load balancing looks at it. */
const instanceRow = (id: string): InstanceRow =>
  ({
    ...{ ...scope, tags: [], id, vpcId: vpc.vpc.id, subnetId: subnets[0], availabilityZone: "us-east-1a" },
    ...{ privateIp: "172.31.0.50", interfaceId: "eni-1", desired: "stopped", boots: 0, agentSettings: {} },
    observed: { state: "stopped", at: 0 },
  }) as unknown as InstanceRow

const world = async (t: TestContext) => {
  const harness = ecsHarness()
  const { state, clock, gate } = harness
  putWeb(state)
  const runner = startControllers({ state, gate, clock, log: silentLog, controllers: controllers(scope) })
  const traffic = simulatedTraffic(harness)
  t.after(() => {
    traffic.stop()
    runner.stop()
  })
  await clock.settle()
  const { arn } = aLoadBalancer()
  return {
    ...harness,
    traffic,
    arn,
    status: (id = arn) =>
      state.view((view) => (view.loadBalancers.get(id) ?? view.classicLoadBalancers.get(id))?.status),
    interfaces: (id = arn): readonly NetworkInterfaceRow[] =>
      state.view((view) => view.networkInterfaces.by("balancer", id)),
    health: (target: string, port = 8080, group = aTargetGroup().arn) =>
      state.view((view) => {
        const row = view.targets.get(targetKey(group, target, port))
        return row && shownTargetHealth(view, row)
      }),
  }
}

describe("a load balancer", () => {
  test("gets an interface in each of its subnets and is active once a proxy carries it", async (t) => {
    const { status, interfaces } = await world(t)
    assert.deepEqual(status(), { code: "active" })
    const made = interfaces()
    assert.deepEqual(
      made.map(({ subnetId }) => subnetId),
      subnets.slice(0, 2),
    )
    const [first] = made
    assert.match(first?.description ?? "", /^ELB app\/web\/[0-9a-f]{16}$/)
    assert.deepEqual([first?.interfaceType, first?.requesterManaged, first?.status], ["interface", true, "in-use"])
    assert.deepEqual(first?.securityGroups, ["sg-1"])
  })

  test("is provisioning for as long as no proxy carries it, and again when its proxy is away for long", async (t) => {
    const { state, clock, gate } = ecsHarness()
    putWeb(state)
    const runner = startControllers({ state, gate, clock, log: silentLog, controllers: controllers(scope) })
    t.after(() => runner.stop())
    await clock.settle()
    const status = () => state.view((view) => view.loadBalancers.get(aLoadBalancer().arn)?.status)
    assert.deepEqual(status(), { code: "provisioning" })
    const first = simulatedTraffic({ state, clock })
    await clock.settle()
    assert.deepEqual(status(), { code: "active" })
    first.stop()
    const second = simulatedTraffic({ state, clock }, { epoch: "another" })
    await clock.advance(60_000)
    assert.deepEqual(status(), { code: "active" })
    second.stop()
    const alone = startProxyChannel({
      ...{ state, clock, log: silentLog, epoch: "alone" },
      openKey: () => undefined,
      wallTime: (cloud) => cloud,
    })
    t.after(() => alone.stop())
    await clock.advance(60_000)
    assert.deepEqual(status(), { code: "provisioning", reason: "No proxy carries its traffic at the moment." })
  })

  test("gives the interface of a subnet back that it leaves, and all of them when it is deleted", async (t) => {
    const { state, clock, arn, interfaces, status } = await world(t)
    const { zones } = aLoadBalancer()
    state.transact((tx) => tx.loadBalancers.patch(arn, { zones: zones.slice(0, 1), securityGroups: ["sg-2"] }))
    await clock.settle()
    assert.deepEqual(
      interfaces().map(({ subnetId, securityGroups }) => [subnetId, securityGroups]),
      [[subnets[0], ["sg-2"]]],
    )
    assert.deepEqual(status(), { code: "active" })
    state.transact((tx) => {
      tx.listeners.delete(aListener().arn)
      tx.loadBalancers.delete(arn)
    })
    await clock.settle()
    assert.deepEqual(interfaces(), [])
    assert.equal(
      state.view((view) => view.carriedBalancers.size),
      0,
    )
  })

  test("is failed in subnets without a free address, and is set up when there is one", async (t) => {
    const { state, clock, arn, status } = await world(t)
    const [subnetId = "", other = ""] = subnets.slice(2)
    assert.equal(other, "")
    state.transact((tx) => {
      const known = tx.subnets.get(`${scope.account}/${scope.region}/${subnetId}`)
      if (known) tx.subnets.put({ ...known, cidr: known.cidr.replace("/20", "/30") })
      tx.loadBalancers.insert(
        aLoadBalancer({ name: "tight", arn: `${arn}2`, zones: [{ subnetId, zone: "us-east-1c" }] }),
      )
    })
    await clock.settle()
    assert.deepEqual(status(`${arn}2`), { code: "failed", reason: `There is no free address in subnet ${subnetId}.` })
  })

  test("of the classic kind is carried as well", async (t) => {
    const { state, clock, status, interfaces } = await world(t)
    state.transact((tx) => tx.classicLoadBalancers.insert(aClassic()))
    await clock.settle()
    const key = classicKey(scope, "old")
    assert.deepEqual(status(key), { code: "active" })
    assert.deepEqual(
      interfaces(key).map(({ description }) => description),
      ["ELB old"],
    )
  })
})

describe("a target", () => {
  test("that nothing of ours runs at does not answer", async (t) => {
    const { state, clock, health } = await world(t)
    state.transact((tx) => tx.targets.insert(aTarget("172.31.0.99", { zone: "us-east-1a" })))
    await clock.settle()
    assert.equal(health("172.31.0.99")?.state, "initial")
    await clock.advance(60_000)
    assert.deepEqual(health("172.31.0.99"), {
      state: "unhealthy",
      reason: "Target.Timeout",
      description: "Request timed out",
    })
  })

  test("is as healthy as its script says, and since the state changed", async (t) => {
    const { state, clock, health, traffic } = await world(t)
    const key = targetKey(aTargetGroup().arn, "172.31.0.99", 8080)
    traffic.script.set(key, { state: "healthy" })
    state.transact((tx) => tx.targets.insert(aTarget("172.31.0.99", { zone: "us-east-1a" })))
    await clock.settle()
    assert.deepEqual(health("172.31.0.99"), { state: "healthy" })
    const begun = clock.now()
    traffic.script.set(key, { state: "unhealthy", reason: "Target.ResponseCodeMismatch" })
    await clock.advance(90_000)
    assert.equal(health("172.31.0.99")?.reason, "Target.ResponseCodeMismatch")
    assert.equal(state.view((view) => view.targetHealth.get(key))?.since, begun + 60_000)
  })

  test("is not checked any more once nothing forwards to its group", async (t) => {
    const { state, clock, health } = await world(t)
    state.transact((tx) => tx.targets.insert(aTarget("172.31.0.99")))
    await clock.advance(60_000)
    assert.equal(health("172.31.0.99")?.state, "unhealthy")
    state.transact((tx) => tx.listeners.patch(aListener().arn, { defaultActions: aRule(1).actions }))
    await clock.settle()
    assert.equal(health("172.31.0.99")?.state, "unused")
    assert.equal(
      state.view((view) => view.targetHealth.size),
      0,
    )
  })

  test("that drains is gone, with its health, when the time is over", async (t) => {
    const { state, clock, health } = await world(t)
    const since = clock.now()
    state.transact((tx) => tx.targets.insert(aTarget("172.31.0.99", { draining: { since, until: since + 300_000 } })))
    await clock.advance(299_999)
    assert.equal(health("172.31.0.99")?.state, "draining")
    assert.equal(
      state.view((view) => view.targetHealth.size),
      1,
    )
    await clock.advance(1)
    assert.equal(health("172.31.0.99"), undefined)
    assert.equal(
      state.view((view) => view.targetHealth.size),
      0,
    )
  })

  test("that drains is gone at once when nothing forwards to its group any more", async (t) => {
    const { state, clock, health } = await world(t)
    const since = clock.now()
    state.transact((tx) => tx.targets.insert(aTarget("172.31.0.99", { draining: { since, until: since + 300_000 } })))
    await clock.settle()
    assert.equal(health("172.31.0.99")?.state, "draining")
    state.transact((tx) => tx.listeners.delete(aListener().arn))
    await clock.settle()
    assert.equal(health("172.31.0.99"), undefined)
  })

  test("goes with its group, and with its classic load balancer", async (t) => {
    const { state, clock } = await world(t)
    state.transact((tx) => {
      tx.classicLoadBalancers.insert(aClassic())
      tx.targets.insert(aClassicTarget("i-1"))
      tx.targets.insert(aTarget("172.31.0.99"))
    })
    await clock.settle()
    state.transact((tx) => {
      tx.classicLoadBalancers.delete(classicKey(scope, "old"))
      tx.listeners.delete(aListener().arn)
      tx.targetGroups.delete(aTargetGroup().arn)
    })
    await clock.settle()
    assert.equal(
      state.view((view) => view.targets.size),
      0,
    )
  })

  test("leaves its groups when its instance is terminated, and stays in them while that is stopped", async (t) => {
    const { state, clock } = await world(t)
    const left = () => state.view((view) => [...view.targets.all()].map(({ groupArn }) => groupArn))
    const key = `${scope.account}/${scope.region}/i-1`
    const instance = instanceRow("i-1")
    state.transact((tx) => {
      tx.instances.insert(instance)
      tx.classicLoadBalancers.insert(aClassic())
      tx.targets.insert(aClassicTarget("i-1"))
      tx.targets.insert(aTarget("i-1"))
    })
    await clock.settle()
    const becomes = async (desired: InstanceRow["desired"], stateNow: InstanceRow["observed"]["state"]) => {
      state.transact((tx) => tx.instances.patch(key, { desired, observed: { state: stateNow, at: clock.now() } }))
      await clock.settle()
    }
    await becomes("stopped", "stopped")
    assert.equal(left().length, 2)
    await becomes("terminated", "terminated")
    assert.deepEqual(left(), [])
  })
})
