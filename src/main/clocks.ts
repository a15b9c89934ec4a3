// The real clocks of a process. The cloud clock may run N times as fast as the wall's; it never goes back, not even when N
// changes between two starts, because it goes on from where it was.
import type { Cancel, Clock, Instant } from "../kernel/index.ts"

/** Node's timers take at most 2^31-1 ms; longer waits are made of several. */
const longestTimer = 2 ** 31 - 1

const timer = (now: () => Instant, realMs: (until: Instant) => number): Clock => ({
  now,
  at: (t, fn): Cancel => {
    let handle: NodeJS.Timeout
    const arm = () => {
      const left = realMs(t)
      handle = setTimeout(() => (left > longestTimer ? arm() : fn()), Math.max(0, Math.min(left, longestTimer)))
    }
    arm()
    return () => clearTimeout(handle)
  },
})

/** The machine's clock. */
export const wallClock: Clock = timer(
  () => Date.now(),
  (t) => t - Date.now(),
)

/** From when on, and how fast, the cloud clock runs: kept in the settings table. */
export interface CloudAnchor {
  /** The wall's time at which `cloud` was the time. */
  readonly wall: Instant
  readonly cloud: Instant
  readonly scale: number
}

/** The cloud's time at a time of the wall. */
export const cloudTime = (anchor: CloudAnchor, wall: Instant): Instant =>
  anchor.cloud + Math.max(0, wall - anchor.wall) * anchor.scale

/** The wall's time at a time of the cloud: the other way round. Before the anchor both are taken to run alike. */
export const wallTime = (anchor: CloudAnchor, cloud: Instant): Instant =>
  anchor.wall + (cloud - anchor.cloud) / (cloud > anchor.cloud ? anchor.scale : 1)

/** The anchor for a start at `wall` with `scale`: the old one while the scale is the same, else one that goes on from it. */
export const anchorAt = (known: CloudAnchor | undefined, wall: Instant, scale: number): CloudAnchor => {
  if (!known) return { wall, cloud: wall, scale }
  return known.scale === scale ? known : { wall, cloud: cloudTime(known, wall), scale }
}

/** The clock of an anchor. */
export const cloudClock = (anchor: CloudAnchor): Clock => {
  let last = 0
  return timer(
    () => {
      last = Math.max(last, cloudTime(anchor, Date.now()))
      return last
    },
    (t) => (t - cloudTime(anchor, Date.now())) / anchor.scale,
  )
}
