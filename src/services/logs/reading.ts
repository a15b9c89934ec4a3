// Reading events out of the bulk store: one stream in the order of its events, and a page of a bounded size.
import type { BulkItem, BulkRange, BulkStore } from "../../state/index.ts"
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

/**
 * Gives one thing after the other, then nothing more. Only what has to be fetched is a promise: a promise for each of a
 * hundred thousand events takes longer than looking at them.
 */
export type Flow<T> = () => T | undefined | Promise<T | undefined>

// Few at first, since most readings end soon; and events can be large, so never many megabytes of them at once.
const firstChunk = 64
const largestChunk = 1024
const chunkCharacters = 4 * 1_048_576

/** The events of a slice in the order of their time, then of their arrival; reads on only as far as they are taken. */
export const eventsOf = (bulk: BulkStore, slice: Slice): Flow<LogEvent> => {
  // `after` leaves out the item of its own place: right going forward, and going back the gap's own item must come.
  let after: BulkRange["after"] = slice.from && {
    time: slice.from.time,
    seq: slice.descending ? slice.from.seq + 1 : slice.from.seq,
  }
  let limit = firstChunk
  let items: readonly BulkItem[] = []
  let at = 0
  let ended = slice.lastSeq === 0

  const fetch = async (): Promise<LogEvent | undefined> => {
    items = await bulk.range(slice.series, {
      toSeq: slice.lastSeq,
      ...(slice.fromTime !== undefined && { fromTime: slice.fromTime }),
      ...(slice.toTime !== undefined && { toTime: slice.toTime }),
      limit,
      order: "time",
      descending: slice.descending,
      ...(after && { after }),
    })
    at = 0
    const last = items.at(-1)
    ended = !last || items.length < limit
    if (last) after = { time: last.time, seq: last.seq }
    const characters = items.reduce((sum, item) => sum + item.data.length, 0)
    const fitting = Math.floor((chunkCharacters * items.length) / Math.max(characters, 1))
    limit = Math.max(1, Math.min(limit * 2, largestChunk, fitting))
    return here()
  }
  const here = (): LogEvent | undefined => {
    const item = items[at++]
    return item && fromItem(item)
  }
  return () => here() ?? (ended ? undefined : fetch())
}

/** AWS: "up to 1 MB (up to 10,000 log events)". */
export const mostEvents = 10_000
const mostBytes = 1_048_576

/** Which events are wanted, and what it costs to find out. */
export interface Sieve {
  readonly matches: (message: string) => boolean
  /** What a character of a message costs, compared with looking for a word in it. */
  readonly weight: number
}

// What one call looks through, so that no pattern holds up the others for long: an answer then ends early, perhaps without
// an event, and its token goes on from there. AWS does so as well: "the operation can return a smaller number of events,
// or none, with a token".
const mostLookedAt = 100_000
const mostWork = 32 * 1_048_576

/** A part of the events, up to where it was looked. */
export interface Page<T> {
  readonly events: readonly T[]
  /** The last event that was looked at, wanted or not. */
  readonly last: T | undefined
  /** Whether others follow it. */
  readonly more: boolean
}

/** Takes the events that the sieve wants until a page is full or enough was looked at. */
export const takePage = async <T extends { readonly message: string }>(
  events: Flow<T>,
  limit: number,
  sieve?: Sieve,
): Promise<Page<T>> => {
  const page: T[] = []
  let last: T | undefined
  let bytes = 0
  let lookedAt = 0
  let work = 0
  for (;;) {
    const next = events()
    const event = next instanceof Promise ? await next : next
    if (!event) return { events: page, last, more: false }
    if (page.length === limit || lookedAt === mostLookedAt || work > mostWork) return { events: page, last, more: true }
    lookedAt++
    if (sieve) work += event.message.length * sieve.weight
    if (!sieve || sieve.matches(event.message)) {
      bytes += eventBytes(event.message)
      if (page.length > 0 && bytes > mostBytes) return { events: page, last, more: true }
      page.push(event)
    }
    last = event
  }
}
