// Balancing a service over availability zones: what is balanced, and that moving tasks breaks no bound, whatever happens.
// Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import fc from "fast-check"
import { isHealthy } from "./health.ts"
import type { ServicePlan } from "./plan.ts"
import { countByZone, heldFor, movesFor } from "./rebalance.ts"
import { bounds } from "./rolling.ts"
import type { LiveTask } from "./seen.ts"
import { World } from "./testing.ts"

const abc = ["az-a", "az-b", "az-c"]
const inZones = (...zones: readonly string[]): LiveTask[] =>
  zones.map((zone, i) => ({
    arn: `arn/${i}`,
    deployment: "ecs-svc/1",
    running: true,
    createdAt: 0,
    startedAt: 0,
    checked: false,
    health: "UNKNOWN",
    draining: false,
    zone,
  }))
const moves = (zones: readonly string[], live: readonly LiveTask[]) =>
  movesFor(zones, live, () => true).map(({ from, to }) => `${from}>${to}`)

describe("moves between zones", () => {
  test("are those of the published examples", () => {
    assert.deepEqual(moves(["az-1", "az-2"], inZones("az-1", "az-1")), ["az-1>az-2"])
    assert.deepEqual(moves(["az-1", "az-2"], inZones("az-1", "az-2", "az-2")), [])
    assert.deepEqual(moves(abc, inZones("az-a", "az-b", "az-b", "az-c", "az-c")), [])
    assert.deepEqual(moves(abc, inZones("az-a", "az-a", "az-a", "az-b", "az-c")), ["az-a>az-b"])
    assert.deepEqual(moves(abc, inZones("az-a", "az-a", "az-a", "az-b")), ["az-a>az-c"])
  })

  test("even out every distribution, and none of them is in vain", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...abc), { maxLength: 30 }), fc.integer({ min: 1, max: 3 }), (where, n) => {
        const zones = abc.slice(0, n)
        const live = inZones(...where.filter((zone) => zones.includes(zone)))
        const counts = countByZone(zones, live)
        const needed = [...counts.values()].reduce(
          (sum, count) => sum + Math.max(0, count - Math.ceil(live.length / n)),
          0,
        )
        const made = movesFor(zones, live, () => true)
        for (const { from, to } of made) {
          counts.set(from, (counts.get(from) ?? 0) - 1)
          counts.set(to, (counts.get(to) ?? 0) + 1)
        }
        assert.ok(Math.max(...counts.values()) - Math.min(...counts.values()) <= 1)
        assert.ok(made.length >= needed && made.length <= live.length)
      }),
    )
  })
})

/** A steady service of tasks in these zones, that may use `zones`. */
const unbalanced = (where: readonly string[], zones: readonly string[], maximumPercent = 200) => {
  const world = new World({
    desiredCount: where.length,
    availabilityZoneRebalancing: "ENABLED",
    deploymentConfiguration: { minimumHealthyPercent: 100, maximumPercent },
  })
  world.zones = zones.slice(0, 1)
  world.deploy()
  world.run()
  world.live = world.live.map((task, i) => ({ ...task, zone: where[i] ?? "" }))
  world.zones = zones
  return world
}

/** Lets time pass until the service rests, with an eye on its bounds. */
const rest = (world: World, rounds = 60): void => {
  const watch = (plan: ServicePlan) => {
    const { upper, lower } = bounds(world.seen())
    if (plan.kind !== "rebalance") return
    const started = plan.start.reduce((sum, { count }) => sum + count, 0)
    assert.ok(started === 0 || world.live.length + started <= upper, "more than maximumPercent")
    const healthy = world.live.filter((task) => isHealthy(task, world.now)).length
    const lost = plan.stop.filter((task) => isHealthy(task, world.now)).length
    assert.ok(lost === 0 || healthy - lost >= lower, "fewer than minimumHealthyPercent")
    assert.ok(
      plan.stop.every((task) => (task.protectedUntil ?? 0) <= world.now),
      "a protected task is stopped",
    )
  }
  for (let round = 0; round < rounds; round += 1) {
    const next = world.settle(watch)
    world.launch()
    world.now = Math.max(world.now + 1_000, Math.min(next ?? world.now, world.now + 41_000))
  }
  world.settle(watch)
}
/** What was said, but for what is said again every six hours. */
const said = (world: World) => world.messages.filter((message) => !message.includes("steady state"))
const counts = (world: World) => [...countByZone(world.zones, world.live).values()]

describe("a service that is out of balance", () => {
  test("starts in the thin zone, stops in the fat one when that is healthy, and says so", () => {
    const world = unbalanced(["az-a", "az-a", "az-a", "az-b"], abc)
    world.messages = []
    world.settle()
    assert.deepEqual(counts(world), [3, 1, 1])
    world.launch()
    world.settle()
    assert.deepEqual(counts(world), [3, 1, 1], "not before it is healthy")
    world.now += 40_000
    world.settle()
    assert.deepEqual(counts(world), [2, 1, 1])
    assert.deepEqual(said(world), [
      "(service web) is not AZ balanced with 3 tasks in az-a, 1 tasks in az-b, 0 tasks in az-c. AZ Rebalancing in progress.",
      "(service web) is AZ balanced with 2 tasks in az-a, 1 tasks in az-b, 1 tasks in az-c.",
    ])
  })

  test("is interrupted by a deployment, which moves on with its own arithmetic", () => {
    const world = unbalanced(["az-a", "az-a", "az-a", "az-b"], abc)
    world.settle()
    const id = world.deploy()
    world.settle()
    assert.ok(world.messages.includes("(service web) stopped AZ Rebalancing."))
    rest(world)
    assert.ok(world.live.length === 4 && world.live.every((task) => task.deployment === id))
  })

  test("is left alone while the tasks of its fat zone are protected, and tried again later", () => {
    const world = unbalanced(["az-a", "az-a", "az-a"], ["az-a", "az-b"])
    const until = world.now + heldFor
    world.live = world.live.map((task) => ({ ...task, protectedUntil: until }))
    world.settle()
    assert.deepEqual(counts(world), [3, 0])
    assert.deepEqual(said(world).slice(-2), [
      "(service web) was unable to AZ Rebalance because (taskSet ecs-svc/1) was unable to scale in due to (reason 1 tasks under protection)",
      "(service web) stopped AZ Rebalancing.",
    ])
    world.now = until
    rest(world)
    assert.deepEqual(counts(world), [2, 1])
  })

  test("is not touched where rebalancing is off", () => {
    const world = unbalanced(["az-a", "az-a", "az-a"], ["az-a", "az-b"])
    world.service = { ...world.service, availabilityZoneRebalancing: "DISABLED" }
    rest(world)
    assert.deepEqual(counts(world), [3, 0])
  })

  test("comes into balance from every start, whatever dies on the way, and breaks no bound", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...abc), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 101, max: 200 }),
        fc.array(fc.nat(), { maxLength: 4 }),
        (where, maximumPercent, deaths) => {
          const world = unbalanced(where, abc, maximumPercent)
          for (const which of deaths) {
            world.settle()
            const task = world.live[which % Math.max(1, world.live.length)]
            if (task) world.end(task)
            rest(world, 1)
          }
          rest(world, 80)
          const { upper } = bounds(world.seen())
          assert.equal(world.live.length, where.length)
          if (upper <= where.length) return
          const [most, least] = [Math.max(...counts(world)), Math.min(...counts(world))]
          assert.ok(most - least <= 1, `${counts(world)}`)
          assert.equal(world.service.rebalancing, undefined)
        },
      ),
      { numRuns: 300 },
    )
  })
})
