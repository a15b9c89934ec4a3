// What AWS asks of a batch of PutLogEvents, and which of its events it takes. Pure.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
import { fault } from "../../kernel/index.ts"
import { broken } from "./checks.ts"
import { eventBytes } from "./events.ts"
import { dayMs } from "./retention.ts"

/** An event as it was sent. */
export interface SentEvent {
  readonly timestamp: number
  readonly message: string
}

const mostEvents = 10_000
const mostBytes = 1_048_576
const oldestMs = 14 * dayMs
const newestMs = 2 * 3_600_000
const longestSpanMs = dayMs

/** Throws when the batch has no event, too many, or is too large. */
export const checkSize = (events: readonly SentEvent[]): void => {
  const length = (bound: string) => broken("logEvents", `[${events.length} events]`, `Member must have length ${bound}`)
  if (events.length === 0) throw length("greater than or equal to 1")
  if (events.length > mostEvents) throw length(`less than or equal to ${mostEvents}`)
  const bytes = events.reduce((sum, event) => sum + eventBytes(event.message), 0)
  if (bytes > mostBytes) {
    throw fault("InvalidParameterException", `Upload too large: ${bytes} bytes exceeds limit of ${mostBytes}`)
  }
}

/** Throws when an event breaks its own constraints, or one is older than that before it. */
export const checkEvents = (events: readonly SentEvent[]): void => {
  let before = 0
  for (const [i, { timestamp, message }] of events.entries()) {
    const member = `logEvents.${i + 1}.member`
    if (message.length === 0) {
      throw broken(`${member}.message`, message, "Member must have length greater than or equal to 1")
    }
    if (!Number.isInteger(timestamp) || timestamp < 0) {
      throw broken(`${member}.timestamp`, timestamp, "Member must have value greater than or equal to 0")
    }
    if (timestamp < before) {
      throw fault(
        "InvalidParameterException",
        "Log events in a single PutLogEvents request must be in chronological order.",
      )
    }
    before = timestamp
  }
}

/** Which events of a batch count, and what AWS says of the others. */
export interface Sorted {
  readonly taken: readonly SentEvent[]
  readonly rejected:
    | {
        readonly tooOldLogEventEndIndex?: number
        readonly expiredLogEventEndIndex?: number
        readonly tooNewLogEventStartIndex?: number
      }
    | undefined
}

/**
 * Leaves out what is older than 14 days or than `keptSince`, or more than two hours ahead. The batch is in order, so
 * these are its ends. Throws when what is left spans more than a day.
 */
export const sortOut = (events: readonly SentEvent[], now: number, keptSince: number): Sorted => {
  const countBefore = (time: number) => {
    const found = events.findIndex((event) => event.timestamp >= time)
    return found < 0 ? events.length : found
  }
  const tooOld = countBefore(now - oldestMs)
  const expired = countBefore(keptSince)
  const tooNew = countBefore(now + newestMs + 1)
  const taken = events.slice(Math.max(tooOld, expired), tooNew)
  const [first] = taken
  const last = taken.at(-1)
  if (first && last && last.timestamp - first.timestamp > longestSpanMs) {
    throw fault(
      "InvalidParameterException",
      "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
    )
  }
  if (taken.length === events.length) return { taken, rejected: undefined }
  return {
    taken,
    rejected: {
      ...(tooOld > 0 && { tooOldLogEventEndIndex: tooOld }),
      ...(expired > tooOld && { expiredLogEventEndIndex: expired }),
      ...(tooNew < events.length && { tooNewLogEventStartIndex: tooNew }),
    },
  }
}
