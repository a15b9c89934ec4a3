// Services on Fargate, by the records of their tasks: shares of capacity providers, and balance over the zones of subnets.
// No host runs anything here; what the task controller would find out is written by the scenario.
import assert from "node:assert/strict"
import { test } from "node:test"
import { fargateDefinition, subnets } from "../support/ecs-harness.ts"
import { serviceWorld } from "../support/service-world.ts"

const service = {
  serviceName: "web",
  taskDefinition: "fargate",
  networkConfiguration: { awsvpcConfiguration: { subnets: [...subnets] } },
}

const fargateWorld = async (capacityProviders: readonly string[] = ["FARGATE", "FARGATE_SPOT"]) => {
  const world = await serviceWorld()
  await world.call("RegisterTaskDefinition", fargateDefinition({ family: "fargate" }))
  await world.call("PutClusterCapacityProviders", {
    cluster: "default",
    capacityProviders: [...capacityProviders],
    defaultCapacityProviderStrategy: [{ capacityProvider: "FARGATE_SPOT", weight: 1 }],
  })
  return world
}
type World = Awaited<ReturnType<typeof fargateWorld>>
const wanted = (world: World) => world.live().filter((task) => task.desiredStatus === "RUNNING")
const countBy = (world: World, key: "capacityProviderName" | "availabilityZone") =>
  Object.fromEntries(
    [...Map.groupBy(wanted(world), (task) => task[key] ?? "")].map(([name, all]) => [name, all.length]),
  )

test("tasks are shared out by base and weight over all that the service has, also when one is replaced", async () => {
  const world = await fargateWorld()
  const strategy = [
    { capacityProvider: "FARGATE", base: 1, weight: 1 },
    { capacityProvider: "FARGATE_SPOT", weight: 3 },
  ]
  await world.call("CreateService", { ...service, desiredCount: 5, capacityProviderStrategy: strategy })
  assert.deepEqual(countBy(world, "capacityProviderName"), { FARGATE: 2, FARGATE_SPOT: 3 })
  await world.call("UpdateService", { service: "web", desiredCount: 9 })
  assert.deepEqual(countBy(world, "capacityProviderName"), { FARGATE: 3, FARGATE_SPOT: 6 })
  const base = wanted(world).find((task) => task.capacityProviderName === "FARGATE")
  await world.call("StopTask", { cluster: "default", task: base?.arn })
  assert.deepEqual(countBy(world, "capacityProviderName"), { FARGATE: 3, FARGATE_SPOT: 6 })
})

test("a service that says nothing of its capacity gets the cluster's default strategy, and keeps it", async () => {
  const world = await fargateWorld()
  const { service: made } = await world.call("CreateService", { ...service, desiredCount: 2 })
  assert.deepEqual(
    [made?.launchType, made?.capacityProviderStrategy],
    [undefined, [{ capacityProvider: "FARGATE_SPOT", weight: 1, base: 0 }]],
  )
  assert.deepEqual(countBy(world, "capacityProviderName"), { FARGATE_SPOT: 2 })
  assert.ok(wanted(world).every((task) => task.launchType === "FARGATE"))
})

test("tasks are started over the zones of their subnets, and moved when they are all in one", async () => {
  const world = await fargateWorld()
  await world.call("CreateService", { ...service, desiredCount: 4, launchType: "FARGATE" })
  const even = countBy(world, "availabilityZone")
  assert.ok(Math.max(...Object.values(even)) - Math.min(...Object.values(even)) <= 1, JSON.stringify(even))
  const [zone = ""] = Object.keys(even)
  const run = async () => {
    for (const task of world.live()) {
      if (task.desiredStatus === "STOPPED")
        world.patchTask(task.arn, { lastStatus: "STOPPED", stoppedAt: world.clock.now() })
      else if (task.lastStatus !== "RUNNING") {
        world.patchTask(task.arn, { lastStatus: "RUNNING", startedAt: world.clock.now() })
      }
    }
    await world.settle()
  }
  for (const task of world.live()) world.patchTask(task.arn, { availabilityZone: zone })
  for (let i = 0; i < 4; i += 1) {
    await run()
    await world.clock.advance(40_000)
  }
  await run()
  const after = Object.values(countBy(world, "availabilityZone"))
  assert.equal(wanted(world).length, 4)
  assert.ok(Math.max(...after) - Math.min(...after) <= 1 && after.length > 1, JSON.stringify(after))
  assert.ok((await world.messages()).some((message) => message.includes(" is AZ balanced with ")))
})
