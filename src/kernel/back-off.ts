// Growing pauses between attempts. Pure: the caller keeps the number of failures and owns the timer.

/** A schedule of pauses, in milliseconds. */
export interface BackOff {
  readonly first: number
  readonly factor: number
  readonly max: number
}

/** The pause before the next attempt after `failures` failures in a row (1 gives `first`). */
export const pauseAfter = (schedule: BackOff, failures: number): number =>
  failures <= 0 ? 0 : Math.min(schedule.max, schedule.first * schedule.factor ** Math.min(failures - 1, 64))
