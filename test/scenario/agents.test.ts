// The agent protocol from end to end, our agent on simulated containers: agents, control plane and network that end in the
// middle of something, and what runs afterwards. docs/decisions/0011-agents-that-are-away.md
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { type AgentHost, agentsWorld } from "../support/agents-world.ts"
import { bridgeDefinition } from "../support/service-world.ts"

type World = Awaited<ReturnType<typeof agentsWorld>>

const second = 1000
const minute = 60 * second

/** Two hosts and a service of two tasks, one on each, that is steady. */
const steadyWorld = async (more: object = {}) => {
  const world = await agentsWorld()
  await world.call("CreateCluster", {})
  const hosts: [AgentHost, AgentHost] = [await world.host(), await world.host()]
  await world.clock.advance(second)
  await world.call("RegisterTaskDefinition", bridgeDefinition())
  await world.call("RegisterTaskDefinition", bridgeDefinition())
  await world.call("CreateService", {
    ...{ serviceName: "web", taskDefinition: "web:1", desiredCount: 2 },
    placementStrategy: [{ type: "spread", field: "instanceId" }],
    ...more,
  })
  await world.clock.advance(minute)
  await isWhole(world, hosts, 2)
  return { world, hosts }
}

/** Tasks that the records call RUNNING by host, beside the containers that run there: nothing is lost or doubled. */
const isWhole = async (world: World, hosts: readonly AgentHost[], count: number, revision = "web:1") => {
  const { services } = await world.call("DescribeServices", { services: ["web"] })
  const service = services?.[0]
  assert.deepEqual(
    [
      service?.runningCount,
      service?.pendingCount,
      service?.deployments?.length,
      service?.deployments?.[0]?.rolloutState,
    ],
    [count, 0, 1, "COMPLETED"],
  )
  let all = 0
  for (const host of hosts) {
    const tasks = world.state
      .view((view) => view.tasks.by("host", host.arn))
      .filter((task) => task.lastStatus === "RUNNING")
    assert.ok(tasks.every((task) => task.taskDefinitionArn.endsWith(revision)))
    assert.deepEqual(host.running(), tasks.map((task) => task.arn).toSorted())
    all += tasks.length
  }
  assert.equal(all, count)
}

const identified = (tasks: unknown): unknown[] =>
  Array.isArray(tasks) ? tasks.map(({ taskArn, desiredStatus }) => [taskArn, desiredStatus]) : []

describe("an agent", () => {
  test("that is killed and started again has its tasks, and nobody noticed", async () => {
    const { world, hosts } = await steadyWorld()
    const before = hosts[0].running()
    await hosts[0].kill()
    await world.clock.advance(30 * second)
    await hosts[0].start()
    await world.clock.advance(minute)
    assert.deepEqual(hosts[0].running(), before)
    await isWhole(world, hosts, 2)
  })

  test("that stays away loses its task to a replacement, and stops the old one when it is back", async () => {
    const { world, hosts } = await steadyWorld()
    const [stale] = hosts[0].running()
    await hosts[0].kill()
    await world.clock.advance(5 * minute)
    assert.equal(hosts[1].running().length, 2)
    assert.deepEqual(hosts[0].running(), [stale], "its container runs on: nobody is there to stop it")
    await hosts[0].start()
    await world.clock.advance(2 * minute)
    assert.deepEqual(hosts[0].running(), [])
    await isWhole(world, hosts, 2)
  })

  test("is told by manifest and stop verification what it must not run any more", async () => {
    const { world, hosts } = await steadyWorld()
    const [stale] = hosts[0].running()
    await hosts[0].kill()
    await world.clock.advance(5 * minute)
    // The records have forgotten the task, as after a restore from an older disk.
    world.state.transact((tx) => tx.tasks.delete(stale ?? ""))
    const { heard, said } = hosts[0]
    const [heardBefore, saidBefore] = [heard.length, said.length]
    await hosts[0].start()
    await world.clock.advance(2 * minute)
    const manifest = heard.slice(heardBefore).find(({ type }) => type === "TaskManifestMessage")?.message
    const candidates = said.slice(saidBefore).find(({ type }) => type === "TaskStopVerificationMessage")?.message
    const verified = heard.slice(heardBefore).find(({ type }) => type === "TaskStopVerificationAck")?.message
    assert.deepEqual(manifest?.tasks, [])
    assert.equal(candidates?.messageId, manifest?.messageId)
    assert.deepEqual(identified(candidates?.stopCandidates), [[stale, "STOPPED"]])
    assert.equal(verified?.messageId, manifest?.messageId)
    assert.deepEqual(identified(verified?.stopTasks), [[stale, "STOPPED"]])
    assert.deepEqual(hosts[0].running(), [])
    await isWhole(world, hosts, 2)
  })
})

describe("the network", () => {
  test("may be cut for a minute between an agent and the control plane: no task is lost or doubled", async () => {
    const { world, hosts } = await steadyWorld()
    const before = hosts.map((host) => host.running())
    hosts[0].cut()
    await world.clock.advance(minute)
    hosts[0].mend()
    await world.clock.advance(5 * minute)
    assert.deepEqual(
      hosts.map((host) => host.running()),
      before,
    )
    await isWhole(world, hosts, 2)
    const { containerInstances } = await world.call("DescribeContainerInstances", {
      containerInstances: [hosts[0].arn],
    })
    assert.equal(containerInstances?.[0]?.agentConnected, true)
  })

  test("that is cut for long is noticed by the heartbeats, and its task is replaced once", async () => {
    const { world, hosts } = await steadyWorld()
    hosts[0].cut()
    await world.clock.advance(80 * second)
    const { containerInstances } = await world.call("DescribeContainerInstances", {
      containerInstances: [hosts[0].arn],
    })
    assert.equal(containerInstances?.[0]?.agentConnected, false)
    await world.clock.advance(10 * minute)
    assert.equal(hosts[1].running().length, 2)
    hosts[0].mend()
    await world.clock.advance(5 * minute)
    assert.deepEqual(hosts[0].running(), [])
    await isWhole(world, hosts, 2)
  })
})

describe("the control plane", () => {
  for (const [name, moment] of [
    ["right after the deployment was asked for", 0],
    ["while old and new tasks run", 10 * second],
    ["just before the old ones are stopped", 39 * second],
    ["when they were told to stop", 41 * second],
  ] as const) {
    test(`that is killed in the middle of a deployment, ${name}, goes on from its disk`, async () => {
      const { world, hosts } = await steadyWorld()
      await world.call("UpdateService", { service: "web", taskDefinition: "web:2" })
      await world.clock.advance(moment)
      await world.killControlPlane()
      await world.clock.advance(30 * second)
      await world.startControlPlane()
      await world.clock.advance(5 * minute)
      await isWhole(world, hosts, 2, "web:2")
    })
  }

  test("that is away for an hour blames no agent: every task runs on", async () => {
    const { world, hosts } = await steadyWorld()
    const before = hosts.map((host) => host.running())
    await world.killControlPlane()
    await world.clock.advance(60 * minute)
    await world.startControlPlane()
    await world.clock.advance(5 * minute)
    assert.deepEqual(
      hosts.map((host) => host.running()),
      before,
    )
    await isWhole(world, hosts, 2)
  })
})

describe("a deregistered instance", () => {
  test("has no session any more and its tasks run elsewhere; its own containers are left, as on AWS", async () => {
    const { world, hosts } = await steadyWorld()
    const orphans = hosts[0].running()
    await world.call("DeregisterContainerInstance", { containerInstance: hosts[0].arn, force: true })
    await world.clock.advance(2 * minute)
    const { containerInstances } = await world.call("DescribeContainerInstances", {
      containerInstances: [hosts[0].arn],
    })
    assert.deepEqual([containerInstances?.[0]?.status, containerInstances?.[0]?.agentConnected], ["INACTIVE", false])
    assert.equal(hosts[1].running().length, 2)
    assert.deepEqual(hosts[0].running(), orphans)
  })
})
