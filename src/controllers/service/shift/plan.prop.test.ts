// Safety of shifts of traffic, whatever happens to tasks, proxies and load balancers: traffic goes to a revision only when
// all of it is healthy, never back and forth, tasks go only where no traffic is, and every shift comes to an end.
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { isHealthy } from "../health.ts"
import type { ServicePlan } from "../plan.ts"
import type { Fate, World } from "../testing.ts"
import { sharesOf } from "./stages.ts"
import { type Front, shiftWorld } from "./testing.ts"

const minute = 60_000

type Step =
  | { readonly kind: "deploy"; readonly fate: Fate }
  | { readonly kind: "stop" }
  | { readonly kind: "scale"; readonly to: number }
  | { readonly kind: "die" | "sicken" | "drain"; readonly which: number }
  | { readonly kind: "launch" | "carry" }
  | { readonly kind: "refuse"; readonly on: boolean }
  | { readonly kind: "wait"; readonly ms: number }

const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("deploy" as const), fate: fates() }) },
  fc.record({ kind: fc.constant("stop" as const) }),
  fc.record({ kind: fc.constant("scale" as const), to: fc.nat(4) }),
  fc.record({ kind: fc.constantFrom("die" as const, "sicken" as const, "drain" as const), which: fc.nat(20) }),
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom("launch" as const, "carry" as const) }) },
  fc.record({ kind: fc.constant("refuse" as const), on: fc.boolean() }),
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.nat(8 * minute) }) },
)

function fates(): fc.Arbitrary<Fate> {
  return fc.constantFrom("runs" as const, "runs" as const, "never starts" as const)
}

const configurations = fc.oneof(
  fc.record({ strategy: fc.constant("BLUE_GREEN" as const), bakeTimeInMinutes: fc.nat(10) }),
  fc.record({
    strategy: fc.constant("LINEAR" as const),
    bakeTimeInMinutes: fc.nat(10),
    linearConfiguration: fc.record({
      stepPercent: fc.integer({ min: 30, max: 1000 }).map((tenths) => tenths / 10),
      stepBakeTimeInMinutes: fc.nat(5),
    }),
  }),
  fc.record({
    strategy: fc.constant("CANARY" as const),
    bakeTimeInMinutes: fc.nat(10),
    canaryConfiguration: fc.record({
      canaryPercent: fc.integer({ min: 1, max: 1000 }).map((tenths) => tenths / 10),
      canaryBakeTimeInMinutes: fc.nat(5),
    }),
  }),
)

/** Fails when a plan does what it must not; keeps what every deployment was given so far. */
const watch = (world: World, front: Front, given: Map<string, number[]>) => (plan: ServicePlan) => {
  if (plan.kind === "shift" && plan.step.do === "tell") {
    const { deployment, step } = plan
    const before = world.deployment(deployment).shift?.production ?? 0
    const told = given.get(deployment) ?? []
    if (step.production !== before) given.set(deployment, [...told, step.production])
    if (step.production > before) {
      const tasks = world.live.filter((task) => task.deployment === deployment)
      assert.ok(tasks.length >= world.service.desiredCount, "all tasks are there before there is traffic for them")
      assert.ok(
        tasks.every((task) => isHealthy(task, world.now)),
        "traffic is for healthy tasks only",
      )
      assert.ok(!told.includes(0), "what gave its traffic back gets none again")
    } else assert.equal(step.production === 0 || step.production === before, true, "it goes back as a whole")
  }
  if (plan.kind !== "moves") return
  for (const { task, why } of plan.moves.stop) {
    if (why !== "deployment" || !task.running) continue
    const group = front.group(task.deployment)
    const left = world.live.filter(
      (one) => front.group(one.deployment) === group && one.deployment !== task.deployment && isHealthy(one, world.now),
    )
    const isFree = front.rule[group] === 0 && front.carried[group] === 0
    assert.ok(isFree || left.length >= world.service.desiredCount, `${task.deployment} loses a task with traffic on it`)
  }
}

const act = (world: World, front: Front, step: Step): void => {
  switch (step.kind) {
    case "deploy":
      front.deploy(world, step.fate)
      break
    case "stop":
      world.deployments = world.deployments.map((d) =>
        d.status === "IN_PROGRESS" ? { ...d, status: "ROLLBACK_REQUESTED", statusReason: "stopped" } : d,
      )
      break
    case "scale":
      world.service = { ...world.service, desiredCount: step.to }
      break
    case "launch":
      world.launch()
      break
    case "carry":
      front.carry()
      break
    case "refuse":
      front.refuses = step.on
      break
    case "wait":
      world.now += step.ms
      break
    default: {
      const task = world.live[step.which % Math.max(1, world.live.length)]
      if (!task) break
      if (step.kind === "die") {
        world.end(task)
        break
      }
      const change = step.kind === "drain" ? { draining: true } : { checked: true, health: "UNHEALTHY" as const }
      world.live = world.live.map((one) => (one === task ? { ...one, ...change } : one))
    }
  }
}

test("traffic is only for healthy revisions, moves one way, and every shift ends", () => {
  fc.assert(
    fc.property(
      configurations,
      fc.record({ enable: fc.boolean(), rollback: fc.boolean() }),
      fc.array(steps, { maxLength: 40 }),
      (configuration, deploymentCircuitBreaker, story) => {
        const percents = { minimumHealthyPercent: 100, maximumPercent: 200 }
        const { world, front } = shiftWorld({
          deploymentConfiguration: { ...percents, ...configuration, deploymentCircuitBreaker },
        })
        const given = new Map<string, number[]>()
        const look = watch(world, front, given)
        front.deploy(world)
        for (const step of story) {
          act(world, front, step)
          world.settle(look)
        }
        front.refuses = false
        world.service = { ...world.service, desiredCount: Math.max(1, world.service.desiredCount) }
        const last = front.deploy(world)
        for (let round = 0; round < 300 && world.deployment(last).rolloutState !== "COMPLETED"; round += 1) {
          const next = world.settle(look)
          world.launch()
          front.carry()
          world.now = Math.max(world.now + 1_000, Math.min(next ?? world.now, world.now + 10 * minute))
        }
        const { rolloutState, status, shift } = world.deployment(last)
        assert.deepEqual([rolloutState, status, shift?.over], ["COMPLETED", "SUCCESSFUL", true])
        assert.ok(world.live.every((task) => task.deployment === last))
        assert.equal(world.live.length, world.service.desiredCount)
        assert.equal(front.carried[front.group(last)], 100)
        const told = given.get(last) ?? []
        const shares = sharesOf(world.service.deploymentConfiguration)
        const grown = told.filter((percent) => percent > 0)
        // All of the rest at once where nobody healthy is left to have it.
        assert.deepEqual(grown, [...shares.slice(0, grown.length - 1), 100])
      },
    ),
    { numRuns: 300 },
  )
})

test("shares grow to 100 in equal steps, or by the canary first", () => {
  fc.assert(
    fc.property(configurations, (configuration) => {
      const shares = sharesOf(configuration)
      assert.equal(shares.at(-1), 100)
      assert.ok(shares.every((share, i) => share > (shares[i - 1] ?? 0)))
      if (configuration.strategy !== "LINEAR") return
      const { stepPercent } = configuration.linearConfiguration
      for (const [i, share] of shares.slice(0, -1).entries()) {
        assert.ok(Math.abs(share - (i + 1) * stepPercent) < 1e-9)
      }
    }),
  )
})
