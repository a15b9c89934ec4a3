// The back-off of launches that fail, again and again. Pure.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html, aws-behaviour.md 2.3

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
