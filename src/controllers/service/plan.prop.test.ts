// Safety of the plan of a service, whatever happens to its tasks: never more wanted than maximumPercent, never fewer
// healthy by our own doing than minimumHealthyPercent, and everything comes to rest once nothing breaks any more.
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { isHealthy } from "./health.ts"
import type { ServicePlan } from "./plan.ts"
import { bounds } from "./rolling.ts"
import { World } from "./testing.ts"

type Step =
  | { readonly kind: "deploy"; readonly fate: "runs" | "never starts" }
  | { readonly kind: "scale"; readonly to: number }
  | { readonly kind: "die"; readonly which: number }
  | { readonly kind: "sicken"; readonly which: number }
  | { readonly kind: "drain"; readonly which: number }
  | { readonly kind: "launch" }
  | { readonly kind: "wait"; readonly ms: number }

const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("deploy" as const), fate: fc.constantFrom("runs" as const, "never starts" as const) }),
  fc.record({ kind: fc.constant("scale" as const), to: fc.nat(6) }),
  fc.record({ kind: fc.constant("die" as const), which: fc.nat(20) }),
  fc.record({ kind: fc.constant("sicken" as const), which: fc.nat(20) }),
  fc.record({ kind: fc.constant("drain" as const), which: fc.nat(20) }),
  fc.record({ kind: fc.constant("launch" as const) }),
  fc.record({ kind: fc.constant("wait" as const), ms: fc.nat(120_000) }),
)

const services = fc
  .record({
    desiredCount: fc.nat(6),
    minimumHealthyPercent: fc.integer({ min: 0, max: 100 }),
    maximumPercent: fc.integer({ min: 100, max: 300 }),
    enable: fc.boolean(),
    rollback: fc.boolean(),
  })
  .filter((s) => s.minimumHealthyPercent < 100 || s.maximumPercent > 100)

/** Fails when a plan breaks a bound that held before it. */
const watch = (world: World) => (plan: ServicePlan) => {
  if (plan.kind !== "moves") return
  const { lower, upper } = bounds(world.seen())
  const { start, stop } = plan.moves
  const started = start.reduce((sum, { count }) => sum + count, 0)
  const wanted = world.live.length - stop.length + started
  assert.ok(started === 0 || wanted <= upper, `${wanted} wanted of at most ${upper}`)
  // Scaling in is the caller's wish, and a sick task is not healthy.
  const given = stop.filter(({ why }) => why === "deployment" || why === "draining").map(({ task }) => task)
  const lost = given.filter((task) => isHealthy(task, world.now)).length
  const healthy = world.live.filter((task) => isHealthy(task, world.now)).length
  const scaled = stop.filter(({ why, task }) => why === "scaling" && isHealthy(task, world.now)).length
  assert.ok(lost === 0 || healthy - scaled - lost >= lower, `${healthy} healthy, ${lost} given up, at least ${lower}`)
  const arns = stop.map(({ task }) => task.arn)
  assert.equal(new Set(arns).size, arns.length, "a task is stopped once")
}

const act = (world: World, step: Step): void => {
  const pick = (which: number) => world.live[which % Math.max(1, world.live.length)]
  switch (step.kind) {
    case "deploy":
      world.deploy(step.fate)
      break
    case "scale":
      world.service = { ...world.service, desiredCount: step.to }
      break
    case "die": {
      const task = pick(step.which)
      if (task) world.end(task)
      break
    }
    case "sicken": {
      const task = pick(step.which)
      world.live = world.live.map((t) => (t === task ? { ...t, checked: true, health: "UNHEALTHY" } : t))
      break
    }
    case "drain": {
      const task = pick(step.which)
      world.live = world.live.map((t) => (t === task ? { ...t, draining: true } : t))
      break
    }
    case "launch":
      world.launch()
      break
    case "wait":
      world.now += step.ms
  }
}

test("no bound is broken, and a good deployment completes once nothing breaks any more", () => {
  fc.assert(
    fc.property(services, fc.array(steps, { maxLength: 40 }), (settings, story) => {
      const { desiredCount, minimumHealthyPercent, maximumPercent, enable, rollback } = settings
      const world = new World({
        desiredCount,
        deploymentConfiguration: {
          minimumHealthyPercent,
          maximumPercent,
          deploymentCircuitBreaker: { enable, rollback },
        },
      })
      world.deploy()
      for (const step of story) {
        act(world, step)
        world.settle(watch(world))
      }
      // A last, good deployment of a service whose percentages let at least one task move.
      world.service = { ...world.service, desiredCount: Math.max(1, world.service.desiredCount) }
      const { lower, upper } = bounds(world.seen())
      const moves = lower < world.service.desiredCount || upper > world.service.desiredCount
      const last = world.deploy()
      for (let round = 0; round < 100; round += 1) {
        const next = world.settle(watch(world))
        world.launch()
        world.now = Math.max(world.now + 1_000, Math.min(next ?? world.now, world.now + 41_000))
      }
      world.settle(watch(world))
      if (!moves) return
      assert.equal(world.deployment(last).rolloutState, "COMPLETED")
      assert.equal(world.live.length, world.service.desiredCount)
      assert.ok(world.live.every((task) => task.deployment === last && isHealthy(task, world.now)))
    }),
    { numRuns: 2_000 },
  )
})
