// The simulation finds bugs: each of planted.ts within a few seeds, and a found one is told so that it can be read.
import assert from "node:assert/strict"
import { test } from "node:test"
import { bugs } from "./planted.ts"
import { type Ran, run } from "./run.ts"
import { describe, shrink } from "./shrink.ts"

const enough = 120

const find = async (planted: (typeof bugs)[number]["planted"]): Promise<{ seed: number; ran: Ran } | undefined> => {
  for (let seed = 1; seed <= enough; seed += 1) {
    const ran = await run(seed, { planted })
    if (ran.finding) return { seed, ran }
  }
  return undefined
}

for (const { bug, planted, violates } of bugs) {
  test(`the simulation finds ${bug}`, async (t) => {
    const found = await find(planted)
    assert(found, `not found in ${enough} seeds`)
    assert.match(found.ran.finding?.invariant ?? "", violates, found.ran.finding?.what)
    t.diagnostic(`seed ${found.seed}: ${found.ran.finding?.invariant}: ${found.ran.finding?.what}`)
  })
}

test("a seed that violates something does it again, word for word, and in a shorter story", async () => {
  const planted = bugs[0]?.planted ?? {}
  const found = await find(planted)
  assert(found)
  const { seed, ran } = found
  const again = await run(seed, { planted })
  assert.deepEqual(again, ran)
  const shrunk = await shrink(seed, ran, { planted })
  assert.equal(shrunk.ran.finding?.invariant, ran.finding?.invariant)
  assert(shrunk.ran.story.length < ran.story.length, describe(seed, shrunk))
  const replayed = await run(seed, { planted, without: shrunk.without })
  assert.deepEqual(replayed.finding, shrunk.ran.finding)
  assert.match(describe(seed, shrunk), new RegExp(`SIMULATION_SEED=${seed} SIMULATION_WITHOUT=`))
})
