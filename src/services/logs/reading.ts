// Reading events out of the bulk store: one stream in the order of its events, and a page of a bounded size.
import type { BulkRange, BulkStore } from "../../state/index.ts"
import { eventBytes, fromItem, type LogEvent } from "./events.ts"

/** A place between two events of a stream: those up to and with (time, seq) lie before it. */
export interface Gap {
  readonly time: number
  readonly seq: number
}

/** What of a stream is to be read. All times are inclusive. */
export interface Slice {
  readonly series: string
  /** The record's `lastSeq`: what lies above it was left by a crash, and is no part of the stream. */
  readonly lastSeq: number
  readonly fromTime?: number
  readonly toTime?: number
  readonly descending: boolean
  /** Where to go on, in the direction of reading. */
  readonly from?: Gap
}

// Few at first, since most readings end soon; events can be large, so never very many at once.
const firstChunk = 64
const largestChunk = 1024

/** The events of a slice in the order of their time, then of their arrival; reads on only as far as they are taken. */
export const eventsOf = async function* (bulk: BulkStore, slice: Slice): AsyncGenerator<LogEvent, void, void> {
  if (slice.lastSeq === 0) return
  // `after` leaves out the item of its own place: right going forward, and going back the gap's own item must come.
  let after: BulkRange["after"] = slice.from && {
    time: slice.from.time,
    seq: slice.descending ? slice.from.seq + 1 : slice.from.seq,
  }
  for (let limit = firstChunk; ; limit = Math.min(limit * 2, largestChunk)) {
    const items = await bulk.range(slice.series, {
      toSeq: slice.lastSeq,
      ...(slice.fromTime !== undefined && { fromTime: slice.fromTime }),
      ...(slice.toTime !== undefined && { toTime: slice.toTime }),
      limit,
      order: "time",
      descending: slice.descending,
      ...(after && { after }),
    })
    for (const item of items) yield fromItem(item)
    const last = items.at(-1)
    if (!last || items.length < limit) return
    after = { time: last.time, seq: last.seq }
  }
}

/** AWS: "up to 1 MB (up to 10,000 log events)". */
export const mostEvents = 10_000
const mostBytes = 1_048_576

/** Takes events until a page is full; `more` says whether one was left. */
export const takePage = async <T extends { readonly message: string }>(
  events: AsyncGenerator<T, void, void>,
  limit: number,
): Promise<{ readonly events: readonly T[]; readonly more: boolean }> => {
  const page: T[] = []
  let bytes = 0
  for await (const event of events) {
    bytes += eventBytes(event.message)
    if (page.length === limit || (page.length > 0 && bytes > mostBytes)) return { events: page, more: true }
    page.push(event)
  }
  return { events: page, more: false }
}
