// Any task under any order of events: nothing goes back, nothing starts before what it waits for, and all comes to rest.
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { container, fargateTask, stopOf } from "../../../test/support/acs-task.ts"
import { simulatedHost } from "../../../test/support/simulated-host.ts"
import type { TaskSnapshot } from "../types.ts"

const statuses = ["NONE", "MANIFEST_PULLED", "PULLED", "CREATED", "RUNNING", "STOPPED"]
const ms = fc.constantFrom(0, 1, 50, 1000)
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 })

const script = fc.record({
  PULL_MS: ms,
  START_MS: ms,
  STOP_MS: fc.constantFrom(0, 100, 90_000),
  EXIT_AFTER_MS: optional(ms),
  EXIT_CODE: fc.constantFrom(0, 1),
  HEALTH: optional(fc.constantFrom("healthy@10", "unhealthy@10")),
  PULL_ERROR: fc.option(fc.constant("pull-denied: no"), { nil: undefined, freq: 12 }),
  START_ERROR: fc.option(fc.constant("no such file"), { nil: undefined, freq: 12 }),
})
const shape = fc.record({
  script,
  essential: fc.boolean(),
  /** Of an earlier container, which keeps circles out. */
  dependsOn: optional(
    fc.record({ on: fc.nat(2), condition: fc.constantFrom("START", "COMPLETE", "SUCCESS", "HEALTHY") }),
  ),
})

test("a task's states only move forward, dependencies hold, and every task comes to an end", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(shape, { minLength: 1, maxLength: 4 }),
      optional(fc.constantFrom(0, 30, 500)),
      optional(fc.constantFrom(10, 60, 700)),
      async (shapes, stopAt, crashAt) => {
        const host = await simulatedHost()
        const containers = shapes.map(({ script: words, essential, dependsOn }, i) =>
          container(`c${i}`, {
            essential: essential || i === 0,
            environment: Object.fromEntries(
              Object.entries(words).flatMap(([name, value]) =>
                value === undefined ? [] : [[`ROADSTEAD_SIM_${name}`, String(value)]],
              ),
            ),
            startTimeout: 120,
            healthCheckType: "docker",
            config: { Healthcheck: { Test: ["CMD", "true"] } },
            ...(dependsOn &&
              i > 0 && {
                dependsOn: [{ containerName: `c${dependsOn.on % i}`, condition: dependsOn.condition as "START" }],
              }),
          }),
        )
        const task = fargateTask(9, containers)
        await host.accept(task)
        const events = [
          { at: stopAt ?? 300_000, run: () => host.accept(stopOf(task)) },
          ...(crashAt === undefined ? [] : [{ at: crashAt, run: () => host.restart() }]),
        ].sort((a, b) => a.at - b.at)
        let now = 0
        for (const { at, run } of events) {
          await host.clock.advance(at - now)
          now = at
          await run()
        }
        await host.clock.advance(600_000)
        assert.equal(host.task(task).known, "STOPPED")
        const last = host.task(task)
        for (const one of last.containers) assert.equal(one.known, "STOPPED")
        checkHistory(host.changes.map((change) => change.task))
        checkDependencies(last)
        assert.deepEqual(
          (await host.driver.list({})).filter((state) => state.status === "running"),
          [],
        )
        host.engine.settled(task.arn)
        await host.clock.settle()
        assert.deepEqual(await host.driver.list({}), [])
      },
    ),
    { numRuns: 150 },
  )
})

const checkHistory = (history: readonly TaskSnapshot[]): void => {
  for (const [i, task] of history.entries()) {
    const before = history[i - 1]
    if (!before) continue
    assert.ok(statuses.indexOf(task.known) >= statuses.indexOf(before.known), `${before.known} → ${task.known}`)
    assert.ok(!(before.desired === "STOPPED" && task.desired === "RUNNING"))
    for (const [j, one] of task.containers.entries()) {
      const was = before.containers[j]
      assert.ok(
        statuses.indexOf(one.known) >= statuses.indexOf(was?.known ?? "NONE"),
        `${one.name}: ${was?.known} → ${one.known}`,
      )
    }
  }
}

const checkDependencies = (task: TaskSnapshot): void => {
  for (const one of task.containers) {
    for (const { containerName, condition } of one.definition.dependsOn ?? []) {
      const other = task.containers.find((container) => container.name === containerName)
      if (one.startedAt === undefined || !other) continue
      assert.ok(
        other.startedAt !== undefined && other.startedAt <= one.startedAt,
        `${one.name} started before ${other.name}`,
      )
      if (condition !== "COMPLETE" && condition !== "SUCCESS") continue
      assert.ok(
        (other.finishedAt ?? Number.POSITIVE_INFINITY) <= one.startedAt,
        `${one.name} started before ${other.name} ended`,
      )
      if (condition === "SUCCESS") assert.equal(other.exitCode, 0)
    }
  }
}
