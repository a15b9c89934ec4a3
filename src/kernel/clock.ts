// The seam through which time enters the program: every timer and every "now" comes from a Clock.
// No timer of Node's own is used outside the implementations in main/ (real) and test/support/ (virtual).

/** Milliseconds since the epoch. Fractions are allowed and are cut off where a record keeps the value. */
export type Instant = number

/** Ends a timer. Calling it twice, or after the timer fired, does nothing. */
export type Cancel = () => void

/** A source of time. `wall` follows the machine; `cloud` may run faster (DESIGN section 2, "Two clocks"). */
export interface Clock {
  now(): Instant
  /** Calls `fn` once, when `now()` has reached `t`; at the next turn of the event loop when `t` is past. */
  at(t: Instant, fn: () => void): Cancel
}

/** The two clocks of a process. */
export interface Clocks {
  /** Signatures, credential expiry, TLS, Docker, log event times, agent and proxy timers. */
  readonly wall: Clock
  /** Timers of AWS behaviour, metric periods, timestamps of the API. */
  readonly cloud: Clock
}

/** Calls `fn` every `every` ms of `clock` until cancelled; a run never overlaps with itself in time. */
export const repeat = (clock: Clock, every: number, fn: () => void): Cancel => {
  let cancelled = false
  let cancel: Cancel = () => {}
  const arm = () => {
    cancel = clock.at(clock.now() + every, () => {
      if (cancelled) return
      fn()
      if (!cancelled) arm()
    })
  }
  arm()
  return () => {
    cancelled = true
    cancel()
  }
}

/** Resolves when `ms` milliseconds of `clock` have passed, or as soon as `signal` aborts. */
export const delay = (clock: Clock, ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal?.aborted) return resolve()
    const cancel = clock.at(clock.now() + ms, done)
    function done() {
      cancel()
      signal?.removeEventListener("abort", done)
      resolve()
    }
    signal?.addEventListener("abort", done)
  })
