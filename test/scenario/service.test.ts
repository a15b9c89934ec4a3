// Services on container instances, on the virtual clock: what users see when tasks die, deployments go well and badly,
// instances come, drain and go. Sources of texts and numbers: aws-behaviour.md sections 1.9 and 2.
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { bridgeDefinition, serviceWorld } from "../support/service-world.ts"

const web = { serviceName: "web", taskDefinition: "web", desiredCount: 4 } as const
const shape = (text: string) => text.replace(/[0-9a-f]{32}/g, "T").replace(/ecs-svc\/\d{19}/g, "D")

/** Two instances in two zones and a service of four tasks that is steady. */
const steadyWeb = async (over: object = {}) => {
  const world = await serviceWorld()
  await world.instance("us-east-1a")
  await world.instance("us-east-1b")
  await world.call("CreateService", { ...web, ...over })
  await world.agents()
  await world.clock.advance(40_000)
  const { deployments } = await world.service()
  assert.equal(deployments?.[0]?.rolloutState, "COMPLETED")
  return world
}

describe("a service", () => {
  test("starts its tasks on all instances, and says when it is complete and steady", async () => {
    const world = await steadyWeb()
    const { runningCount, pendingCount, deployments, desiredCount } = await world.service()
    assert.deepEqual([desiredCount, runningCount, pendingCount, deployments?.length], [4, 4, 0, 1])
    const hosts = Map.groupBy(world.live(), (task) => task.containerInstanceArn)
    assert.deepEqual(
      [...hosts.values()].map((tasks) => tasks.length),
      [2, 2],
    )
    assert.deepEqual((await world.messages()).map(shape), [
      "(service web) has started 4 tasks: (task T) (task T) (task T) (task T).",
      "(service web) (deployment D) deployment completed.",
      "(service web) has reached a steady state.",
    ])
    const [task] = world.live()
    assert.deepEqual(
      [task?.group, shape(task?.startedBy ?? ""), task?.serviceArn],
      ["service:web", "D", "arn:aws:ecs:us-east-1:123456789012:service/default/web"],
    )
  })

  test("replaces a task that dies in the same moment", async () => {
    const world = await steadyWeb()
    const [task] = world.live()
    assert.ok(task)
    await world.end(task)
    assert.equal(world.live().length, 4)
    assert.ok(!world.live().some(({ arn }) => arn === task.arn))
    assert.equal((await world.service()).pendingCount, 1)
  })

  test("without an instance says what is missing, and starts when one registers", async () => {
    const world = await serviceWorld()
    await world.call("CreateService", { ...web, desiredCount: 1 })
    assert.deepEqual(await world.messages(), [
      "service web was unable to place a task because no container instance met all of its requirements. Reason: No Container Instances were found in your cluster. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.",
    ])
    await world.clock.advance(60_000)
    assert.equal((await world.messages()).length, 1, "the same is not said twice")
    await world.instance()
    assert.equal(world.live().length, 1)
  })

  test("whose instance has no room names it and what it lacks", async () => {
    const world = await serviceWorld()
    const arn = await world.instance("us-east-1a", 128)
    await world.call("CreateService", web)
    assert.equal(world.live().length, 2)
    assert.equal(
      (await world.messages()).at(-1),
      `service web was unable to place a task because no container instance met all of its requirements. The closest matching container-instance ${arn.slice(-32)} has insufficient memory available. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.`,
    )
    assert.deepEqual(world.events("ECS Service Action").at(-1), {
      eventType: "ERROR",
      eventName: "SERVICE_TASK_PLACEMENT_FAILURE",
      clusterArn: "arn:aws:ecs:us-east-1:123456789012:cluster/default",
      createdAt: new Date(world.clock.now()).toISOString(),
      reason: "RESOURCE:MEMORY",
      containerInstanceArns: [arn],
    })
  })

  test("whose instance drains moves its tasks and never falls below its minimum", async () => {
    const world = await steadyWeb()
    const [drained] = world.live().map((task) => task.containerInstanceArn)
    await world.call("UpdateContainerInstancesState", { containerInstances: [drained ?? ""], status: "DRAINING" })
    assert.equal(world.live().filter((task) => task.desiredStatus === "RUNNING").length, 6)
    await world.agents()
    assert.equal((await world.service()).runningCount, 6)
    await world.clock.advance(40_000)
    await world.agents()
    const { runningCount } = await world.service()
    assert.equal(runningCount, 4)
    assert.ok(world.live().every((task) => task.containerInstanceArn !== drained))
  })

  test("that is deleted drains, is INACTIVE when its tasks are gone, and leaves its name free", async () => {
    const world = await steadyWeb()
    await world.refuses(
      "DeleteService",
      { service: "web" },
      "InvalidParameterException",
      "The service cannot be stopped while it is scaled above 0.",
    )
    const { service } = await world.call("DeleteService", { service: "web", force: true })
    assert.deepEqual([service?.status, service?.desiredCount, service?.runningCount], ["DRAINING", 0, 4])
    await world.refuses(
      "CreateService",
      web,
      "InvalidParameterException",
      "Unable to Start a service that is still Draining.",
    )
    await world.agents()
    const gone = await world.service()
    assert.deepEqual([gone.status, gone.runningCount, gone.deployments], ["INACTIVE", 0, []])
    assert.deepEqual((await world.call("ListServices", {})).serviceArns, [])
    await world.refuses("UpdateService", { service: "web" }, "ServiceNotActiveException", "Service was not ACTIVE.")
    const again = await world.call("CreateService", web)
    assert.deepEqual([again.service?.status, again.service?.events], ["ACTIVE", []])
  })

  test("made twice with the same parameters is one service, with others is refused", async () => {
    const world = await steadyWeb()
    const { service } = await world.call("CreateService", web)
    assert.equal(service?.runningCount, 4)
    await world.refuses(
      "CreateService",
      { ...web, desiredCount: 5 },
      "InvalidParameterException",
      "Creation of service was not idempotent.",
    )
    assert.equal(world.live().length, 4)
  })
})

describe("an update of a service", () => {
  test("of the desired count changes no deployment", async () => {
    const world = await steadyWeb()
    await world.call("UpdateService", { service: "web", desiredCount: 1 })
    await world.agents()
    const { deployments, runningCount } = await world.service()
    assert.deepEqual([deployments?.length, runningCount], [1, 1])
  })

  test("to a new revision keeps both deployments with true counts until the old one is empty", async () => {
    const world = await steadyWeb()
    await world.call("RegisterTaskDefinition", bridgeDefinition())
    const { service } = await world.call("UpdateService", { service: "web", taskDefinition: "web:2" })
    assert.deepEqual(
      service?.deployments?.map((d) => [d.status, d.taskDefinition?.slice(-5), d.desiredCount, d.runningCount]),
      [
        ["PRIMARY", "web:2", 4, 0],
        ["ACTIVE", "web:1", 4, 4],
      ],
    )
    await world.agents()
    const midway = await world.service()
    assert.deepEqual(
      midway.deployments?.map((d) => d.runningCount),
      [4, 4],
    )
    await world.clock.advance(40_000)
    await world.agents()
    await world.settle()
    const { deployments } = await world.service()
    assert.deepEqual(
      deployments?.map((d) => [d.status, d.rolloutState, d.runningCount]),
      [["PRIMARY", "COMPLETED", 4]],
    )
    const { serviceDeployments } = await world.call("ListServiceDeployments", { service: "web" })
    assert.deepEqual(
      serviceDeployments?.map((d) => d.status),
      ["SUCCESSFUL", "SUCCESSFUL"],
    )
  })

  test("to a revision that cannot start is rolled back by the circuit breaker", async () => {
    const world = await steadyWeb({
      deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
    })
    const [first] = (await world.service()).deployments ?? []
    await world.call("RegisterTaskDefinition", bridgeDefinition())
    await world.call("UpdateService", { service: "web", taskDefinition: "web:2" })
    for (let i = 0; i < 5; i += 1) {
      await world.agents(["web:2"])
      await world.clock.advance(41_000)
    }
    const { deployments, runningCount } = await world.service()
    assert.deepEqual(
      deployments?.map((d) => [d.id, d.rolloutState, d.taskDefinition?.slice(-5)]),
      [[first?.id, "COMPLETED", "web:1"]],
    )
    assert.equal(runningCount, 4)
    assert.deepEqual((await world.messages()).map(shape).slice(-5), [
      "(service web) (deployment D) deployment failed: tasks failed to start.",
      "(service web) rolling back to deployment D.",
      "(service web) stopped 3 pending tasks.",
      "(service web) (deployment D) deployment completed.",
      "(service web) has reached a steady state.",
    ])
    assert.deepEqual(
      world.events("ECS Deployment State Change").map((d) => (d as { eventName: string }).eventName),
      [
        "SERVICE_DEPLOYMENT_IN_PROGRESS",
        "SERVICE_DEPLOYMENT_COMPLETED",
        "SERVICE_DEPLOYMENT_IN_PROGRESS",
        "SERVICE_DEPLOYMENT_FAILED",
        "SERVICE_DEPLOYMENT_IN_PROGRESS",
        "SERVICE_DEPLOYMENT_COMPLETED",
      ],
    )
    const { serviceDeployments } = await world.call("ListServiceDeployments", { service: "web" })
    assert.deepEqual(
      serviceDeployments?.map((d) => d.status),
      ["ROLLBACK_SUCCESSFUL", "SUCCESSFUL"],
    )
  })

  test("can be stopped, which goes back to what ran before", async () => {
    const world = await steadyWeb()
    await world.call("RegisterTaskDefinition", bridgeDefinition())
    const { service } = await world.call("UpdateService", { service: "web", taskDefinition: "web:2" })
    const serviceDeploymentArn = service?.currentServiceDeployment ?? ""
    await world.call("StopServiceDeployment", { serviceDeploymentArn })
    await world.agents()
    await world.clock.advance(40_000)
    await world.agents()
    const { deployments, taskDefinition } = await world.service()
    assert.deepEqual([deployments?.length, taskDefinition?.slice(-5)], [1, "web:1"])
    const { serviceDeployments } = await world.call("DescribeServiceDeployments", {
      serviceDeploymentArns: [serviceDeploymentArn],
    })
    assert.equal(serviceDeployments?.[0]?.status, "ROLLBACK_SUCCESSFUL")
  })
})

describe("a protected task", () => {
  const protect = async (
    world: Awaited<ReturnType<typeof steadyWeb>>,
    protectionEnabled: boolean,
    expiresInMinutes = 60,
  ) => {
    const tasks = world.live().map((task) => task.arn)
    const { protectedTasks, failures } = await world.call("UpdateTaskProtection", {
      cluster: "default",
      tasks,
      protectionEnabled,
      expiresInMinutes,
    })
    assert.deepEqual(failures, [])
    return protectedTasks
  }

  test("stays when its service is scaled in, until its protection ends", async () => {
    const world = await steadyWeb()
    const given = await protect(world, true)
    assert.equal(given?.[0]?.expirationDate?.getTime(), world.clock.now() + 60 * 60_000)
    await world.call("UpdateService", { service: "web", desiredCount: 1 })
    assert.equal((await world.service()).runningCount, 4)
    assert.equal(
      shape((await world.messages()).at(-1) ?? ""),
      "(service web) was unable to reach steady state because (taskSet D) was unable to scale in due to (reason 3 tasks under protection)",
    )
    await world.clock.advance(60 * 60_000)
    assert.equal(world.live().filter((task) => task.desiredStatus === "RUNNING").length, 1)
  })

  test("stays when its service is deployed, and goes when it is given free", async () => {
    const world = await steadyWeb()
    await protect(world, true)
    await world.call("RegisterTaskDefinition", bridgeDefinition())
    await world.call("UpdateService", { service: "web", taskDefinition: "web:2" })
    await world.agents()
    await world.clock.advance(41_000)
    assert.equal((await world.service()).runningCount, 8)
    const old = world.live().filter((task) => task.taskDefinitionArn.endsWith("web:1"))
    const again = await world.call("UpdateTaskProtection", {
      cluster: "default",
      tasks: [old[0]?.arn ?? ""],
      protectionEnabled: true,
    })
    assert.equal(again.failures?.[0]?.reason, "DEPLOYMENT_BLOCKED")
    await protect(world, false)
    await world.agents()
    assert.equal((await world.service()).runningCount, 4)
  })

  test("is one of a service: others cannot be protected", async () => {
    const world = await steadyWeb()
    const { tasks } = await world.call("RunTask", { taskDefinition: "web", launchType: "EC2" })
    const { protectedTasks, failures } = await world.call("GetTaskProtection", {
      cluster: "default",
      tasks: [tasks?.[0]?.taskArn ?? "", "0".repeat(32)],
    })
    assert.deepEqual([protectedTasks, failures?.map((f) => f.reason)], [[], ["TASK_NOT_VALID", "MISSING"]])
  })
})

describe("a daemon", () => {
  test("has one task on every instance that is active", async () => {
    const world = await serviceWorld()
    await world.instance("us-east-1a")
    const second = await world.instance("us-east-1b")
    await world.call("CreateService", { serviceName: "web", taskDefinition: "web", schedulingStrategy: "DAEMON" })
    await world.agents()
    const hosts = () => world.live().map((task) => task.containerInstanceArn)
    assert.equal(new Set(hosts()).size, 2)
    const third = await world.instance("us-east-1c")
    await world.agents()
    assert.ok(hosts().includes(third))
    assert.deepEqual([(await world.service()).desiredCount, (await world.service()).runningCount], [3, 3])
    await world.call("UpdateContainerInstancesState", { containerInstances: [second], status: "DRAINING" })
    await world.agents()
    assert.ok(!hosts().includes(second))
    assert.equal((await world.service()).desiredCount, 2)
  })

  test("is deployed instance by instance, the old task before the new one", async () => {
    const world = await serviceWorld()
    await world.instance("us-east-1a")
    await world.instance("us-east-1b")
    await world.call("CreateService", { serviceName: "web", taskDefinition: "web", schedulingStrategy: "DAEMON" })
    await world.agents()
    await world.clock.advance(40_000)
    await world.call("RegisterTaskDefinition", bridgeDefinition())
    await world.call("UpdateService", { service: "web", taskDefinition: "web:2" })
    await world.agents()
    const counts = Map.groupBy(world.live(), (task) => task.containerInstanceArn)
    assert.deepEqual(
      [...counts.values()].map((tasks) => tasks.map((task) => task.taskDefinitionArn.slice(-5))),
      [["web:2"], ["web:2"]],
    )
  })
})
