// Makes a story that violates something shorter: leaves out steps, many at a time first, as long as the same is violated.
import { type Ran, type RunOptions, run, stepsOf } from "./run.ts"

/** Runs that are spent on it at most: a story needs to be readable, not minimal. */
const mostRuns = 80

export interface Shrunk {
  readonly ran: Ran
  readonly without: ReadonlySet<number>
}

/** See the head of the file. `found` is what the whole run of the seed answered. */
export const shrink = async (seed: number, found: Ran, options: RunOptions = {}): Promise<Shrunk> => {
  let best: Shrunk = { ran: found, without: new Set() }
  let runs = 0
  const steps = Math.min(options.steps ?? stepsOf(seed), found.steps)
  for (let size = Math.ceil(steps / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < steps && runs < mostRuns; from += size) {
      const without = new Set(best.without)
      for (let step = from; step < from + size; step += 1) without.add(step)
      if (without.size === best.without.size) continue
      runs += 1
      const ran = await run(seed, { ...options, steps, without, checks: new Map() })
      if (ran.finding?.invariant === found.finding?.invariant) best = { ran, without }
    }
  }
  return best
}

/** What to tell of a finding, with the command that shows it again. */
export const describe = (seed: number, { ran, without }: Shrunk): string =>
  [
    `Seed ${seed} violates "${ran.finding?.invariant}": ${ran.finding?.what}`,
    "",
    ...ran.story,
    "",
    `Again: SIMULATION_SEED=${seed}${without.size > 0 ? ` SIMULATION_WITHOUT=${[...without].join(",")}` : ""} npm test -- test/simulation/seeds/first`,
  ].join("\n")
