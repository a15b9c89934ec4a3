// Safety of task sets, whatever happens to their tasks: never more than twice a set's count, none of a set's tasks counted
// for another, and every set comes to its count and is stable once nothing breaks any more.
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import type { TaskSetRow } from "../../state/index.ts"
import { planService } from "./plan.ts"
import type { EndedTask, LiveTask, Seen } from "./seen.ts"
import { aService } from "./testing.ts"

const row = (id: string): TaskSetRow => ({
  account: "111122223333",
  region: "us-east-1",
  arn: `arn:aws:ecs:us-east-1:111122223333:task-set/default/web/${id}`,
  id,
  serviceArn: "arn:aws:ecs:us-east-1:111122223333:service/default/web",
  revisionArn: "revision",
  status: "ACTIVE",
  scale: { value: 100, unit: "PERCENT" },
  createdAt: 0,
  updatedAt: 0,
  tags: [],
  stabilityStatus: "STABILIZING",
  stabilityStatusAt: 0,
})

/** A service with two task sets in plain data, in which what was planned happens. */
class Sets {
  now = 1_000
  rows = new Map(["ecs-svc/1", "ecs-svc/2"].map((id) => [id, row(id)]))
  desired = new Map([...this.rows.keys()].map((id) => [id, 2]))
  live: LiveTask[] = []
  ended: EndedTask[] = []
  steadyAt: number | undefined
  #made = 0

  settle(): void {
    for (let turns = 0; turns < 500; turns += 1) {
      const plan = planService(this.#seen(), this.now)
      if (plan.kind === "wait") return
      if (plan.kind === "moves") this.#move(plan.moves)
      else if (plan.kind === "task sets") {
        this.ended = this.ended.filter((task) => !plan.counted.includes(task.arn))
        for (const [arn, patch] of plan.patches) {
          const known = [...this.rows.values()].find((set) => set.arn === arn)
          assert.ok(known)
          this.rows.set(known.id, { ...known, ...patch } as TaskSetRow)
        }
        for (const set of [...this.rows.values()]) if (plan.over.includes(set.arn)) this.rows.delete(set.id)
        this.steadyAt = plan.steadyAt
      } else assert.fail(`a service with task sets is planned ${plan.kind}`)
    }
    assert.fail("the plan never comes to rest")
  }

  #seen(): Seen {
    const steady = this.steadyAt === undefined ? {} : { steadyAt: this.steadyAt }
    return {
      service: aService({ deploymentController: "EXTERNAL", ...steady }),
      older: [],
      live: this.live,
      rollingBack: [],
      leaving: new Set(),
      lingering: false,
      ended: this.ended,
      said: new Set(),
      taskSets: [...this.rows.values()].map((set) => ({
        row: set,
        desired: set.status === "DRAINING" ? 0 : (this.desired.get(set.id) ?? 0),
      })),
    }
  }

  #move(moves: Extract<ReturnType<typeof planService>, { kind: "moves" }>["moves"]): void {
    this.live = this.live.filter((task) => !moves.stop.some((stop) => stop.task === task))
    for (const { deployment, count } of moves.start) {
      const set = this.rows.get(deployment)
      assert.ok(set && set.status !== "DRAINING", "a task is started for a set that is not there")
      for (let i = 0; i < count; i += 1) {
        this.#made += 1
        this.live = [
          ...this.live,
          {
            arn: `task/${this.#made}`,
            deployment,
            running: false,
            createdAt: this.now,
            checked: false,
            health: "UNKNOWN",
            draining: false,
          },
        ]
      }
      const of = this.live.filter((task) => task.deployment === deployment).length
      assert.ok(of <= 2 * (this.desired.get(deployment) ?? 0), "more than twice what the set is to have")
    }
  }

  launch(): void {
    this.live = this.live.map((task) => (task.running ? task : { ...task, running: true, startedAt: this.now }))
  }
}

const steps = fc.oneof(
  fc.record({ kind: fc.constant("scale" as const), set: fc.nat(1), to: fc.nat(5) }),
  fc.record({ kind: fc.constantFrom("die" as const, "sicken" as const, "drain" as const), which: fc.nat() }),
  fc.record({ kind: fc.constant("delete" as const) }),
  fc.record({ kind: fc.constant("launch" as const) }),
  fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 60_000 }) }),
)

test("every task set comes to its count, whatever happens on the way", () => {
  fc.assert(
    fc.property(fc.array(steps, { maxLength: 30 }), (story) => {
      const world = new Sets()
      for (const step of story) {
        const pick = "which" in step ? world.live[step.which % Math.max(1, world.live.length)] : undefined
        if (step.kind === "scale") world.desired.set(`ecs-svc/${step.set + 1}`, step.to)
        else if (step.kind === "launch") world.launch()
        else if (step.kind === "wait") world.now += step.ms
        else if (step.kind === "delete") {
          const set = world.rows.get("ecs-svc/2")
          if (set) world.rows.set(set.id, { ...set, status: "DRAINING" })
        } else if (pick && step.kind === "die") {
          world.live = world.live.filter((task) => task !== pick)
          world.ended = [
            ...world.ended,
            { arn: pick.arn, deployment: pick.deployment, hasRun: pick.running, wasAsked: false },
          ]
        } else if (pick) {
          const change = step.kind === "sicken" ? { checked: true, health: "UNHEALTHY" as const } : { draining: true }
          world.live = world.live.map((task) => (task === pick ? { ...task, ...change } : task))
        }
        world.settle()
      }
      for (let round = 0; round < 60; round += 1) {
        world.launch()
        world.now += 60_000
        world.settle()
      }
      for (const [id, set] of world.rows) {
        assert.equal(world.live.filter((task) => task.deployment === id).length, world.desired.get(id))
        assert.equal(set.stabilityStatus, "STEADY_STATE")
      }
      assert.ok(world.live.every((task) => world.rows.has(task.deployment)))
      assert.equal(world.rows.has("ecs-svc/2"), !story.some(({ kind }) => kind === "delete"))
    }),
    { numRuns: 500 },
  )
})
