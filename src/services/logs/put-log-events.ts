// PutLogEvents: appends a batch to a stream. The events go into the bulk store first, then the stream's record says
// that they are there; what a crash leaves between the two is never answered and is overwritten by the next batch.
import type { BulkOp, Caller, Cx, Output } from "../../gate/index.ts"
import { fault, scopeKey } from "../../kernel/index.ts"
import { BulkFull, type LogStreamRow } from "../../state/index.ts"
import { checkEvents, checkSize, type SentEvent, type Sorted, sortOut } from "./batch-rules.ts"
import { eventBytes, type LogEvent, sequenceToken, toItem } from "./events.ts"
import { judge, type Piece, pieceOf } from "./followed.ts"
import type { LogsPorts } from "./ports.ts"
import { keptSince } from "./retention.ts"
import { missingStream, streamKey, streamOf, targetOfArn } from "./target.ts"

/** What goes into the stream. No events: all were rejected, or are there already. */
interface Append {
  /** When the batch came, by the wall: events have times of the wall. */
  readonly now: number
  readonly stream: LogStreamRow
  readonly events: readonly LogEvent[]
  readonly rejected: Sorted["rejected"]
  readonly piece?: Piece
}

export const putLogEvents = (ports: LogsPorts): BulkOp<"logs", "PutLogEvents", Append, void> => ({
  serial: (scope, input) => {
    const named = targetOfArn(input.logGroupName ?? "")
    return `${scopeKey(named?.scope ?? scope)}/${named?.name ?? input.logGroupName} ${input.logStreamName}`
  },

  prepare: (cx, input) => {
    const { group, stream } = streamOf(cx, input)
    const sent = (input.logEvents ?? []).map((e) => ({ timestamp: e.timestamp ?? -1, message: e.message ?? "" }))
    checkSize(sent)
    // AWS ignores the token, and so do we, but for an agent of ours that says where its batch lies in the file.
    const piece = isAgent(cx.caller) ? pieceOf(input.sequenceToken) : undefined
    const now = Math.floor(ports.wallTime(cx.now))
    if (piece) return followed(now, stream, sent, piece)
    checkEvents(sent)
    const { taken, rejected } = sortOut(sent, now, keptSince(group, cx.now, ports))
    return { now, stream, events: numbered(now, stream, taken), rejected }
  },

  run: async (bulk, { stream, events }) => {
    if (events.length === 0) return
    try {
      await bulk.logEvents.put(stream.series, events.map(toItem))
    } catch (thrown) {
      if (!(thrown instanceof BulkFull)) throw thrown
      throw fault("ServiceUnavailableException", `The log events cannot be kept: ${thrown.message}`)
    }
  },

  finish: (cx, input, prepared) => {
    const { target, stream } = streamOf(cx, input)
    // Removed and perhaps made again while its events were written: they belong to a stream that is gone.
    if (stream.series !== prepared.stream.series) throw missingStream()
    if (stream.lastSeq !== prepared.stream.lastSeq) throw new Error(`Two appends at once to ${stream.arn}`)
    const changed = prepared.events.length > 0 || prepared.piece !== undefined
    const answer = changed ? append(cx, streamKey(target, stream.name), prepared) : stream
    const output: Output<"logs", "PutLogEvents"> = { nextSequenceToken: sequenceToken(answer) }
    return prepared.rejected ? { ...output, rejectedLogEventsInfo: prepared.rejected } : output
  },
})

/** An agent of ours calls with its machine's key, or as the role of a task that it runs. */
const isAgent = ({ machineId, taskArn }: Caller): boolean => machineId !== undefined || taskArn !== undefined

const numbered = (now: number, stream: LogStreamRow, events: readonly SentEvent[]): readonly LogEvent[] =>
  events.map((event, i) => ({ ...event, seq: stream.lastSeq + 1 + i, ingestionTime: now }))

/**
 * A piece of a container's log file. Order, age and span are not checked: the lines are what the container wrote, and
 * refusing one would stop the file for ever. Empty lines are left out, as the awslogs driver does.
 */
const followed = (now: number, stream: LogStreamRow, sent: readonly SentEvent[], piece: Piece): Append => {
  const verdict = judge(piece, stream.sources[piece.source] ?? 0)
  switch (verdict.kind) {
    case "known":
      return { now, stream, events: [], rejected: undefined }
    case "refused":
      throw verdict.refusal
    case "append": {
      const lines = sent.filter((event) => event.message !== "")
      return { now, stream, events: numbered(now, stream, lines), rejected: undefined, piece }
    }
  }
}

const append = (cx: Cx, key: string, { now, stream, events, piece }: Append): LogStreamRow => {
  let bytes = 0
  let first = stream.firstEventAt ?? Number.POSITIVE_INFINITY
  let last = stream.lastEventAt ?? 0
  for (const event of events) {
    // What a followed container wrote may be older than what was trimmed: it goes next time, and was never counted.
    if (event.timestamp >= (stream.trimmedBefore ?? 0)) bytes += eventBytes(event.message)
    first = Math.min(first, event.timestamp)
    last = Math.max(last, event.timestamp)
  }
  return cx.tx.logStreams.patch(key, {
    lastSeq: stream.lastSeq + events.length,
    storedBytes: stream.storedBytes + bytes,
    ...(events.length > 0 && { firstEventAt: first, lastEventAt: last, lastIngestionAt: now }),
    uploadToken: stream.uploadToken + 1,
    ...(piece && { sources: { ...stream.sources, [piece.source]: piece.to } }),
  })
}
