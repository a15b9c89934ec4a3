// How many sandboxes a subnet keeps ready: as many as lately were missed at once, fewer when fewer are asked for, and none
// once nobody asks. Pure.
import type { SandboxPoolRow } from "../../state/index.ts"

/** Each is a container that sleeps: cheap, but not for nothing. */
export const mostKept = 8
/** Demand is counted over so long, in milliseconds of the cloud clock; a subnet that nobody asked in it is given up. */
export const window = 120_000

/** A subnet in which nothing runs any more is given up after so long: whoever has stopped everything wants nothing left. */
export const emptyFor = 10_000

/** When the pool is to be looked at again. */
export const nextLook = ({ window: { from }, emptySince }: SandboxPoolRow): number =>
  emptySince === undefined ? from + window : Math.min(from + window, emptySince + emptyFor)

/** What becomes of the pool of a subnet with so many tasks; undefined: it is given up. */
export const planPool = (known: SandboxPoolRow, tasks: number, now: number): SandboxPoolRow | undefined => {
  const { emptySince = now, ...rest } = known
  if (tasks === 0 && now >= emptySince + emptyFor) return undefined
  const pool = tasks === 0 ? { ...rest, emptySince } : rest
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
