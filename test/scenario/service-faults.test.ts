// Bad input and bad luck of services, on the virtual clock: whatever happens in whatever order, no task is lost or doubled,
// the service comes to rest where it was asked to, and AWS's errors change nothing. Issue: bad input and faults of part 3.
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import type { TaskRow } from "../../src/state/index.ts"
import { bridgeDefinition, serviceWorld } from "../support/service-world.ts"

type World = Awaited<ReturnType<typeof serviceWorld>>

const minute = 60_000

const setUp = async (desiredCount = 2, over: object = {}) => {
  const world = await serviceWorld()
  const instances = [await world.instance("us-east-1a"), await world.instance("us-east-1b")]
  await world.call("RegisterTaskDefinition", bridgeDefinition())
  await world.call("RegisterTaskDefinition", bridgeDefinition())
  await world.call("CreateService", { serviceName: "web", taskDefinition: "web:1", desiredCount, ...over })
  await rest(world)
  return { world, instances }
}

/** Agents work and time passes until nothing is on its way any more. */
const rest = async (world: World) => {
  for (let i = 0; i < 6; i += 1) {
    await world.agents()
    await world.clock.advance(minute)
  }
}

const wanted = (world: World): readonly TaskRow[] => world.live().filter((task) => task.desiredStatus === "RUNNING")
const revisions = (world: World): string[] =>
  wanted(world).map((task) => task.taskDefinitionArn.slice(task.taskDefinitionArn.lastIndexOf("/") + 1))

const isAtRest = async (world: World, revision: string, count: number) => {
  const { deployments, runningCount, pendingCount, desiredCount } = await world.service()
  assert.deepEqual(
    [deployments?.length, deployments?.[0]?.rolloutState, runningCount, pendingCount, desiredCount],
    [1, "COMPLETED", count, 0, count],
  )
  assert.deepEqual(
    revisions(world),
    Array.from({ length: count }, () => revision),
  )
}

describe("updates", () => {
  test("of one second: three revisions in a row, and only the last one runs, with the right count", async () => {
    const { world } = await setUp()
    await world.call("UpdateService", { service: "web", taskDefinition: "web:2" })
    await world.call("UpdateService", { service: "web", taskDefinition: "web:3", desiredCount: 3 })
    await world.clock.advance(500)
    const { deployments } = await world.service()
    assert.equal(deployments?.[0]?.status, "PRIMARY")
    assert.match(deployments?.[0]?.taskDefinition ?? "", /web:3$/)
    await rest(world)
    await isAtRest(world, "web:3", 3)
    world.stop()
  })

  test("that are refused change nothing: no deployment, no event, no count", async () => {
    const { world } = await setUp()
    const before = JSON.stringify(await world.service())
    await assert.rejects(world.call("UpdateService", { service: "web", taskDefinition: "nothing:1", desiredCount: 9 }))
    await assert.rejects(
      world.call("UpdateService", { service: "web", deploymentConfiguration: { maximumPercent: 1 } }),
      /InvalidParameterException|maximumPercent/,
    )
    assert.equal(JSON.stringify(await world.service()), before)
    world.stop()
  })

  test("back and forth before any task has started leave the tasks that run alone", async () => {
    const { world } = await setUp()
    const before = wanted(world).map((task) => task.arn)
    await world.call("UpdateService", { service: "web", taskDefinition: "web:2" })
    await world.call("UpdateService", { service: "web", taskDefinition: "web:1" })
    const running = wanted(world).filter((task) => before.includes(task.arn))
    assert.equal(running.length, 2, "never below the minimum")
    await rest(world)
    await isAtRest(world, "web:1", 2)
    world.stop()
  })
})

describe("a deletion", () => {
  test("in the middle of a deployment ends every task of both revisions, and the name is free again", async () => {
    const { world } = await setUp()
    await world.call("UpdateService", { service: "web", taskDefinition: "web:2" })
    assert.ok(new Set(revisions(world)).size === 2)
    await world.refuses(
      "DeleteService",
      { service: "web" },
      "InvalidParameterException",
      "The service cannot be stopped while it is scaled above 0.",
    )
    const { service } = await world.call("DeleteService", { service: "web", force: true })
    assert.deepEqual([service?.status, service?.desiredCount], ["DRAINING", 0])
    assert.deepEqual(wanted(world), [])
    await rest(world)
    assert.equal((await world.service()).status, "INACTIVE")
    await world.call("CreateService", { serviceName: "web", taskDefinition: "web:1", desiredCount: 1 })
    await rest(world)
    assert.equal((await world.service()).runningCount, 1)
    world.stop()
  })

  test("of a service that is being rolled back starts nothing any more", async () => {
    const { world } = await setUp(2, {
      deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
    })
    await world.call("UpdateService", { service: "web", taskDefinition: "web:2" })
    for (let i = 0; i < 4; i += 1) {
      await world.agents(["web:2"])
      await world.clock.advance(minute)
    }
    await world.call("DeleteService", { service: "web", force: true })
    await world.clock.advance(60 * minute)
    assert.deepEqual(wanted(world), [])
    world.stop()
  })
})

describe("a cluster", () => {
  test("that is inactive takes no service", async () => {
    const world = await serviceWorld()
    await world.call("CreateCluster", { clusterName: "old" })
    await world.call("DeleteCluster", { cluster: "old" })
    await world.refuses(
      "CreateService",
      { cluster: "old", serviceName: "web", taskDefinition: "web", desiredCount: 1 },
      "ClusterNotFoundException",
      "The referenced cluster was inactive.",
    )
    world.stop()
  })

  test("with a service is not deleted", async () => {
    const { world } = await setUp()
    await world.refuses(
      "DeleteCluster",
      { cluster: "default" },
      "ClusterContainsContainerInstancesException",
      "The Cluster cannot be deleted while Container Instances are active or draining.",
    )
    assert.equal((await world.service()).status, "ACTIVE")
    world.stop()
  })
})

describe("a task definition", () => {
  test("that is deregistered under a service is used on: tasks are replaced, and the service scales", async () => {
    const { world } = await setUp()
    await world.call("DeregisterTaskDefinition", { taskDefinition: "web:1" })
    const [task] = wanted(world)
    assert.ok(task)
    await world.end(task)
    await world.call("UpdateService", { service: "web", desiredCount: 3 })
    await rest(world)
    await isAtRest(world, "web:1", 3)
    world.stop()
  })

  test("that is deregistered cannot be deployed anew", async () => {
    const { world } = await setUp()
    await world.call("DeregisterTaskDefinition", { taskDefinition: "web:2" })
    await world.refuses(
      "UpdateService",
      { service: "web", taskDefinition: "web:2" },
      "ClientException",
      "TaskDefinition is inactive",
    )
    await isAtRest(world, "web:1", 2)
    world.stop()
  })

  test("that is deleted under a service stays until the service has another, and is used until then", async () => {
    const { world } = await setUp()
    await world.call("DeregisterTaskDefinition", { taskDefinition: "web:1" })
    await world.call("DeleteTaskDefinitions", { taskDefinitions: ["web:1"] })
    await world.clock.advance(3 * 60 * minute)
    const [task] = wanted(world)
    assert.ok(task)
    await world.end(task)
    await rest(world)
    await isAtRest(world, "web:1", 2)
    await world.call("UpdateService", { service: "web", taskDefinition: "web:2" })
    await rest(world)
    await isAtRest(world, "web:2", 2)
    await world.clock.advance(3 * 60 * minute)
    await assert.rejects(world.call("DescribeTaskDefinition", { taskDefinition: "web:1" }))
    world.stop()
  })
})

describe("an instance", () => {
  test("with tasks is not deregistered without force, and nothing changes", async () => {
    const { world, instances } = await setUp()
    await world.refuses(
      "DeregisterContainerInstance",
      { containerInstance: instances[0] },
      "InvalidParameterException",
      "Found running tasks on the instance.",
    )
    await isAtRest(world, "web:1", 2)
    world.stop()
  })

  test("that is deregistered by force during a rollout loses its tasks to replacements on the other one", async () => {
    const { world, instances } = await setUp()
    const [gone = "", stays = ""] = instances
    await world.call("UpdateService", { service: "web", taskDefinition: "web:2" })
    const lost = wanted(world).filter((task) => task.containerInstanceArn === gone)
    assert.ok(lost.length > 0)
    await world.call("DeregisterContainerInstance", { containerInstance: gone, force: true })
    for (const { arn } of lost) {
      const { lastStatus, stoppedReason } = world.task(arn)
      assert.deepEqual([lastStatus, stoppedReason], ["STOPPED", "Container instance deregistration forced by user"])
    }
    await rest(world)
    await isAtRest(world, "web:2", 2)
    assert.ok(wanted(world).every((task) => task.containerInstanceArn === stays))
    world.stop()
  })

  test("that drains during a rollout gets no task of the new revision, and keeps none", async () => {
    const { world, instances } = await setUp()
    await world.call("UpdateContainerInstancesState", { containerInstances: [instances[0] ?? ""], status: "DRAINING" })
    await world.call("UpdateService", { service: "web", taskDefinition: "web:2" })
    await rest(world)
    await isAtRest(world, "web:2", 2)
    assert.ok(wanted(world).every((task) => task.containerInstanceArn === instances[1]))
    world.stop()
  })

  test("that is the last one may go: the service says what is missing, and is whole when another registers", async () => {
    const { world, instances } = await setUp()
    for (const containerInstance of instances) {
      await world.call("DeregisterContainerInstance", { containerInstance, force: true })
    }
    assert.deepEqual(wanted(world), [])
    assert.match((await world.messages()).at(-1) ?? "", /No Container Instances were found in your cluster/)
    await world.instance()
    await rest(world)
    await isAtRest(world, "web:1", 2)
    world.stop()
  })
})

describe("a crash loop", () => {
  test("of tasks that end right after they run is slowed down to one in eight seconds, and a new deployment is not", async () => {
    const { world } = await setUp(1)
    let deaths = 0
    const loop = async (ms: number) => {
      const end = world.clock.now() + ms
      while (world.clock.now() < end) {
        await world.agents()
        for (const task of wanted(world)) {
          deaths += 1
          await world.end(task)
        }
        await world.clock.advance(250)
      }
    }
    await loop(2 * minute)
    assert.ok(deaths <= 4 + 3 + 120 / 8 + 1, `${deaths} deaths in two minutes`)
    await world.call("UpdateService", { service: "web", taskDefinition: "web:2" })
    await rest(world)
    await isAtRest(world, "web:2", 1)
    world.stop()
  })
})
