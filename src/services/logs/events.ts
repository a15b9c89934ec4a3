// A log event as it lies in the bulk store, and the names that it and its stream's state have outside.
import { hash } from "node:crypto"
import type { BulkItem, BulkSize, LogStreamRow } from "../../state/index.ts"

/** A log event. Times are milliseconds since the epoch. */
export interface LogEvent {
  readonly seq: number
  readonly timestamp: number
  readonly ingestionTime: number
  readonly message: string
}

/** AWS counts each event as its UTF-8 bytes and 26 more. */
export const eventBytes = (message: string): number => Buffer.byteLength(message) + 26

/** What AWS counts for items of the bulk store: their data begins with an ingestion time, of 13 digits until 2286, and a space. */
export const storedBytes = ({ items, bytes }: BulkSize): number => bytes + items * (26 - 14)

/** `<ingestion time> <message>`: all that the item does not already say. */
export const toItem = (event: LogEvent): BulkItem => ({
  seq: event.seq,
  time: event.timestamp,
  data: `${event.ingestionTime} ${event.message}`,
})

export const fromItem = (item: BulkItem): LogEvent => {
  const space = item.data.indexOf(" ")
  return {
    seq: item.seq,
    timestamp: item.time,
    ingestionTime: Number(item.data.slice(0, space)),
    message: item.data.slice(space + 1),
  }
}

/** AWS's ids and tokens are 56 decimal digits. */
const digits = 56
/** As many hexadecimal digits of a hash as fit into 24 decimal ones. */
const seriesHex = 19

/** The id of an event: its time, its stream and its number. The same for ever, and unique. */
export const eventIdsOf = (series: string): ((event: LogEvent) => string) => {
  const stream = BigInt(`0x${hash("sha256", series).slice(0, seriesHex)}`)
    .toString()
    .padStart(24, "0")
  return (event) => `${String(event.timestamp).padStart(16, "0")}${stream}${String(event.seq).padStart(16, "0")}`
}

/** The sequence token that AWS still answers and no longer asks for. */
export const sequenceToken = (stream: Pick<LogStreamRow, "uploadToken">): string =>
  String(stream.uploadToken).padStart(digits, "0")
