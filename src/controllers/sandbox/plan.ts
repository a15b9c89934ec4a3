// How many sandboxes a subnet keeps ready: as many as lately were missed at once, fewer when fewer are asked for, and none
// once nobody asks. Pure.
import type { SandboxPoolRow } from "../../state/index.ts"

/** Each is a container that sleeps: cheap, but not for nothing. */
export const mostKept = 8
/** Demand is counted over so long, in milliseconds of the cloud clock; a subnet that nobody asked in it is given up. */
export const window = 120_000

/** What becomes of the pool; undefined: it is given up. */
export const planPool = (pool: SandboxPoolRow, now: number): SandboxPoolRow | undefined => {
  const grown = Math.min(mostKept, pool.wanted + pool.missed - pool.answered)
  if (now < pool.window.from + window) return { ...pool, wanted: grown, answered: pool.missed }
  const lately = pool.asked - pool.window.asked
  if (lately === 0) return undefined
  return {
    ...pool,
    wanted: Math.min(grown, lately),
    answered: pool.missed,
    window: { from: now, asked: pool.asked },
  }
}
