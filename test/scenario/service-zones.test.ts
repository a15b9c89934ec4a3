// Services that are balanced over the availability zones of their container instances, on the virtual clock.
// Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { serviceWorld } from "../support/service-world.ts"

const web = { serviceName: "web", taskDefinition: "web", desiredCount: 4 } as const
const shape = (text: string) => text.replace(/[0-9a-f]{32}/g, "T").replace(/ecs-svc\/\d{19}/g, "D")

describe("a service over availability zones", () => {
  const byZone = (world: Awaited<ReturnType<typeof serviceWorld>>) =>
    [...Map.groupBy(world.live(), (task) => task.availabilityZone)].map(([zone, tasks]) => [zone, tasks.length]).sort()
  const thin = async (over: object = {}) => {
    const world = await serviceWorld()
    await world.instance("us-east-1a")
    await world.call("CreateService", { ...web, ...over })
    await world.agents()
    await world.clock.advance(40_000)
    return world
  }

  test("is balanced again when an instance comes in another one, one task after the other is healthy", async () => {
    const world = await thin({ deploymentConfiguration: { maximumPercent: 125 } })
    assert.equal((await world.service()).availabilityZoneRebalancing, "ENABLED")
    await world.instance("us-east-1b")
    assert.deepEqual(byZone(world), [
      ["us-east-1a", 4],
      ["us-east-1b", 1],
    ])
    for (let i = 0; i < 3; i += 1) {
      await world.agents()
      await world.clock.advance(40_000)
    }
    await world.agents()
    await world.settle()
    assert.deepEqual(byZone(world), [
      ["us-east-1a", 2],
      ["us-east-1b", 2],
    ])
    assert.deepEqual((await world.messages()).map(shape).slice(3), [
      "(service web) is not AZ balanced with 4 tasks in us-east-1a, 0 tasks in us-east-1b. AZ Rebalancing in progress.",
      "(service web) has started 1 tasks in us-east-1b to AZ Rebalance: (task T).",
      "(service web) has stopped 1 running tasks in us-east-1a due to AZ rebalancing: (task T).",
      "(service web) has started 1 tasks in us-east-1b to AZ Rebalance: (task T).",
      "(service web) has stopped 1 running tasks in us-east-1a due to AZ rebalancing: (task T).",
      "(service web) is AZ balanced with 2 tasks in us-east-1a, 2 tasks in us-east-1b.",
    ])
    assert.deepEqual(
      world.events("ECS Service Action").map((d) => (d as { eventName: string }).eventName),
      [
        "SERVICE_STEADY_STATE",
        "SERVICE_REBALANCING_STARTED",
        ...["TASKS_STARTED", "TASKS_STOPPED", "TASKS_STARTED", "TASKS_STOPPED"],
        "SERVICE_REBALANCING_COMPLETED",
      ],
    )
    const stopped = world.state.view((view) => [...view.tasks.all()].find((task) => task.lastStatus === "STOPPED"))
    assert.match(
      stopped?.stoppedReason ?? "",
      /^Availability-zone rebalancing initiated by \(deployment ecs-svc\/\d+\)$/,
    )
  })

  test("stays as it is when rebalancing is off, when a zone has no room, and when the zones are not its first wish", async () => {
    const off = await thin({ availabilityZoneRebalancing: "DISABLED" })
    await off.instance("us-east-1b")
    assert.deepEqual(byZone(off), [["us-east-1a", 4]])
    const packed = await thin({ placementStrategy: [{ type: "binpack", field: "memory" }] })
    await packed.instance("us-east-1b")
    assert.equal((await packed.service()).availabilityZoneRebalancing, "DISABLED")
    assert.deepEqual(byZone(packed), [["us-east-1a", 4]])
    const full = await thin()
    await full.instance("us-east-1b", 32)
    assert.deepEqual(byZone(full), [["us-east-1a", 4]])
    assert.deepEqual((await full.messages()).slice(-3), [
      "(service web) is not AZ balanced with 4 tasks in us-east-1a, 0 tasks in us-east-1b. AZ Rebalancing in progress.",
      "service web is unable to place a task in us-east-1b because no container instance met all of its requirements.",
      "(service web) stopped AZ Rebalancing.",
    ])
    await full.clock.advance(60_000)
    assert.equal((await full.messages()).filter((m) => m.includes("not AZ balanced")).length, 1)
  })
})

test("a packed service that is scaled in empties the instance that has most left", async () => {
  const world = await serviceWorld()
  const small = await world.instance("us-east-1a", 256)
  const large = await world.instance("us-east-1a", 512)
  const placementStrategy = [{ type: "binpack" as const, field: "memory" }]
  await world.call("CreateService", { ...web, desiredCount: 6, placementStrategy })
  await world.agents()
  const on = (instance: string) => world.live().filter((task) => task.containerInstanceArn === instance).length
  assert.deepEqual([on(small), on(large)], [4, 2])
  await world.call("UpdateService", { service: "web", desiredCount: 3 })
  await world.agents()
  assert.deepEqual([on(small), on(large)], [3, 0])
})
