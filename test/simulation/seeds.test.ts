// Thousands of stories of the whole control plane, each of one seed: see README.md.
import assert from "node:assert/strict"
import { test } from "node:test"
import type { Checks } from "./invariants.ts"
import { run } from "./run.ts"
import { describe, shrink } from "./shrink.ts"

const { SIMULATION_SEED, SIMULATION_SEEDS, SIMULATION_FROM, SIMULATION_WITHOUT } = process.env
const count = Number(SIMULATION_SEEDS ?? 100)
const first = Number(SIMULATION_FROM ?? 1)

if (SIMULATION_SEED !== undefined) {
  test(`seed ${SIMULATION_SEED} violates nothing`, async () => {
    const seed = Number(SIMULATION_SEED)
    const without = new Set((SIMULATION_WITHOUT ?? "").split(",").filter(Boolean).map(Number))
    const ran = await run(seed, { without })
    console.log(ran.story.join("\n"))
    if (ran.finding) assert.fail(describe(seed, { ran, without }))
  })
} else {
  test("no run of the control plane under faults violates an invariant, and each comes to rest", async (t) => {
    const checks: Checks = new Map()
    let steps = 0
    let lives = 0
    for (let seed = first; seed < first + count; seed += 1) {
      const ran = await run(seed, { checks })
      steps += ran.steps
      lives += ran.lives
      if (ran.finding) assert.fail(describe(seed, await shrink(seed, ran)))
    }
    const looked = [...checks.values()].reduce((sum, times) => sum + times, 0)
    t.diagnostic(
      `note: ${count} seeds, ${steps} steps, ${lives} lives of the control plane; ${checks.size} invariants, looked at ${looked} times:`,
    )
    for (const [invariant, times] of [...checks].toSorted()) t.diagnostic(`note:   ${invariant}: ${times}`)
  })
}
