// The simulation finds bugs: each of planted.ts within a few seeds, and a found one is told so that it can be read.
import assert from "node:assert/strict"
import { test } from "node:test"
import { bugs } from "./planted.ts"
import { type Ran, run } from "./run.ts"
import { describe, shrink } from "./shrink.ts"

const enough = 120

/** A lie may break more than what it is planted for: the first seed in which it breaks that. */
const find = async ({
  planted,
  violates,
  from = 1,
}: Omit<(typeof bugs)[number], "bug">): Promise<{ seed: number; ran: Ran } | undefined> => {
  for (let seed = from; seed < from + enough; seed += 1) {
    const ran = await run(seed, { planted })
    if (ran.finding && violates.test(ran.finding.invariant)) return { seed, ran }
  }
  return undefined
}

for (const { bug, ...planted } of bugs) {
  test(`the simulation finds ${bug}`, async (t) => {
    const found = await find(planted)
    assert(found, `not found in ${enough} seeds`)
    t.diagnostic(`seed ${found.seed}: ${found.ran.finding?.invariant}: ${found.ran.finding?.what}`)
  })
}

test("a seed that violates something does it again, word for word, and in a shorter story", async () => {
  const [first] = bugs
  const found = first && (await find(first))
  assert(found)
  const { planted } = first
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
