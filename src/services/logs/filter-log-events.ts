// FilterLogEvents: the events of a group's streams in one order, and of those the ones that match a pattern.
import type { BulkOp } from "../../gate/index.ts"
import { fault } from "../../kernel/index.ts"
import type { LogStreamRow } from "../../state/index.ts"
import { atMost, checkCount, limitOf, readToken, streamName, timeOf, writeToken } from "./checks.ts"
import { eventIdsOf } from "./events.ts"
import { type FilterPattern, filterPatternOf, longestPattern } from "./filter-pattern/index.ts"
import { type Merge, type MergedEvent, mergedEvents, type Source } from "./merging.ts"
import type { LogsPorts } from "./ports.ts"
import { mostEvents, type Page, takePage } from "./reading.ts"
import { keptSince } from "./retention.ts"
import { groupKey, groupOf, missingStream, streamKey, targetOf } from "./target.ts"

interface Wanted {
  readonly merge: Merge
  readonly limit: number
  readonly pattern: FilterPattern
}

/** What a token carries: the last event that was looked at, and the direction. */
const place = { time: 0, name: "", seq: 0, descending: false }

/** AWS: "Maximum number of 100 items". */
const mostStreams = 100

/** AWS reads backwards only from here on: Jan 1, 2024 00:00:00 UTC. */
const earliestBackwards = 1_704_067_200_000

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html */
export const filterLogEvents = (ports: LogsPorts): BulkOp<"logs", "FilterLogEvents", Wanted, Page<MergedEvent>> => ({
  prepare: (cx, input) => {
    const { logStreamNames: names, logStreamNamePrefix: prefix } = input
    if (names && prefix !== undefined) {
      throw fault("InvalidParameterException", "LogStreamNames and LogStreamNamePrefix cannot be specified together.")
    }
    if (names) checkCount("logStreamNames", names, 1, mostStreams)
    for (const [i, name] of names?.entries() ?? []) streamName(name, `logStreamNames.${i + 1}.member`)
    if (prefix !== undefined) streamName(prefix, "logStreamNamePrefix")
    const limit = limitOf(input.limit, mostEvents)
    const pattern = filterPatternOf(
      atMost("filterPattern", input.filterPattern ?? "", longestPattern),
      "filter pattern",
    )
    const after = input.nextToken === undefined ? undefined : readToken(input.nextToken, place)
    const descending = after ? after.descending : input.startFromHead === false
    if (descending && (timeOf("startTime", input.startTime) ?? 0) < earliestBackwards) {
      throw fault(
        "InvalidParameterException",
        "startFromHead can be false only when startTime is on or after Jan 1, 2024 00:00:00 UTC.",
      )
    }
    const target = targetOf(cx, input)
    const group = groupOf(cx, target)
    const streams = names
      ? names.map((name) => {
          const stream = cx.tx.logStreams.get(streamKey(target, name))
          if (!stream) throw missingStream()
          return stream
        })
      : cx.tx.logStreams.by("group", groupKey(target)).filter((s) => prefix === undefined || s.name.startsWith(prefix))
    return {
      limit,
      pattern,
      merge: {
        sources: [...new Set(streams)].map(sourceOf),
        fromTime: Math.max(keptSince(group, cx.now, ports), input.startTime ?? 0),
        toTime: timeOf("endTime", input.endTime) ?? Number.MAX_SAFE_INTEGER,
        descending,
        ...(after && { after }),
      },
    }
  },

  run: (bulk, { merge, limit, pattern }) => takePage(mergedEvents(bulk.logEvents, merge), limit, pattern),

  finish: (_cx, _input, { merge }, { events, last, more }) => {
    const ids = new Map(merge.sources.map((source) => [source, eventIdsOf(source.series)]))
    return {
      events: events.map((event) => ({
        logStreamName: event.source.name,
        timestamp: event.timestamp,
        message: event.message,
        ingestionTime: event.ingestionTime,
        eventId: ids.get(event.source)?.(event),
      })),
      // AWS: "As of May 15, 2020, this parameter is no longer supported. This parameter returns an empty list."
      searchedLogStreams: [],
      ...(more && last
        ? {
            nextToken: writeToken({
              time: last.timestamp,
              name: last.source.name,
              seq: last.seq,
              descending: merge.descending,
            }),
          }
        : {}),
    }
  },
})

const sourceOf = (stream: LogStreamRow): Source => ({
  name: stream.name,
  series: stream.series,
  lastSeq: stream.lastSeq,
  firstEventAt: stream.firstEventAt ?? 0,
  lastEventAt: stream.lastEventAt ?? 0,
})
