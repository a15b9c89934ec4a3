// Agents that go away and come back: what their instances and tasks show, when services replace their tasks, and what is
// said of it in events. docs/decisions/0011-agents-that-are-away.md
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import type { TaskRow } from "../../src/state/index.ts"
import { serviceWorld } from "../support/service-world.ts"

type World = Awaited<ReturnType<typeof serviceWorld>>

const minute = 60_000

/** What fleet/ writes when a session ends or begins. */
const connect = async ({ state, clock, settle }: World, arn: string, connected: boolean) => {
  state.transact((tx) => tx.containerInstances.patch(arn, { session: { connected, since: clock.now() } }))
  await settle()
}

/** Two instances, and a service with one task on each that is steady. */
const steadyWorld = async () => {
  const world = await serviceWorld()
  const [away, stays] = [await world.instance("us-east-1a"), await world.instance("us-east-1b")]
  await world.call("CreateService", {
    serviceName: "web",
    taskDefinition: "web",
    desiredCount: 2,
    placementStrategy: [{ type: "spread", field: "instanceId" }],
  })
  await world.agents()
  await world.clock.advance(minute)
  const on = (arn: string): TaskRow =>
    world.live().find((task) => task.containerInstanceArn === arn) ?? assert.fail(`no task on ${arn}`)
  return { world, away, stays, on }
}

const described = async (world: World, task: TaskRow) =>
  (await world.call("DescribeTasks", { tasks: [task.arn] })).tasks?.[0] ?? assert.fail("no task")

describe("an agent that is away", () => {
  test("shows its tasks as DISCONNECTED at once, and as CONNECTED since it came back", async () => {
    const { world, away, stays, on } = await steadyWorld()
    const before = (await described(world, on(away))).connectivityAt
    await connect(world, away, false)
    const gone = await described(world, on(away))
    assert.deepEqual([gone.connectivity, gone.connectivityAt], ["DISCONNECTED", before])
    assert.equal((await described(world, on(stays))).connectivity, "CONNECTED")
    await world.clock.advance(minute)
    await connect(world, away, true)
    const back = await described(world, on(away))
    assert.deepEqual([back.connectivity, back.connectivityAt?.getTime()], ["CONNECTED", world.clock.now()])
    world.stop()
  })

  test("gets no new tasks, and is named with AGENT when nothing else has room", async () => {
    const { world, away, stays } = await steadyWorld()
    await connect(world, away, false)
    await connect(world, stays, false)
    const { tasks, failures } = await world.call("RunTask", { taskDefinition: "web" })
    assert.deepEqual(tasks, [])
    assert.deepEqual(failures, [
      { arn: away, reason: "AGENT" },
      { arn: stays, reason: "AGENT" },
    ])
    world.stop()
  })

  test("that is back within a minute costs no task", async () => {
    const { world, away } = await steadyWorld()
    const before = world.live().map((task) => task.arn)
    await connect(world, away, false)
    await world.clock.advance(minute)
    await connect(world, away, true)
    await world.clock.advance(10 * minute)
    assert.deepEqual(
      world.live().map((task) => task.arn),
      before,
    )
    world.stop()
  })

  test("loses the service's task to a replacement after three minutes, and the task stays STOPPING until it is heard of", async () => {
    const { world, away, stays, on } = await steadyWorld()
    const lost = on(away)
    await connect(world, away, false)
    await world.clock.advance(3 * minute - 1)
    assert.equal(world.task(lost.arn).desiredStatus, "RUNNING")
    await world.clock.advance(1)
    const { desiredStatus, lastStatus, stopCode, stoppedReason } = await described(world, lost)
    assert.deepEqual(
      { desiredStatus, lastStatus, stopCode, stoppedReason },
      {
        desiredStatus: "STOPPED",
        lastStatus: "STOPPING",
        stopCode: "InfrastructureHealth",
        stoppedReason: "The agent of the container instance has been disconnected for too long.",
      },
    )
    const replacement = world.live().find((task) => task.arn !== lost.arn && task.lastStatus === "PENDING")
    assert.equal(replacement?.containerInstanceArn, stays)
    world.stop()
  })

  test("may come back: its old task is over when it says so, and the service is steady with the replacement", async () => {
    const { world, away, stays, on } = await steadyWorld()
    const lost = on(away)
    await connect(world, away, false)
    await world.clock.advance(4 * minute)
    await connect(world, away, true)
    await world.agents()
    await world.clock.advance(minute)
    assert.equal(world.task(lost.arn).lastStatus, "STOPPED")
    assert.deepEqual(
      world.live().map((task) => [task.containerInstanceArn, task.lastStatus]),
      [
        [stays, "RUNNING"],
        [stays, "RUNNING"],
      ],
    )
    const { runningCount, deployments } = await world.service()
    assert.deepEqual([runningCount, deployments?.length, deployments?.[0]?.rolloutState], [2, 1, "COMPLETED"])
    world.stop()
  })

  test("keeps tasks of no service and of daemons, which nothing could replace", async () => {
    const { world, away } = await steadyWorld()
    const { tasks } = await world.call("StartTask", { taskDefinition: "web", containerInstances: [away] })
    await world.call("CreateService", { serviceName: "each", taskDefinition: "web", schedulingStrategy: "DAEMON" })
    await world.agents()
    await connect(world, away, false)
    await world.clock.advance(30 * minute)
    const kept = world.live().filter((task) => task.containerInstanceArn === away && task.desiredStatus === "RUNNING")
    assert.deepEqual(kept.map((task) => task.group).toSorted(), ["family:web", "service:each"])
    assert.equal(kept.find((task) => task.group === "family:web")?.arn, tasks?.[0]?.taskArn)
    world.stop()
  })

  test("does not hold up a deployment: the old task there counts as stopping when it is given up", async () => {
    const { world, away } = await steadyWorld()
    await connect(world, away, false)
    await world.call("UpdateService", { service: "web", forceNewDeployment: true })
    for (let i = 0; i < 8; i += 1) {
      // Only the agent that is there does what it is told.
      for (const task of world.live()) {
        if (task.containerInstanceArn === away) continue
        if (task.desiredStatus === "STOPPED") await world.end(task, 143)
        else if (task.observed.runningAt === undefined) {
          const containers = { app: { status: "RUNNING" as const } }
          const observed = {
            payloadSentAt: 1,
            ackedAt: 1,
            status: "RUNNING" as const,
            runningAt: world.clock.now(),
            containers,
          }
          world.patchTask(task.arn, { observed })
          await world.settle()
        }
      }
      await world.clock.advance(minute)
    }
    const { deployments } = await world.service()
    assert.deepEqual(
      deployments?.map((d) => [d.status, d.rolloutState, d.runningCount]),
      [["PRIMARY", "COMPLETED", 2]],
    )
    world.stop()
  })
})

describe("the events of a container instance", () => {
  const details = (world: World, arn: string) =>
    (world.events("ECS Container Instance State Change") as Record<string, unknown>[]).filter(
      (detail) => detail.containerInstanceArn === arn,
    )

  test("are sent when it registers, connects, gets and loses a task, drains and is deregistered, each with the next version", async () => {
    const world = await serviceWorld()
    const arn = await world.instance()
    const { tasks } = await world.call("RunTask", { taskDefinition: "web" })
    await world.agents()
    await world.call("StopTask", { task: tasks?.[0]?.taskArn ?? "" })
    await world.agents()
    await world.call("UpdateContainerInstancesState", { containerInstances: [arn], status: "DRAINING" })
    await connect(world, arn, false)
    await world.call("DeregisterContainerInstance", { containerInstance: arn })
    const memory = (detail: Record<string, unknown>) =>
      (detail.remainingResources as { name: string; integerValue?: number }[]).find((r) => r.name === "MEMORY")
        ?.integerValue
    assert.deepEqual(
      details(world, arn).map((d) => [d.version, d.status, d.agentConnected, memory(d)]),
      [
        [1, "ACTIVE", false, 512],
        [2, "ACTIVE", true, 512],
        [3, "ACTIVE", true, 448],
        [4, "ACTIVE", true, 512],
        [5, "DRAINING", true, 512],
        [6, "DRAINING", false, 512],
        [7, "INACTIVE", false, 512],
      ],
    )
    const { containerInstances } = await world.call("DescribeContainerInstances", { containerInstances: [arn] })
    assert.equal(containerInstances?.[0]?.version, 7)
    world.stop()
  })

  test("are not sent for what they do not show: a message number, a task's way to RUNNING", async () => {
    const world = await serviceWorld()
    const arn = await world.instance()
    await world.call("RunTask", { taskDefinition: "web" })
    const { length } = details(world, arn)
    world.state.transact((tx) => tx.containerInstances.patch(arn, { timeline: 1000 }))
    await world.agents()
    assert.equal(details(world, arn).length, length)
    world.stop()
  })
})

test("a deregistered instance is described as INACTIVE for an hour and is MISSING then", async () => {
  const world = await serviceWorld()
  const arn = await world.instance()
  await world.call("DeregisterContainerInstance", { containerInstance: arn })
  const ask = () => world.call("DescribeContainerInstances", { containerInstances: [arn] })
  assert.equal((await ask()).containerInstances?.[0]?.status, "INACTIVE")
  await world.clock.advance(60 * minute)
  assert.deepEqual((await ask()).failures, [{ arn, reason: "MISSING" }])
  world.stop()
})

describe("the health of a container instance", () => {
  test("is what its agent said, unknown while the agent is away, and said in an event when it changes", async () => {
    const world = await serviceWorld()
    const arn = await world.instance()
    const health = async () =>
      (
        await world.call("DescribeContainerInstances", {
          containerInstances: [arn],
          include: ["CONTAINER_INSTANCE_HEALTH"],
        })
      ).containerInstances?.[0]?.healthStatus
    assert.deepEqual(await health(), { overallStatus: "INITIALIZING", details: [] })
    const say = async (status: "OK" | "IMPAIRED") => {
      const now = world.clock.now()
      const check = { type: "CONTAINER_RUNTIME", status, lastUpdated: now, lastStatusChange: now }
      world.state.transact((tx) => {
        const { account, region } = tx.containerInstances.get(arn) ?? assert.fail()
        if (tx.instanceHealth.has(arn)) tx.instanceHealth.patch(arn, { checks: [check] })
        else tx.instanceHealth.insert({ containerInstanceArn: arn, account, region, checks: [check] })
      })
      await world.clock.advance(1000)
    }
    await say("OK")
    await say("OK")
    await say("IMPAIRED")
    assert.equal((await health())?.overallStatus, "IMPAIRED")
    await connect(world, arn, false)
    assert.equal((await health())?.overallStatus, "INSUFFICIENT_DATA")
    assert.deepEqual(
      (world.events("ECS Container Instance Health Change") as { overallStatus: string }[]).map((e) => e.overallStatus),
      ["OK", "IMPAIRED"],
    )
    world.stop()
  })

  test("is shown to those who ask for it alone", async () => {
    const world = await serviceWorld()
    const arn = await world.instance()
    const { containerInstances } = await world.call("DescribeContainerInstances", { containerInstances: [arn] })
    assert.equal(containerInstances?.[0]?.healthStatus, undefined)
    await world.refuses(
      "DescribeContainerInstances",
      { containerInstances: [arn], include: ["HEALTH" as never] },
      "InvalidParameterException",
      "include should be one of [TAGS,CONTAINER_INSTANCE_HEALTH]",
    )
    world.stop()
  })
})
