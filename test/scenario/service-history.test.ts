// The history of services: their deployments and revisions while they go on, when they are over, and when they are
// forgotten. Source: aws-behaviour.md 2.5 and 2.12.
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { bridgeDefinition, serviceWorld } from "../support/service-world.ts"

const web = { serviceName: "web", taskDefinition: "web", desiredCount: 2 } as const
const day = 24 * 60 * 60_000

const worldWith = async (over: object = {}) => {
  const world = await serviceWorld()
  await world.instance()
  await world.call("CreateService", { ...web, ...over })
  await world.agents()
  return world
}
type World = Awaited<ReturnType<typeof worldWith>>
const current = async (world: World) => {
  const serviceDeploymentArns = [(await world.service()).currentServiceDeployment ?? ""]
  const { serviceDeployments } = await world.call("DescribeServiceDeployments", { serviceDeploymentArns })
  return serviceDeployments?.[0]
}

test("a deployment bakes for its time before it is complete, and anew when a task dies meanwhile", async () => {
  const world = await worldWith({ deploymentConfiguration: { bakeTimeInMinutes: 5 } })
  assert.equal((await current(world))?.lifecycleStage, "SCALE_UP")
  await world.clock.advance(40_000)
  assert.deepEqual(
    [(await current(world))?.status, (await current(world))?.lifecycleStage],
    ["IN_PROGRESS", "BAKE_TIME"],
  )
  await world.clock.advance(4 * 60_000)
  const [task] = world.live()
  assert.ok(task)
  await world.end(task)
  await world.agents()
  assert.equal((await current(world))?.lifecycleStage, "SCALE_UP")
  await world.clock.advance(40_000 + 4 * 60_000)
  assert.equal((await current(world))?.status, "IN_PROGRESS")
  assert.ok(!(await world.messages()).some((message) => message.includes("steady")))
  await world.clock.advance(60_000)
  const done = await current(world)
  assert.deepEqual([done?.status, done?.lifecycleStage], ["SUCCESSFUL", undefined])
  assert.equal((await world.service()).deployments?.[0]?.rolloutState, "COMPLETED")
})

test("a deployment tells the configuration with which it began", async () => {
  const world = await worldWith({ deploymentConfiguration: { maximumPercent: 150 } })
  const first = (await world.service()).currentServiceDeployment ?? ""
  await world.call("UpdateService", { service: "web", deploymentConfiguration: { maximumPercent: 180 } })
  await world.call("UpdateService", { service: "web", forceNewDeployment: true })
  const second = (await world.service()).currentServiceDeployment ?? ""
  const { serviceDeployments } = await world.call("DescribeServiceDeployments", {
    serviceDeploymentArns: [first, second],
  })
  assert.deepEqual(
    serviceDeployments?.map((d) => [d.deploymentConfiguration?.maximumPercent, d.status]),
    [
      [150, "STOPPED"],
      [180, "IN_PROGRESS"],
    ],
  )
})

test("a deployment that is over is told of for 90 days, the current one always", async () => {
  const world = await worldWith()
  await world.clock.advance(40_000)
  const first = (await world.service()).currentServiceDeployment ?? ""
  await world.call("UpdateService", { service: "web", forceNewDeployment: true })
  await world.agents()
  await world.clock.advance(40_000)
  await world.agents()
  const list = async () => (await world.call("ListServiceDeployments", { service: "web" })).serviceDeployments?.length
  assert.equal(await list(), 2)
  await world.clock.advance(91 * day)
  assert.equal(await list(), 1)
  const { failures } = await world.call("DescribeServiceDeployments", { serviceDeploymentArns: [first] })
  assert.deepEqual(failures, [{ arn: first, reason: "MISSING" }])
  await world.call("UpdateService", { service: "web", forceNewDeployment: true })
  assert.equal(
    world.state.view((view) => view.deployments.size),
    2,
  )
})

test("deployments are listed by status and time, a page at a time", async () => {
  const world = await worldWith()
  for (let i = 0; i < 4; i += 1) {
    await world.clock.advance(1_000)
    await world.call("UpdateService", { service: "web", forceNewDeployment: true })
  }
  const all = await world.call("ListServiceDeployments", { service: "web", maxResults: 3 })
  assert.equal(all.serviceDeployments?.length, 3)
  const rest = await world.call("ListServiceDeployments", { service: "web", maxResults: 3, nextToken: all.nextToken })
  assert.deepEqual([rest.serviceDeployments?.length, rest.nextToken], [2, undefined])
  const stopped = await world.call("ListServiceDeployments", { service: "web", status: ["STOPPED"] })
  assert.equal(stopped.serviceDeployments?.length, 4)
  const late = await world.call("ListServiceDeployments", {
    service: "web",
    createdAt: { after: new Date(world.clock.now() - 1) },
  })
  assert.equal(late.serviceDeployments?.length, 1)
  await world.refuses(
    "DescribeServiceDeployments",
    { serviceDeploymentArns: Array.from({ length: 21 }, (_, i) => `arn:${i}`) },
    "InvalidParameterException",
    "serviceDeploymentArns can not have more than 20 elements.",
  )
})

test("a revision tells its images, with the digest that its tasks got", async () => {
  const world = await worldWith()
  const arn = (await world.service()).currentServiceRevisions?.[0]?.arn ?? ""
  const images = async () => {
    const { serviceRevisions } = await world.call("DescribeServiceRevisions", { serviceRevisionArns: [arn] })
    return serviceRevisions?.[0]?.containerImages
  }
  assert.deepEqual(await images(), [{ containerName: "app", image: "app:1" }])
  const [task] = world.live()
  assert.ok(task)
  const app = { status: "RUNNING" as const, imageDigest: "sha256:1" }
  world.patchTask(task.arn, { observed: { ...task.observed, containers: { app } } })
  assert.deepEqual(await images(), [{ containerName: "app", image: "app:1", imageDigest: "sha256:1" }])
})

describe("the image of a service's tasks", () => {
  const digest = (n: number) => `sha256:${String(n).repeat(64)}`
  /** Of every task of the service that is wanted, what its agent is to run. */
  const pins = (world: World) =>
    world
      .live()
      .flatMap((task) =>
        task.desiredStatus === "RUNNING" ? (task.containers[0]?.pinnedImage ?? task.containers[0]?.image) : [],
      )
  const resolve = (world: World, n: number) => {
    const task = world.live().find(({ desiredStatus }) => desiredStatus === "RUNNING")
    const app = { status: "RUNNING" as const, imageDigest: digest(n) }
    if (task) world.patchTask(task.arn, { observed: { ...task.observed, containers: { app } } })
  }

  test("is what the first of the revision has resolved, until there is another deployment", async () => {
    const world = await worldWith()
    resolve(world, 1)
    await world.call("UpdateService", { service: "web", desiredCount: 3 })
    await world.agents()
    assert.deepEqual(pins(world).toSorted(), ["app:1", "app:1", `app@${digest(1)}`])
    await world.call("UpdateService", { service: "web", forceNewDeployment: true })
    await world.agents()
    assert.ok(pins(world).includes("app:1"))
  })

  test("is kept with the deployment that completed, longer than its tasks are known", async () => {
    const world = await worldWith()
    resolve(world, 2)
    await world.clock.advance(40_000)
    const arn = (await world.service()).currentServiceRevisions?.[0]?.arn ?? ""
    await world.call("UpdateService", { service: "web", desiredCount: 0 })
    await world.agents()
    await world.clock.advance(3 * 60 * 60_000)
    const { serviceRevisions } = await world.call("DescribeServiceRevisions", { serviceRevisionArns: [arn] })
    assert.equal(serviceRevisions?.[0]?.containerImages?.[0]?.imageDigest, digest(2))
    await world.call("UpdateService", { service: "web", desiredCount: 1 })
    assert.deepEqual(pins(world), [`app@${digest(2)}`])
  })

  test("is resolved by each task anew where versionConsistency is disabled", async () => {
    const world = await worldWith()
    const app = { name: "app", image: "app:1", cpu: 128, memory: 64, versionConsistency: "disabled" as const }
    await world.call("RegisterTaskDefinition", bridgeDefinition({ containerDefinitions: [app] }))
    await world.call("UpdateService", { service: "web", taskDefinition: "web" })
    await world.agents()
    await world.clock.advance(60_000)
    await world.agents()
    resolve(world, 3)
    await world.call("UpdateService", { service: "web", desiredCount: 2 })
    assert.deepEqual(pins(world), ["app:1", "app:1"])
  })
})

test("a deployment that is over cannot be stopped, nor one that never was", async () => {
  const world = await worldWith()
  await world.clock.advance(40_000)
  const serviceDeploymentArn = (await world.service()).currentServiceDeployment ?? ""
  await world.refuses(
    "StopServiceDeployment",
    { serviceDeploymentArn },
    "ConflictException",
    "The service deployment is in status SUCCESSFUL and can not be stopped.",
  )
  await world.refuses(
    "StopServiceDeployment",
    { serviceDeploymentArn: `${serviceDeploymentArn}x` },
    "ServiceDeploymentNotFoundException",
    "The specified service deployment was not found.",
  )
})
