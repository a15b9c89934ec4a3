// The events of many streams in one order, without reading more of any stream than is taken.
import type { BulkStore } from "../../state/index.ts"
import type { LogEvent } from "./events.ts"
import { eventsOf, type Gap } from "./reading.ts"

/** A stream that takes part, with what its record knows of its times. */
export interface Source {
  readonly name: string
  readonly series: string
  readonly lastSeq: number
  readonly firstEventAt: number
  readonly lastEventAt: number
}

/** An event and where it comes from. */
export interface MergedEvent extends LogEvent {
  readonly source: Source
}

/** The place of an event among those of all streams: by time, then by the stream's name, then by its number. */
export interface Place {
  readonly time: number
  readonly name: string
  readonly seq: number
}

/** Which events, and in which direction. Times are inclusive. */
export interface Merge {
  readonly sources: readonly Source[]
  readonly fromTime: number
  readonly toTime: number
  readonly descending: boolean
  /** The last event that was given out. */
  readonly after?: Place
}

interface Cursor {
  readonly source: Source
  readonly events: AsyncGenerator<LogEvent, void, void>
  head: LogEvent
}

const byName = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/**
 * Where a stream goes on behind `after`. In a stream whose name comes later in the order the events of that very time
 * are still to come; in one that comes earlier they have been.
 */
const resume = (source: Source, after: Place, descending: boolean): Gap => {
  if (source.name === after.name) return { time: after.time, seq: descending ? after.seq - 1 : after.seq }
  // Descending, the gap that lies before all events of a time is at the end of them, and ascending the other way.
  const later = byName(source.name, after.name) > 0
  return { time: after.time, seq: later ? 0 : source.lastSeq }
}

/** See the head of the file. */
export const mergedEvents = async function* (
  bulk: BulkStore,
  { sources, fromTime, toTime, descending, after }: Merge,
): AsyncGenerator<MergedEvent, void, void> {
  const sign = descending ? -1 : 1
  // A stream is first read when the merge has come to its time: a group with thousands of old streams costs a page
  // only those that lie in it.
  const nearest = (source: Source) => (descending ? source.lastEventAt : source.firstEventAt)
  const waiting = sources
    .filter((s) => s.lastSeq > 0 && s.lastEventAt >= fromTime && s.firstEventAt <= toTime)
    .filter((s) => !after || sign * ((descending ? s.firstEventAt : s.lastEventAt) - after.time) >= 0)
    .sort((a, b) => sign * (nearest(b) - nearest(a)))
  const open: Cursor[] = []

  const openNext = async (source: Source) => {
    const from = after && resume(source, after, descending)
    const slice = { series: source.series, lastSeq: source.lastSeq, fromTime, toTime, descending }
    const events = eventsOf(bulk, from ? { ...slice, from } : slice)
    const { value } = await events.next()
    if (value) open.push({ source, events, head: value })
  }

  const first = () =>
    open.reduce<Cursor | undefined>((best, cursor) => {
      if (!best) return cursor
      const order = cursor.head.timestamp - best.head.timestamp || byName(cursor.source.name, best.source.name)
      return sign * order < 0 ? cursor : best
    }, undefined)

  for (;;) {
    let next = first()
    for (let source = waiting.at(-1); source; source = waiting.at(-1)) {
      if (next && sign * (nearest(source) - next.head.timestamp) > 0) break
      waiting.pop()
      await openNext(source)
      next = first()
    }
    if (!next) return
    yield { ...next.head, source: next.source }
    const { value } = await next.events.next()
    if (value) next.head = value
    else open.splice(open.indexOf(next), 1)
  }
}
