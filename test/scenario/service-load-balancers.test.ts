// Services behind target groups, on the virtual clock: when tasks become targets and cease to be, and what the health that
// proxies report decides. Sources of texts and order: aws-behaviour.md section 2.2, readings of public logs of 2026.
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { balancedWorld } from "../support/balanced-world.ts"
import { fargateDefinition, subnets } from "../support/ecs-harness.ts"
import { bridgeDefinition } from "../support/service-world.ts"

const shape = (text: string) =>
  text
    .replace(/[0-9a-f]{32}/g, "T")
    .replace(/ecs-svc\/\d{19}/g, "D")
    .replace(/arn:aws:elasticloadbalancing:[^)]*targetgroup\/(\w+)\/\w+/g, "$1")

const portMappings = [{ containerPort: 80 }]
const behind = (targetGroupArn: string) => [{ targetGroupArn, containerName: "app", containerPort: 80 }]

/** Two EC2 instances, a target group and the definition `web:2` with a port that instances choose. */
const onInstances = async () => {
  const world = await balancedWorld()
  await world.instance("us-east-1a")
  await world.instance("us-east-1b")
  const arn = await world.group("web")
  await world.call(
    "RegisterTaskDefinition",
    bridgeDefinition({ containerDefinitions: [{ name: "app", image: "app:1", cpu: 128, memory: 64, portMappings }] }),
  )
  return {
    ...world,
    arn,
    base: { serviceName: "web", taskDefinition: "web", desiredCount: 2, loadBalancers: behind(arn) },
  }
}

/** The same with a service that is steady. */
const steady = async (over: object = {}) => {
  const world = await onInstances()
  await world.call("CreateService", { ...world.base, ...over })
  await world.agents()
  await world.sees("healthy", world.arn)
  assert.equal((await world.service()).deployments?.[0]?.rolloutState, "COMPLETED")
  return world
}

const count = (world: { live: Awaited<ReturnType<typeof onInstances>>["live"] }, status: string) =>
  world.live().filter((task) => task.lastStatus === status).length

describe("a service behind a target group", () => {
  test("registers its tasks by instance and host port before they are RUNNING, and is complete when they are healthy", async () => {
    const world = await onInstances()
    await world.call("CreateService", world.base)
    assert.equal(world.targets().length, 0)
    await world.agents()
    assert.deepEqual(
      world.targets(world.arn).map(({ id, port }) => [id, port]),
      [
        ["i-00000000000000001", 32768],
        ["i-00000000000000002", 32769],
      ],
    )
    await world.clock.advance(60_000)
    const waiting = await world.service()
    assert.deepEqual([waiting.runningCount, waiting.deployments?.[0]?.rolloutState], [2, "IN_PROGRESS"])
    await world.sees("healthy", world.arn)
    const { deployments, loadBalancers, roleArn } = await world.service()
    assert.equal(deployments?.[0]?.rolloutState, "COMPLETED")
    assert.deepEqual(loadBalancers, behind(world.arn))
    assert.match(roleArn ?? "", /AWSServiceRoleForECS$/)
    assert.deepEqual((await world.messages()).map(shape), [
      "(service web) has started 2 tasks: (task T) (task T).",
      "(service web) registered 1 targets in (target-group web)",
      "(service web) registered 1 targets in (target-group web)",
      "(service web) (deployment D) deployment completed.",
      "(service web) has reached a steady state.",
    ])
  })

  test("deregisters a task, lets it drain, and only then has it stopped; the deployment does not wait for that", async () => {
    const world = await steady()
    await world.call("UpdateService", { service: "web", forceNewDeployment: true })
    await world.agents()
    assert.equal(world.targets(world.arn).length, 4)
    assert.equal((await world.service()).runningCount, 4, "nothing goes before the new tasks are healthy")
    await world.sees("healthy", world.arn)
    const { runningCount, deployments } = await world.service()
    assert.deepEqual([runningCount, deployments?.length, deployments?.[0]?.rolloutState], [2, 1, "COMPLETED"])
    assert.equal(count(world, "DEACTIVATING"), 2)
    await world.agents()
    assert.equal(count(world, "DEACTIVATING"), 2, "nobody is told to stop while targets drain")
    await world.clock.advance(30_000)
    await world.agents()
    assert.equal(world.live().length, 2)
    assert.equal(world.targets(world.arn).length, 2)
    assert.deepEqual((await world.messages()).slice(5).map(shape), [
      "(service web) has started 2 tasks: (task T) (task T).",
      "(service web) registered 1 targets in (target-group web)",
      "(service web) registered 1 targets in (target-group web)",
      "(service web) has stopped 2 running tasks: (task T) (task T).",
      "(service web) deregistered 2 targets in (target-group web)",
      "(service web, taskSet D) has begun draining connections on 2 tasks.",
      "(service web) (deployment D) deployment completed.",
      "(service web) has reached a steady state.",
    ])
  })

  test("deregisters a task that ends by itself at once, waits for nothing, and replaces it", async () => {
    const world = await steady()
    const [task] = world.live()
    assert.ok(task)
    await world.end(task)
    assert.equal(world.task(task.arn).lastStatus, "STOPPED")
    assert.ok(world.targets(world.arn).find(({ port }) => port === task.targets?.[0]?.port)?.draining)
    assert.deepEqual((await world.messages()).slice(5).map(shape), [
      "(service web) deregistered 1 targets in (target-group web)",
      "(service web, taskSet D) has begun draining connections on 1 tasks.",
      "(service web) has started 1 tasks: (task T).",
    ])
  })

  test("replaces a task whose target is unhealthy when its replacement is healthy, and says why", async () => {
    const world = await steady()
    const [sick] = world.live()
    const target = sick?.targets?.[0]
    assert.ok(sick && target)
    await world.sees("unhealthy", world.arn, target)
    await world.agents()
    assert.equal(world.task(sick.arn).desiredStatus, "RUNNING")
    const young = world
      .live()
      .find(
        (task) =>
          task.createdAt > sick.createdAt ||
          (task.lastStatus === "RUNNING" && !task.targets?.some(({ port }) => [32768, 32769].includes(port))),
      )
    assert.ok(young?.targets?.[0])
    await world.sees("healthy", world.arn, young.targets[0])
    const stopped = world.task(sick.arn)
    assert.deepEqual(
      [stopped.desiredStatus, stopped.stopCode, stopped.stoppedReason],
      ["STOPPED", "ServiceSchedulerInitiated", `Task failed ELB health checks in (target-group ${world.arn})`],
    )
    assert.deepEqual((await world.messages()).slice(5, 10).map(shape), [
      "(service web) has started 1 tasks: (task T). Amazon ECS replaced 1 tasks due to an unhealthy status.",
      "(service web) registered 1 targets in (target-group web)",
      `(service web) (instance ${target.id}) (port ${target.port}) is unhealthy in (target-group web) due to (reason Health checks failed with these codes: [404]).`,
      "(service web) has stopped 1 running tasks: (task T).",
      "(service web) deregistered 1 targets in (target-group web)",
    ])
  })

  test("ignores unhealthy targets until the grace period is over", async () => {
    const world = await onInstances()
    await world.call("CreateService", { ...world.base, healthCheckGracePeriodSeconds: 100 })
    await world.agents()
    await world.sees("unhealthy", world.arn)
    const first = world.live().map(({ arn }) => arn)
    await world.clock.advance(99_000)
    assert.deepEqual(
      world.live().map(({ arn }) => arn),
      first,
    )
    await world.clock.advance(1_000)
    assert.equal(world.live().length, 4)
  })

  test("whose tasks fail the load balancer's checks breaks its deployment, and rolls back", async () => {
    const world = await steady({
      deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
    })
    const good = (await world.service()).taskDefinition
    await world.call(
      "RegisterTaskDefinition",
      bridgeDefinition({ containerDefinitions: [{ name: "app", image: "app:2", cpu: 8, memory: 16, portMappings }] }),
    )
    await world.call("UpdateService", { service: "web", taskDefinition: "web" })
    for (let round = 0; round < 8; round += 1) {
      await world.agents()
      for (const task of world.live()) {
        const [target] = task.targets ?? []
        if (target && task.lastStatus === "RUNNING")
          await world.sees(task.taskDefinitionArn === good ? "healthy" : "unhealthy", world.arn, target)
      }
      await world.clock.advance(30_000)
    }
    const { deployments, taskDefinition, runningCount } = await world.service()
    assert.deepEqual([taskDefinition, runningCount, deployments?.[0]?.rolloutState], [good, 2, "COMPLETED"])
    assert.ok(
      (await world.messages())
        .map(shape)
        .includes("(service web) (deployment D) deployment failed: tasks failed to start."),
    )
  })

  test("that is deleted is INACTIVE when its tasks have drained", async () => {
    const world = await steady()
    await world.call("DeleteService", { service: "web", force: true })
    await world.agents()
    assert.equal((await world.service()).status, "DRAINING")
    await world.clock.advance(30_000)
    await world.agents()
    assert.deepEqual([(await world.service()).status, world.live().length], ["INACTIVE", 0])
  })

  test("that was given another target group starts tasks for it; with an empty list it is behind none", async () => {
    const world = await steady()
    const other = await world.group("other")
    await world.call("UpdateService", { service: "web", loadBalancers: behind(other) })
    await world.agents()
    assert.deepEqual([world.targets(world.arn).length, world.targets(other).length], [2, 2])
    await world.sees("healthy", other)
    assert.ok(world.targets(world.arn).every(({ draining }) => draining))
    const none = await world.call("UpdateService", { service: "web", loadBalancers: [] })
    assert.deepEqual([none.service?.loadBalancers, none.service?.deployments?.length], [[], 2])
    await world.call("UpdateService", { service: "web", loadBalancers: [] })
    assert.equal((await world.service()).deployments?.length, 2, "the same again deploys nothing")
    await world.agents()
    await world.clock.advance(40_000)
    assert.ok(world.targets(other).every(({ draining }) => draining))
  })

  test("in awsvpc mode registers the tasks' addresses with the container's port, in all of its groups", async () => {
    const world = await balancedWorld()
    await world.fargate()
    const arns = [
      await world.group("one", { targetType: "ip" }),
      await world.group("two", { targetType: "ip", attributes: { "deregistration_delay.timeout_seconds": "0" } }),
    ]
    const ports = [{ containerPort: 80 }, { containerPort: 81 }]
    await world.call(
      "RegisterTaskDefinition",
      fargateDefinition({ family: "f", containerDefinitions: [{ name: "app", image: "app:1", portMappings: ports }] }),
    )
    const loadBalancers = arns.map((targetGroupArn, i) => ({
      targetGroupArn,
      containerName: "app",
      containerPort: 80 + i,
    }))
    await world.call("CreateService", {
      serviceName: "web",
      taskDefinition: "f",
      launchType: "FARGATE",
      desiredCount: 2,
      networkConfiguration: { awsvpcConfiguration: { subnets: [...subnets] } },
      loadBalancers,
    })
    await world.agents()
    const addresses = world
      .live()
      .map((task) => task.attachments[0]?.details.find(({ name }) => name === "privateIPv4Address")?.value)
    for (const [i, arn] of arns.entries()) {
      assert.deepEqual(
        world
          .targets(arn)
          .map(({ id, port }) => [id, port])
          .toSorted(),
        addresses.map((ip) => [ip, 80 + i]).toSorted(),
      )
    }
    await world.sees("healthy", arns[0] ?? "")
    assert.equal((await world.service()).deployments?.[0]?.rolloutState, "IN_PROGRESS")
    await world.sees("healthy", arns[1] ?? "")
    assert.equal((await world.service()).deployments?.[0]?.rolloutState, "COMPLETED")
    await world.call("UpdateService", { service: "web", desiredCount: 0 })
    assert.equal(world.targets(arns[1]).length, 0)
    assert.deepEqual((await world.messages()).slice(-5).map(shape), [
      "(service web) has stopped 2 running tasks: (task T) (task T).",
      "(service web) deregistered 2 targets in (target-group one)",
      "(service web) deregistered 2 targets in (target-group two)",
      "(service web, taskSet D) has begun draining connections on 2 tasks.",
      "(service web) has reached a steady state.",
    ])
  })
})
