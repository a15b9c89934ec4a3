// Virtual time for tests: nothing passes until `advance`, and then timers fire in order with everything that they set
// off done before the next. Nothing here waits for real time.
import type { Cancel, Clock, Instant } from "../../src/kernel/index.ts"

interface Timer {
  readonly t: Instant
  readonly fn: () => void
}

// Work that always schedules more work "now" would keep `advance` going for ever; no honest chain is this long.
const turnLimit = 100_000

/** See the head of the file. Begins at 2024-01-01T00:00:00Z unless told otherwise. */
export class TestClock implements Clock {
  #now: Instant
  /** In the order in which they are due; equal times in the order in which they were set. */
  readonly #timers: Timer[] = []
  /** Timers that were due when they were set, waiting for the next turn of the event loop. */
  #turning = 0

  constructor(now: Instant = Date.UTC(2024, 0, 1)) {
    this.#now = now
  }

  now(): Instant {
    return this.#now
  }

  at(t: Instant, fn: () => void): Cancel {
    if (t <= this.#now) return this.#nextTurn(fn)
    const timer = { t, fn }
    this.#timers.splice(this.#placeAfter(t), 0, timer)
    return () => {
      const at = this.#timers.lastIndexOf(timer, this.#placeAfter(t))
      if (at !== -1) this.#timers.splice(at, 1)
    }
  }

  /**
   * Lets `ms` milliseconds pass: fires every timer that becomes due, at its own time, and after each of them lets
   * promises, setImmediate and what these set off come to rest. An error of a timer fails the call.
   */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms
    await this.settle()
    for (let next = this.#timers[0]; next && next.t <= until; next = this.#timers[0]) {
      this.#timers.shift()
      this.#now = next.t
      next.fn()
      await this.settle()
    }
    this.#now = until
    await this.settle()
  }

  /** Lets what is due now happen, without letting time pass. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < turnLimit; turn++) {
      // All promises that can go on do so before an immediate; two turns also see the immediates that those set.
      await new Promise(setImmediate)
      await new Promise(setImmediate)
      if (this.#turning === 0) return
    }
    throw new Error("Timers that are due at once set each other without end")
  }

  /** How many timers wait: a component that was stopped leaves none. */
  get pending(): number {
    return this.#timers.length + this.#turning
  }

  /** Where a timer that is set now for `t` stands: simulations hold thousands, so it is searched and not walked to. */
  #placeAfter(t: Instant): number {
    let low = 0
    let high = this.#timers.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#timers[middle]?.t ?? t) <= t) low = middle + 1
      else high = middle
    }
    return low
  }

  #nextTurn(fn: () => void): Cancel {
    this.#turning++
    let over = false
    const end = () => {
      if (!over) this.#turning--
      over = true
    }
    const immediate = setImmediate(() => {
      end()
      fn()
    })
    return () => {
      clearImmediate(immediate)
      end()
    }
  }
}
