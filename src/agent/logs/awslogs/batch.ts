// Fills one PutLogEvents: as many waiting messages as the service takes in one call. Pure.
import type { LogEvent } from "./join.ts"

/** The limits of PutLogEvents; every event counts 26 bytes on top of its UTF-8 text. */
const limits = { events: 10_000, bytes: 1_048_576, overhead: 26, span: 24 * 3_600_000 }

export interface Batch {
  readonly events: { readonly timestamp: number; readonly message: string }[]
  /** How many of the waiting messages are in it. */
  readonly count: number
  /** The end of the last of them. */
  readonly to: number
}

/** What an event counts for in a batch beyond its text. */
export const eventOverhead = limits.overhead

/** What an event counts for. */
export const bytesOf = (event: LogEvent): number => Buffer.byteLength(event.text) + limits.overhead

/**
 * The next batch of a queue that is not empty. The order of the file is kept: the service wants times that do not go
 * back, so an event that would (stderr written a moment before stdout) gets the time of the one before it.
 */
export const fillBatch = (waiting: readonly LogEvent[], now: number): Batch => {
  const events: Batch["events"] = []
  let bytes = 0
  let first = 0
  let last = 0
  let to = 0
  for (const message of waiting) {
    const timestamp = Math.max(last, Math.floor(message.time || now))
    if (events.length === 0) first = timestamp
    bytes += bytesOf(message)
    if (
      events.length > 0 &&
      (bytes > limits.bytes || events.length >= limits.events || timestamp - first >= limits.span)
    )
      break
    events.push({ timestamp, message: message.text })
    last = timestamp
    to = message.end
  }
  return { events, count: events.length, to }
}
