// The events of many streams in one order, without reading more of any stream than is taken.
import type { BulkStore } from "../../state/index.ts"
import type { LogEvent } from "./events.ts"
import { Heap } from "./heap.ts"
import { eventsOf, type Flow, type Gap } from "./reading.ts"

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
  readonly events: Flow<LogEvent>
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
export const mergedEvents = (
  bulk: BulkStore,
  { sources, fromTime, toTime, descending, after }: Merge,
): Flow<MergedEvent> => {
  const sign = descending ? -1 : 1
  // A stream is first read when the merge has come to its time: a group with thousands of old streams costs a page
  // only those that lie in it.
  const nearest = (source: Source) => (descending ? source.lastEventAt : source.firstEventAt)
  const waiting = sources
    .filter((s) => s.lastSeq > 0 && s.lastEventAt >= fromTime && s.firstEventAt <= toTime)
    .filter((s) => !after || sign * ((descending ? s.firstEventAt : s.lastEventAt) - after.time) >= 0)
    .sort((a, b) => sign * (nearest(b) - nearest(a)))
  const open = new Heap<Cursor>((a, b) => {
    const order = a.head.timestamp - b.head.timestamp || byName(a.source.name, b.source.name)
    return sign * order < 0
  })
  /** The head of the first was given out: it has to go on before the next is chosen. */
  let used = false

  const openNext = async (source: Source) => {
    const from = after && resume(source, after, descending)
    const slice = { series: source.series, lastSeq: source.lastSeq, fromTime, toTime, descending }
    const events = eventsOf(bulk, from ? { ...slice, from } : slice)
    const head = await events()
    if (head) open.push({ source, events, head })
  }

  const give = (): MergedEvent | undefined | Promise<MergedEvent | undefined> => {
    const next = open.first
    const source = waiting.at(-1)
    if (source && !(next && sign * (nearest(source) - next.head.timestamp) > 0)) {
      waiting.pop()
      return openNext(source).then(give)
    }
    used = next !== undefined
    return next && { ...next.head, source: next.source }
  }

  const goOn = (cursor: Cursor, head: LogEvent | undefined) => {
    used = false
    if (head) {
      cursor.head = head
      open.settle()
    } else open.shift()
    return give()
  }

  return () => {
    const cursor = used ? open.first : undefined
    if (!cursor) return give()
    const head = cursor.events()
    return head instanceof Promise ? head.then((fetched) => goOn(cursor, fetched)) : goOn(cursor, head)
  }
}
