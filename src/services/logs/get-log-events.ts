// GetLogEvents: one stream, page by page in both directions.
import type { BulkOp } from "../../gate/index.ts"
import { invalidToken, limitOf, timeOf } from "./checks.ts"
import type { LogEvent } from "./events.ts"
import type { LogsPorts } from "./ports.ts"
import { eventsOf, type Gap, mostEvents, type Slice, takePage } from "./reading.ts"
import { keptSince } from "./retention.ts"
import { streamOf } from "./target.ts"

interface Wanted {
  readonly slice: Slice
  readonly limit: number
  /** Where this page begins, in a stream of which nothing has been read at its very start. */
  readonly gap: Gap
}

const start: Gap = { time: 0, seq: 0 }

/** `f/` or `b/` and 56 digits, as AWS's are: the time of a gap in 20 and its number in 36. */
const tokenOf = (direction: "f" | "b", gap: Gap): string =>
  `${direction}/${String(gap.time).padStart(20, "0")}${String(gap.seq).padStart(36, "0")}`

const gapOf = (token: string): { readonly direction: string; readonly gap: Gap } => {
  const [, direction, time, seq] = /^([fb])\/(\d{20})(\d{36})$/.exec(token) ?? []
  if (direction === undefined) throw invalidToken()
  return { direction, gap: { time: Number(time), seq: Number(seq) } }
}

/**
 * The token that is passed decides the direction; at the end of the stream the token of that direction comes back
 * unchanged, which is how callers know.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
 */
export const getLogEvents = (ports: LogsPorts): BulkOp<"logs", "GetLogEvents", Wanted, readonly LogEvent[]> => ({
  prepare: (cx, input) => {
    const limit = limitOf(input.limit, mostEvents)
    timeOf("endTime", input.endTime)
    const token = input.nextToken === undefined ? undefined : gapOf(input.nextToken)
    const { group, stream } = streamOf(cx, input)
    const forward = token ? token.direction === "f" : (input.startFromHead ?? false)
    return {
      limit,
      gap: token?.gap ?? start,
      slice: {
        series: stream.series,
        lastSeq: stream.lastSeq,
        fromTime: Math.max(keptSince(group, cx.now, ports), timeOf("startTime", input.startTime) ?? 0),
        // Events at `endTime` itself are not included, here other than in FilterLogEvents.
        ...(input.endTime !== undefined && { toTime: input.endTime - 1 }),
        descending: !forward,
        ...(token && { from: token.gap }),
      },
    }
  },

  run: async (bulk, { slice, limit }) => {
    const { events } = await takePage(eventsOf(bulk.logEvents, slice), limit)
    return slice.descending ? events.toReversed() : events
  },

  finish: (_cx, _input, { gap }, events) => {
    const [first] = events
    const last = events.at(-1)
    return {
      events: events.map(({ timestamp, message, ingestionTime }) => ({ timestamp, message, ingestionTime })),
      nextForwardToken: tokenOf("f", last ? { time: last.timestamp, seq: last.seq } : gap),
      nextBackwardToken: tokenOf("b", first ? { time: first.timestamp, seq: first.seq - 1 } : gap),
    }
  },
})
