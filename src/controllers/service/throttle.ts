// The back-off of launches that fail, and of tasks that die young, again and again. Pure.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html, aws-behaviour.md 2.3
import type { LiveTask } from "./seen.ts"

/** So many launches in a row may fail before the next has to wait. */
export const freeFailures = 2
const firstPause = 20_000
const longestPause = 27 * 60_000

/**
 * Milliseconds to wait after the `failures`-th launch in a row that never reached RUNNING. AWS publishes the longest
 * pause only (27 minutes); the steps to it are ours: docs/decisions/0010-launch-throttle.md.
 */
export const pauseAfterFailure = (failures: number): number =>
  failures <= freeFailures ? 0 : Math.min(longestPause, firstPause * 3 ** (failures - freeFailures - 1))

/** Whether a launch has come to RUNNING since the last one failed: tasks that ran before say nothing of the next. */
export const hasRunSince = (
  { failures, until }: { readonly failures: number; readonly until: number },
  live: readonly LiveTask[],
): boolean => {
  const failedAt = until - pauseAfterFailure(failures)
  return live.some((task) => task.running && (task.startedAt ?? 0) > failedAt)
}

/** Tasks of a deployment that ran and soon ended by themselves, one after the other, and when the next may be started. */
export interface Churn {
  readonly deaths: number
  readonly lastAt: number
  readonly until: number
}

/** A task that ran no longer died young. */
const shortLife = 10_000
/** So long after the last such death all are forgotten. Longer than a pause and a short life together. */
const forgottenAfter = 60_000
/** So often may all the tasks of a service die young before their replacements have to wait. */
const freeRounds = 3
const firstRest = 1_000
const longestRest = 8_000

/** Whether a life of `lived` milliseconds, from RUNNING to STOPPED, is a sign of a crash loop. */
export const isShortLife = (lived: number | undefined): boolean => lived !== undefined && lived < shortLife

/**
 * What is known of short lives after `deaths` more, of a service that wants `wanted` tasks. AWS replaces what has run at once,
 * always, and is slow enough for that; here it would be several containers a second for ever: docs/decisions/0010-launch-throttle.md.
 */
export const churnAfter = (known: Churn | undefined, deaths: number, wanted: number, now: number): Churn => {
  const all = deaths + (known && now - known.lastAt < forgottenAfter ? known.deaths : 0)
  const rounds = Math.floor(all / Math.max(1, wanted))
  const rest = rounds <= freeRounds ? 0 : Math.min(longestRest, firstRest * 2 ** (rounds - freeRounds - 1))
  return { deaths: all, lastAt: now, until: now + rest }
}
