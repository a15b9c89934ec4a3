// Services whose deployments another program controls: task sets from their creation to their end, on the virtual clock.
// Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-external.html
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { bridgeDefinition, serviceWorld } from "../support/service-world.ts"

const external = { serviceName: "web", desiredCount: 3, deploymentController: { type: "EXTERNAL" } } as const
const set = { cluster: "default", service: "web", taskDefinition: "web", launchType: "EC2" } as const
const percent = (value: number) => ({ value, unit: "PERCENT" as const })

const externalWorld = async () => {
  const world = await serviceWorld()
  await world.instance("us-east-1a")
  await world.instance("us-east-1b")
  const { service } = await world.call("CreateService", external)
  return { ...world, made: service }
}
type World = Awaited<ReturnType<typeof externalWorld>>

const steadyNow = async (world: World) => {
  await world.agents()
  await world.clock.advance(40_000)
  await world.agents()
}
const sets = async (world: World) =>
  (await world.call("DescribeTaskSets", { cluster: "default", service: "web" })).taskSets ?? []
const counts = async (world: World) =>
  (await sets(world)).map((s) => [s.status, s.computedDesiredCount, s.runningCount, s.pendingCount, s.stabilityStatus])

describe("a service with the EXTERNAL controller", () => {
  test("needs a name only, and has no deployment, no task and no settings of tasks", async () => {
    const world = await externalWorld()
    assert.deepEqual(world.made?.deploymentController, { type: "EXTERNAL" })
    assert.deepEqual([world.made?.taskSets, world.made?.deployments, world.made?.taskDefinition], [[], [], undefined])
    assert.equal(world.live().length, 0)
    const { service } = await world.call("CreateService", {
      serviceName: "bare",
      deploymentController: { type: "EXTERNAL" },
    })
    assert.equal(service?.desiredCount, 0)
  })

  test("keeps each task set at its share of the desired count, rounded up", async () => {
    const world = await externalWorld()
    const { taskSet } = await world.call("CreateTaskSet", { ...set, externalId: "blue", scale: percent(50) })
    assert.match(
      taskSet?.taskSetArn ?? "",
      /^arn:aws:ecs:us-east-1:123456789012:task-set\/default\/web\/ecs-svc\/\d{19}$/,
    )
    assert.deepEqual(
      [taskSet?.status, taskSet?.computedDesiredCount, taskSet?.stabilityStatus, taskSet?.externalId],
      ["ACTIVE", 2, "STABILIZING", "blue"],
    )
    assert.deepEqual(await counts(world), [["ACTIVE", 2, 0, 2, "STABILIZING"]])
    assert.ok(world.live().every((task) => task.startedBy === taskSet?.id && task.group === "service:web"))
    await steadyNow(world)
    assert.deepEqual(await counts(world), [["ACTIVE", 2, 2, 0, "STEADY_STATE"]])
    await world.call("UpdateTaskSet", { ...set, taskSet: taskSet?.id, scale: percent(100) })
    await steadyNow(world)
    assert.deepEqual(await counts(world), [["ACTIVE", 3, 3, 0, "STEADY_STATE"]])
    await world.call("UpdateService", { service: "web", desiredCount: 1 })
    await steadyNow(world)
    assert.deepEqual(await counts(world), [["ACTIVE", 1, 1, 0, "STEADY_STATE"]])
  })

  test("replaces a task of a set that dies, with the settings of that set", async () => {
    const world = await externalWorld()
    await world.call("CreateTaskSet", { ...set, scale: percent(100) })
    await steadyNow(world)
    const [task] = world.live()
    assert.ok(task)
    await world.end(task)
    assert.deepEqual(await counts(world), [["ACTIVE", 3, 2, 1, "STABILIZING"]])
  })

  test("is moved to another task set by scale, and shows the settings of the primary one", async () => {
    const world = await externalWorld()
    const blue = await world.call("CreateTaskSet", { ...set, scale: percent(100) })
    await world.call("UpdateServicePrimaryTaskSet", { ...set, primaryTaskSet: blue.taskSet?.taskSetArn })
    await steadyNow(world)
    await world.call("RegisterTaskDefinition", bridgeDefinition())
    const green = await world.call("CreateTaskSet", { ...set, taskDefinition: "web:2", scale: percent(100) })
    await steadyNow(world)
    const midway = await world.service()
    assert.deepEqual(
      [midway.runningCount, midway.desiredCount, midway.taskDefinition?.slice(-5), midway.launchType],
      [6, 3, "web:1", "EC2"],
    )
    const { taskSet } = await world.call("UpdateServicePrimaryTaskSet", { ...set, primaryTaskSet: green.taskSet?.id })
    assert.equal(taskSet?.status, "PRIMARY")
    assert.equal((await world.service()).taskDefinition?.slice(-5), "web:2")
    await world.call("UpdateTaskSet", { ...set, taskSet: blue.taskSet?.id, scale: percent(0) })
    await steadyNow(world)
    assert.deepEqual(await counts(world), [
      ["ACTIVE", 0, 0, 0, "STEADY_STATE"],
      ["PRIMARY", 3, 3, 0, "STEADY_STATE"],
    ])
    const gone = await world.call("DeleteTaskSet", { ...set, taskSet: blue.taskSet?.id })
    assert.equal(gone.taskSet?.status, "DRAINING")
    assert.deepEqual(
      (await world.service()).taskSets?.map((s) => s.id),
      [green.taskSet?.id],
    )
  })

  test("loses the tasks of a set that is deleted by force, and then the set", async () => {
    const world = await externalWorld()
    const { taskSet } = await world.call("CreateTaskSet", { ...set, scale: percent(100) })
    await steadyNow(world)
    const of = { ...set, taskSet: taskSet?.id }
    await world.refuses(
      "DeleteTaskSet",
      of,
      "InvalidParameterException",
      "The task set cannot be stopped while it is scaled above 0.",
    )
    const { taskSet: draining } = await world.call("DeleteTaskSet", { ...of, force: true })
    assert.deepEqual([draining?.status, draining?.computedDesiredCount, draining?.runningCount], ["DRAINING", 0, 3])
    await world.agents()
    await world.settle()
    assert.deepEqual(await sets(world), [])
    assert.equal((await world.service()).runningCount, 0)
    await world.refuses("DeleteTaskSet", of, "TaskSetNotFoundException", "The specified task set was not found.")
  })

  test("says when a task set is steady, and when all of it is", async () => {
    const world = await externalWorld()
    const { taskSet } = await world.call("CreateTaskSet", { ...set, scale: percent(100) })
    await steadyNow(world)
    const events = world.events("ECS Service Action") as { eventName: string; taskSetArns?: string[] }[]
    assert.deepEqual(
      events.map(({ eventName, taskSetArns }) => [eventName, taskSetArns]),
      [
        ["TASKSET_STEADY_STATE", [taskSet?.taskSetArn]],
        ["SERVICE_STEADY_STATE", undefined],
      ],
    )
    assert.equal((await world.messages()).at(-1), "(service web) has reached a steady state.")
  })

  test("is deleted with its task sets", async () => {
    const world = await externalWorld()
    await world.call("CreateTaskSet", { ...set, scale: percent(100) })
    await steadyNow(world)
    await world.call("DeleteService", { service: "web", force: true })
    await world.agents()
    const gone = await world.service()
    assert.deepEqual([gone.status, gone.runningCount, gone.taskSets], ["INACTIVE", 0, []])
  })

  test("waits longer and longer for a set whose tasks never start, and not for another set", async () => {
    const world = await externalWorld()
    await world.call("RegisterTaskDefinition", bridgeDefinition())
    await world.call("CreateTaskSet", { ...set, scale: percent(100) })
    await steadyNow(world)
    await world.call("CreateTaskSet", { ...set, taskDefinition: "web:2", scale: percent(1) })
    await world.agents(["web:2"])
    assert.deepEqual((await counts(world))[1]?.slice(0, 4), ["ACTIVE", 1, 0, 0])
    const [task] = world.live()
    assert.ok(task)
    await world.end(task)
    assert.equal((await counts(world))[0]?.[3], 1)
    assert.ok((await world.messages()).some((m) => m.includes("unable to consistently start tasks successfully")))
    await world.clock.advance(20_000)
    assert.equal((await counts(world))[1]?.[3], 1)
  })
})

describe("task sets", () => {
  test("made twice with one token are one, and with other parameters are refused", async () => {
    const world = await externalWorld()
    const input = { ...set, clientToken: "one", tags: [{ key: "stage", value: "blue" }] }
    const first = await world.call("CreateTaskSet", input)
    const second = await world.call("CreateTaskSet", input)
    assert.equal(second.taskSet?.id, first.taskSet?.id)
    assert.deepEqual(second.taskSet?.tags, [{ key: "stage", value: "blue" }])
    await world.refuses(
      "CreateTaskSet",
      { ...input, scale: percent(10) },
      "InvalidParameterException",
      "Creation of task set was not idempotent.",
    )
    await world.call("TagResource", {
      resourceArn: first.taskSet?.taskSetArn,
      tags: [{ key: "team", value: "a" }],
    })
    const plain = await world.call("DescribeTaskSets", { ...set, taskSets: [first.taskSet?.id ?? ""] })
    assert.equal(plain.taskSets?.[0]?.tags, undefined)
    const tagged = await world.call("DescribeTaskSets", { ...set, include: ["TAGS"] })
    assert.equal(tagged.taskSets?.[0]?.tags?.length, 2)
  })

  test("that are unknown are failures, and their service must be one with the EXTERNAL controller", async () => {
    const world = await externalWorld()
    const { failures } = await world.call("DescribeTaskSets", { ...set, taskSets: ["ecs-svc/1"] })
    assert.deepEqual(failures, [
      { arn: "arn:aws:ecs:us-east-1:123456789012:task-set/default/web/ecs-svc/1", reason: "MISSING" },
    ])
    await world.call("CreateService", { serviceName: "rolling", taskDefinition: "web", desiredCount: 0 })
    await world.refuses(
      "CreateTaskSet",
      { ...set, service: "rolling" },
      "InvalidParameterException",
      "Amazon ECS only supports task set management on services configured to use external deployment controllers.",
    )
    await world.refuses("CreateTaskSet", { ...set, service: "no" }, "ServiceNotFoundException", "Service not found.")
    await world.refuses(
      "CreateTaskSet",
      { ...set, scale: percent(101) },
      "InvalidParameterException",
      "scale.value must be between 0 and 100.",
    )
  })

  test("are at most five", async () => {
    const world = await externalWorld()
    for (let i = 0; i < 5; i += 1) await world.call("CreateTaskSet", set)
    await world.refuses(
      "CreateTaskSet",
      set,
      "InvalidParameterException",
      "5 deployments exist on the service. Unable to create new TaskSet since this exceeds the maximum limit.",
    )
  })
})

describe("a service with the EXTERNAL controller refuses", () => {
  const refused: readonly (readonly [string, object, string])[] = [
    ["a task definition", { taskDefinition: "web" }, "TaskDefinition must be blank."],
    [
      "load balancers",
      { loadBalancers: [{ targetGroupArn: "arn", containerName: "app", containerPort: 80 }] },
      "LoadBalancers must be empty or null.",
    ],
    ["a launch type", { launchType: "EC2" }, "LaunchType must be blank."],
    [
      "to be a daemon",
      { schedulingStrategy: "DAEMON", desiredCount: undefined },
      "The daemon scheduling strategy does not support the EXTERNAL deployment controller.",
    ],
  ]
  for (const [what, more, message] of refused) {
    test(what, async () => {
      const world = await serviceWorld()
      await world.refuses("CreateService", { ...external, ...more }, "InvalidParameterException", message)
    })
  }

  test("an update of what its task sets say", async () => {
    const world = await externalWorld()
    await world.refuses(
      "UpdateService",
      { service: "web", taskDefinition: "web" },
      "InvalidParameterException",
      "Unable to update task definition on services with an EXTERNAL deployment controller. Create a new task set to trigger a new deployment.",
    )
  })

  test("the controller CODE_DEPLOY by its name", async () => {
    const world = await serviceWorld()
    await world.refuses(
      "CreateService",
      {
        serviceName: "web",
        taskDefinition: "web",
        desiredCount: 1,
        deploymentController: { type: "CODE_DEPLOY" },
        loadBalancers: [{ targetGroupArn: "arn", containerName: "app", containerPort: 80 }],
      },
      "NotImplemented",
      "Roadstead does not implement the deployment controller CODE_DEPLOY (there is no AWS CodeDeploy here) yet.",
    )
  })
})
