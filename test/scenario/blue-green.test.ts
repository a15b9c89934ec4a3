// Blue/green deployments of services without a load balancer: both revisions in full, bake time, rollback, pauses, and new
// deployments that come in between, on the virtual clock.
import assert from "node:assert/strict"
import { test } from "node:test"
import { bridgeDefinition, serviceWorld } from "../support/service-world.ts"

const minute = 60_000

/** A service of two tasks of `web:1` that was deployed blue/green, and the task definition `web:2`. */
const blueService = async (configuration: object = {}) => {
  const world = await serviceWorld()
  await world.instance()
  await world.instance("us-east-1b")
  await world.call("RegisterTaskDefinition", bridgeDefinition())
  await world.call("CreateService", {
    serviceName: "web",
    taskDefinition: "web:1",
    desiredCount: 2,
    deploymentConfiguration: { strategy: "BLUE_GREEN", bakeTimeInMinutes: 5, ...configuration },
  })
  await world.agents()
  await world.clock.advance(minute)
  const deployment = async () => {
    const { serviceDeployments: [newest] = [] } = await world.call("ListServiceDeployments", { service: "web" })
    const { serviceDeployments } = await world.call("DescribeServiceDeployments", {
      serviceDeploymentArns: [newest?.serviceDeploymentArn ?? ""],
    })
    return serviceDeployments?.[0] ?? assert.fail("no deployment")
  }
  /** The revisions of the tasks that are wanted. */
  const running = () =>
    world
      .live()
      .filter((task) => task.desiredStatus === "RUNNING")
      .map((task) => task.taskDefinitionArn.slice(-5))
      .sort()
  return { ...world, deployment, running }
}

test("the first deployment of a service ends without a bake time: there is nothing beside it", async () => {
  const world = await blueService()
  const { status, lifecycleStage, targetServiceRevision } = await world.deployment()
  assert.deepEqual([status, lifecycleStage], ["SUCCESSFUL", undefined])
  assert.equal(targetServiceRevision?.requestedProductionTrafficWeight, 100)
  assert.ok((await world.messages()).includes("(service web) has reached a steady state."))
  await world.stop()
})

test("both revisions run in full until the bake time is over, and then blue goes", async () => {
  const world = await blueService()
  await world.call("UpdateService", { service: "web", taskDefinition: "web:2" })
  assert.deepEqual(world.running(), ["web:1", "web:1", "web:2", "web:2"])
  assert.equal((await world.deployment()).lifecycleStage, "SCALE_UP")
  await world.agents()
  await world.clock.advance(minute)
  const baking = await world.deployment()
  assert.equal(baking.lifecycleStage, "BAKE_TIME")
  assert.equal(baking.status, "IN_PROGRESS")
  assert.deepEqual(
    [baking.targetServiceRevision, ...(baking.sourceServiceRevisions ?? [])].map((revision) => [
      revision?.requestedTaskCount,
      revision?.runningTaskCount,
      revision?.requestedProductionTrafficWeight,
    ]),
    [
      [2, 2, 100],
      [2, 2, 0],
    ],
  )
  const { deployments } = await world.service()
  assert.deepEqual(
    deployments?.map((d) => [d.status, d.desiredCount, d.runningCount, d.rolloutState]),
    [
      ["PRIMARY", 2, 2, "IN_PROGRESS"],
      ["ACTIVE", 2, 2, "COMPLETED"],
    ],
  )
  await world.clock.advance(5 * minute)
  await world.agents()
  await world.clock.advance(minute)
  assert.deepEqual(world.running(), ["web:2", "web:2"])
  assert.equal((await world.deployment()).status, "SUCCESSFUL")
  assert.deepEqual(
    (await world.service()).deployments?.map((d) => [d.status, d.rolloutState]),
    [["PRIMARY", "COMPLETED"]],
  )
  await world.stop()
})

test("StopServiceDeployment while it bakes brings the blue revision back and stops the green one", async () => {
  const world = await blueService()
  await world.call("UpdateService", { service: "web", taskDefinition: "web:2" })
  await world.agents()
  await world.clock.advance(minute)
  const { serviceDeploymentArn } = await world.deployment()
  await world.call("StopServiceDeployment", { serviceDeploymentArn })
  await world.agents()
  await world.clock.advance(minute)
  assert.deepEqual(world.running(), ["web:1", "web:1"])
  const stopped = await world.deployment()
  assert.equal(stopped.status, "ROLLBACK_SUCCESSFUL")
  assert.equal(stopped.targetServiceRevision?.requestedProductionTrafficWeight, 0)
  assert.equal(stopped.sourceServiceRevisions?.[0]?.requestedProductionTrafficWeight, 100)
  await world.stop()
})

test("a green revision that cannot start opens the circuit breaker, and blue is never touched", async () => {
  const world = await blueService({ deploymentCircuitBreaker: { enable: true, rollback: true } })
  const blue = world.live().map(({ arn }) => arn)
  await world.call("UpdateService", { service: "web", taskDefinition: "web:2" })
  for (let i = 0; i < 10; i += 1) {
    await world.agents(["web:2"])
    await world.clock.advance(5 * minute)
  }
  assert.deepEqual(
    world.live().map(({ arn }) => arn),
    blue,
  )
  const { status, statusReason, rollback } = await world.deployment()
  assert.equal(status, "ROLLBACK_SUCCESSFUL")
  assert.equal(statusReason, "Service deployment rolled back because the circuit breaker threshold was exceeded.")
  assert.equal(rollback?.reason, statusReason)
  await world.stop()
})

test("a deployment that comes while another one bakes goes on from blue, after green is gone", async () => {
  const world = await blueService()
  await world.call("RegisterTaskDefinition", bridgeDefinition())
  await world.call("UpdateService", { service: "web", taskDefinition: "web:2" })
  await world.agents()
  await world.clock.advance(minute)
  await world.call("UpdateService", { service: "web", taskDefinition: "web:3" })
  assert.equal((await world.deployment()).lifecycleStage, "RECONCILE_SERVICE")
  assert.deepEqual(world.running(), ["web:1", "web:1"])
  await world.agents()
  await world.clock.advance(minute)
  await world.agents()
  await world.clock.advance(7 * minute)
  await world.agents()
  await world.clock.advance(minute)
  assert.deepEqual(world.running(), ["web:3", "web:3"])
  assert.equal((await world.deployment()).status, "SUCCESSFUL")
  await world.stop()
})

test("a task that dies is replaced in its own revision, and a new count is for both", async () => {
  const world = await blueService()
  await world.call("UpdateService", { service: "web", taskDefinition: "web:2" })
  await world.agents()
  await world.clock.advance(minute)
  for (const revision of ["web:1", "web:2"]) {
    const task = world.live().find((one) => one.taskDefinitionArn.endsWith(revision)) ?? assert.fail()
    await world.end(task)
  }
  await world.agents()
  assert.deepEqual(world.running(), ["web:1", "web:1", "web:2", "web:2"])
  await world.call("UpdateService", { service: "web", desiredCount: 3 })
  await world.agents()
  assert.deepEqual(world.running(), ["web:1", "web:1", "web:1", "web:2", "web:2", "web:2"])
  await world.call("UpdateService", { service: "web", desiredCount: 1 })
  await world.agents()
  assert.deepEqual(world.running(), ["web:1", "web:2"])
  await world.stop()
})

test("a deployment waits at a pause until it is continued, and goes back when that is the answer", async () => {
  const pause = { targetType: "PAUSE" as const, lifecycleStages: ["POST_SCALE_UP" as const] }
  const world = await blueService({ lifecycleHooks: [pause] })
  const first = await world.deployment()
  assert.equal(first.lifecycleStage, "POST_SCALE_UP")
  const hook = first.lifecycleHookDetails?.[0]
  assert.equal(hook?.status, "AWAITING_ACTION")
  await world.call("ContinueServiceDeployment", {
    serviceDeploymentArn: first.serviceDeploymentArn,
    hookId: hook?.hookId,
  })
  assert.equal((await world.deployment()).status, "SUCCESSFUL")
  await world.call("UpdateService", { service: "web", taskDefinition: "web:2" })
  await world.agents()
  await world.clock.advance(minute)
  const second = await world.deployment()
  await world.call("ContinueServiceDeployment", {
    serviceDeploymentArn: second.serviceDeploymentArn,
    hookId: second.lifecycleHookDetails?.[0]?.hookId,
    action: "ROLLBACK",
  })
  await world.agents()
  await world.clock.advance(minute)
  assert.equal((await world.deployment()).status, "ROLLBACK_SUCCESSFUL")
  assert.deepEqual(world.running(), ["web:1", "web:1"])
  await world.stop()
})

test("a pause that nobody answers rolls back when its time is over", async () => {
  const pause = {
    targetType: "PAUSE" as const,
    lifecycleStages: ["PRE_SCALE_UP" as const],
    timeoutConfiguration: { timeoutInMinutes: 10 },
  }
  const world = await blueService({ lifecycleHooks: [pause] })
  await world.clock.advance(10 * minute)
  const { status, statusReason } = await world.deployment()
  assert.equal(status, "ROLLBACK_FAILED")
  assert.equal(statusReason, "No rollback candidate was found to run the rollback.")
  assert.ok(
    (await world.messages()).some((message) =>
      message.endsWith("deployment failed: Service deployment rolled back because PRE_SCALE_UP pause hook timed out."),
    ),
  )
  await world.stop()
})

test("a service changes from rolling to blue/green and back", async () => {
  const world = await blueService({ strategy: "ROLLING", bakeTimeInMinutes: 0 })
  await world.call("UpdateService", {
    service: "web",
    taskDefinition: "web:2",
    deploymentConfiguration: { strategy: "BLUE_GREEN", bakeTimeInMinutes: 5 },
  })
  await world.agents()
  await world.clock.advance(minute)
  assert.deepEqual(world.running(), ["web:1", "web:1", "web:2", "web:2"])
  // A rolling deployment begins from blue, and waits until green is gone.
  await world.call("UpdateService", {
    service: "web",
    taskDefinition: "web:1",
    forceNewDeployment: true,
    deploymentConfiguration: { strategy: "ROLLING", bakeTimeInMinutes: 0 },
  })
  assert.equal((await world.deployment()).lifecycleStage, "RECONCILE_SERVICE")
  for (let i = 0; i < 5; i += 1) {
    await world.agents()
    await world.clock.advance(minute)
  }
  assert.deepEqual(world.running(), ["web:1", "web:1"])
  assert.equal((await world.deployment()).status, "SUCCESSFUL")
  await world.stop()
})
