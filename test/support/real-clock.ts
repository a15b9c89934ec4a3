// The machine's own time for live tests, which wait for real processes. Unit tests and scenarios use the virtual clock.
import type { Clock } from "../../src/kernel/index.ts"

/** A {@link Clock} over Node's timers. */
export const realClock: Clock = {
  now: () => Date.now(),
  at: (t, fn) => {
    const timer = setTimeout(fn, Math.max(0, t - Date.now()))
    return () => clearTimeout(timer)
  },
}
