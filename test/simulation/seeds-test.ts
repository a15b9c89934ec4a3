// The test of a range of seeds, or of the one that the environment names: see README.md.
import assert from "node:assert/strict"
import { test } from "node:test"
import type { Checks } from "./invariants.ts"
import { run } from "./run.ts"
import { describe, shrink } from "./shrink.ts"

const { SIMULATION_SEED, SIMULATION_SEEDS, SIMULATION_FROM, SIMULATION_WITHOUT } = process.env

/** `SIMULATION_SEEDS` seeds (400) from `SIMULATION_FROM` (1) on, in the part of them that begins after `offset`. */
export const seedsTest = (offset: number): void => {
  const count = Number(SIMULATION_SEEDS ?? 400)
  const first = Number(SIMULATION_FROM ?? 1) + offset
  test("no run of the control plane under faults violates an invariant, and each comes to rest", async (t) => {
    const checks: Checks = new Map()
    const began = process.cpuUsage().user
    let steps = 0
    let lives = 0
    for (let seed = first; seed < first + count; seed += 1) {
      const ran = await run(seed, { checks })
      steps += ran.steps
      lives += ran.lives
      if (ran.finding) assert.fail(describe(seed, await shrink(seed, ran)))
    }
    const looked = [...checks.values()].reduce((sum, times) => sum + times, 0)
    const seconds = ((process.cpuUsage().user - began) / 1e6).toFixed(1)
    t.diagnostic(
      `note: ${count} seeds from ${first}, ${steps} steps, ${lives} lives of the control plane, ${seconds} s of CPU`,
    )
    t.diagnostic(
      `note: ${checks.size} invariants, looked at ${looked} times: ${[...checks.keys()].toSorted().join("; ")}`,
    )
  })
}

/** The seed that the environment names, with its story; answers whether it names one. */
export const replay = (): boolean => {
  if (SIMULATION_SEED === undefined) return false
  test(`seed ${SIMULATION_SEED} violates nothing`, async () => {
    const seed = Number(SIMULATION_SEED)
    const without = new Set((SIMULATION_WITHOUT ?? "").split(",").filter(Boolean).map(Number))
    const ran = await run(seed, { without })
    console.log(ran.story.join("\n"))
    if (ran.finding) assert.fail(describe(seed, { ran, without }))
  })
  return true
}
