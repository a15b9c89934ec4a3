// What the plan of a service does in a world of plain data; sources: aws-behaviour.md 2.1 to 2.4.
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { breakerThreshold as thresholdOf } from "../../services/ecs/index.ts"
import { planService } from "./plan.ts"
import { World } from "./testing.ts"
import { pauseAfterFailure } from "./throttle.ts"

const byDeployment = (world: World, id: string) => world.live.filter((task) => task.deployment === id).length

/** A service whose first deployment is complete. */
const steady = (service: ConstructorParameters<typeof World>[0] = {}) => {
  const world = new World(service)
  world.deploy()
  world.run()
  assert.equal(world.deployment("ecs-svc/1").rolloutState, "COMPLETED")
  return world
}

describe("a service", () => {
  test("starts what is wanted, and is steady 40 seconds after its tasks run", () => {
    const world = new World({ desiredCount: 3 })
    world.deploy()
    world.settle()
    assert.equal(world.live.length, 3)
    world.launch()
    assert.equal(world.settle(), world.now + 40_000)
    assert.equal(world.deployment("ecs-svc/1").rolloutState, "IN_PROGRESS")
    world.now += 40_000
    world.settle()
    assert.equal(world.deployment("ecs-svc/1").rolloutState, "COMPLETED")
    assert.deepEqual(world.messages, [
      "(service web) (deployment ecs-svc/1) deployment completed.",
      "(service web) has reached a steady state.",
    ])
  })

  test("is not steady while a task that it has stopped is still RUNNING", () => {
    const world = steady()
    const { steadyAt: _steady, ...service } = world.service
    world.service = service
    const seen = { ...world.seen(), lingering: true, leaving: new Set(["ecs-svc/1"]) }
    assert.equal(planService(seen, world.now).kind, "wait")
    const plan = planService({ ...seen, lingering: false }, world.now)
    assert.ok(plan.kind === "settled")
    assert.deepEqual(plan.messages, ["(service web) has reached a steady state."])
  })

  test("replaces a task that dies at once, as often as it dies", () => {
    const world = steady()
    for (let i = 0; i < 5; i += 1) {
      const [task] = world.live
      assert.ok(task)
      world.end(task)
      world.settle()
      assert.equal(world.live.length, 2)
      world.launch()
    }
    assert.equal(world.deployment("ecs-svc/1").throttle, undefined)
  })

  test("holds launches that fail back although another of its tasks runs", () => {
    const world = steady()
    for (let i = 0; i < 3; i += 1) {
      const [task] = world.live.filter(({ running }) => !running)
      world.end(task ?? world.live[0] ?? assert.fail())
      world.now += 1
      world.settle()
    }
    const [waiting] = world.live.filter(({ running }) => !running)
    if (waiting) world.end(waiting)
    world.settle()
    assert.ok((world.deployment("ecs-svc/1").throttle?.until ?? 0) > world.now)
    assert.equal(world.live.length, 1)
  })

  test("that is scaled in loses the newest tasks", () => {
    const world = steady({ desiredCount: 1 })
    const [oldest] = world.live
    world.service = { ...world.service, desiredCount: 3 }
    world.run()
    assert.equal(world.live.length, 3)
    world.service = { ...world.service, desiredCount: 1 }
    world.settle()
    assert.deepEqual(
      world.live.map((task) => task.arn),
      [oldest?.arn],
    )
  })

  test("that is deleted is INACTIVE when its tasks are gone", () => {
    const world = steady()
    world.service = { ...world.service, status: "DRAINING", desiredCount: 0 }
    world.settle()
    world.settle()
    assert.deepEqual([world.live.length, world.service.status], [0, "INACTIVE"])
  })
})

describe("a rolling deployment", () => {
  test("at 100 to 200 percent starts all new tasks first, and stops the old ones when the new ones are healthy", () => {
    const world = steady({ desiredCount: 4 })
    const id = world.deploy()
    world.settle()
    assert.deepEqual([byDeployment(world, "ecs-svc/1"), byDeployment(world, id)], [4, 4])
    world.launch()
    world.settle()
    assert.equal(byDeployment(world, "ecs-svc/1"), 4)
    world.now += 40_000
    world.settle()
    assert.deepEqual([byDeployment(world, "ecs-svc/1"), byDeployment(world, id)], [0, 4])
    assert.equal(world.deployment(id).rolloutState, "COMPLETED")
    assert.equal(world.deployment("ecs-svc/1").shown, false)
  })

  test("at 50 to 100 percent stops two of four before it starts two", () => {
    const world = steady({
      desiredCount: 4,
      deploymentConfiguration: { minimumHealthyPercent: 50, maximumPercent: 100 },
    })
    const id = world.deploy()
    world.settle()
    assert.deepEqual([byDeployment(world, "ecs-svc/1"), byDeployment(world, id)], [2, 2])
  })

  test("that the percentages do not let move says so once", () => {
    const world = steady({
      desiredCount: 3,
      deploymentConfiguration: { minimumHealthyPercent: 100, maximumPercent: 125 },
    })
    world.deploy()
    world.settle()
    world.now += 1_000
    world.settle()
    assert.equal(world.messages.filter((m) => m.includes("was unable to stop or start tasks")).length, 1)
  })

  test("whose tasks never start waits longer and longer, and keeps the old tasks", () => {
    const world = steady({ desiredCount: 1 })
    const id = world.deploy("never starts")
    const starts: number[] = []
    for (let i = 0; i < 6; i += 1) {
      const next = world.settle()
      if (byDeployment(world, id) === 0 && next !== undefined) {
        world.now = next
        world.settle()
      }
      starts.push(world.now)
      world.launch()
    }
    assert.equal(byDeployment(world, "ecs-svc/1"), 1)
    const pauses = starts.slice(1).map((time, i) => time - (starts[i] ?? 0))
    assert.deepEqual(pauses, [0, 0, 20_000, 60_000, 180_000])
    assert.equal(pauseAfterFailure(50), 27 * 60_000)
    assert.ok(world.messages.some((m) => m.includes("is unable to consistently start tasks successfully")))
  })
})

describe("the circuit breaker", () => {
  const breaker = (rollback: boolean) => ({
    minimumHealthyPercent: 100,
    maximumPercent: 200,
    deploymentCircuitBreaker: { enable: true, rollback },
  })

  test("has the thresholds that AWS publishes", () => {
    // source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
    assert.deepEqual(
      [1, 25, 400, 800].map((desired) => thresholdOf(undefined, desired)),
      [3, 13, 200, 200],
    )
    const custom = (type: "COUNT" | "UNBOUNDED_PERCENT", value: number) =>
      thresholdOf({ enable: true, rollback: true, thresholdConfiguration: { type, value } }, 1000)
    assert.deepEqual([custom("COUNT", 7), custom("UNBOUNDED_PERCENT", 50)], [7, 500])
  })

  test("rolls a bad deployment back to the last that completed, which is complete again", () => {
    const world = steady({ desiredCount: 2, deploymentConfiguration: breaker(true) })
    const id = world.deploy("never starts")
    world.run()
    const bad = world.deployment(id)
    assert.deepEqual(
      [bad.rolloutState, bad.rolloutStateReason, bad.status, bad.failedTasks],
      ["FAILED", "ECS deployment circuit breaker: tasks failed to start.", "ROLLBACK_SUCCESSFUL", 4],
    )
    assert.equal(world.service.primary, "ecs-svc/1")
    assert.equal(world.deployment("ecs-svc/1").rolloutState, "COMPLETED")
    assert.equal(world.live.length, 2)
    const told = world.messages.filter((m) => !m.includes("unable to consistently")).slice(2)
    assert.deepEqual(told.slice(0, 2), [
      `(service web) (deployment ${id}) deployment failed: tasks failed to start.`,
      "(service web) rolling back to deployment ecs-svc/1.",
    ])
  })

  test("without rollback leaves the old tasks and starts nothing more", () => {
    const world = steady({ desiredCount: 2, deploymentConfiguration: breaker(false) })
    const id = world.deploy("never starts")
    for (let i = 0; i < 10; i += 1) {
      world.settle()
      world.launch()
      world.now += 30 * 60_000
    }
    world.settle()
    assert.deepEqual([world.deployment(id).rolloutState, byDeployment(world, id)], ["FAILED", 0])
    assert.equal(byDeployment(world, "ecs-svc/1"), 2)
  })

  test("of a first deployment has nothing to roll back to, and stalls", () => {
    const world = new World({ desiredCount: 1, deploymentConfiguration: breaker(true) })
    const id = world.deploy("never starts")
    for (let i = 0; i < 10; i += 1) {
      world.settle()
      world.launch()
      world.now += 30 * 60_000
    }
    world.settle()
    assert.deepEqual([world.deployment(id).rolloutState, world.live.length], ["FAILED", 0])
  })
})
