// Waiting for what the demo expects to see.
import assert from "node:assert/strict"
import { type Clock, delay } from "../../kernel/index.ts"
import { patience } from "./fetch.ts"

/** Asks until it answers something; fails with what `why` says when it never does. */
export type Until = <T>(look: () => Promise<T | undefined>, why: () => string) => Promise<T>

/** By the clock of the demo. */
export const untilBy =
  (clock: Clock): Until =>
  async (look, why) => {
    const end = clock.now() + patience
    for (;;) {
      const found = await look()
      if (found !== undefined) return found
      assert.ok(clock.now() < end, why())
      await delay(clock, 100)
    }
  }
