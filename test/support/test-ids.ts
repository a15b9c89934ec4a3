// Identifiers that repeat: the same seed gives the same ids in the same order.
import { type Ids, newIds, type RandomSource } from "../../src/kernel/index.ts"

/** Mulberry32: small, fast and good enough to look random; not for secrets. */
export const seededRandom = (seed: number): RandomSource => {
  let state = seed >>> 0
  return (bytes) => {
    for (let i = 0; i < bytes.length; i++) {
      state = (state + 0x6d2b79f5) >>> 0
      let mixed = Math.imul(state ^ (state >>> 15), state | 1)
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
      bytes[i] = (mixed ^ (mixed >>> 14)) & 0xff
    }
  }
}

/** {@link Ids} over a seeded source. */
export const testIds = (seed = 1): Ids => newIds(seededRandom(seed))
