// Timestamps in the three forms of the wire. A Date of this program always has whole milliseconds, as the SDK's have.

export type TimestampFormat = "date-time" | "http-date" | "epoch-seconds"

/** Reads a timestamp in text; undefined when it is none. Text that is a number is taken as epoch seconds in every format, as AWS does. */
export const readTimestamp = (text: string): Date | undefined => {
  if (/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text)) return fromEpochSeconds(Number(text))
  // An RFC 3339 time needs its zone; without one AWS takes UTC.
  const zoned = /^\d{4}-\d\d-\d\dT[\d:.]+$/.test(text) ? `${text}Z` : text
  const time = Date.parse(zoned)
  return Number.isNaN(time) ? undefined : new Date(time)
}

/** Epoch seconds with a fraction; undefined when no Date can hold them. */
export const fromEpochSeconds = (seconds: number): Date | undefined => {
  const date = new Date(Math.round(seconds * 1000))
  return Number.isNaN(date.getTime()) ? undefined : date
}

/** Writes a timestamp; epoch seconds as a number, the others as text. */
export const writeTimestamp = (date: Date, format: TimestampFormat): string | number => {
  if (format === "epoch-seconds") return date.getTime() / 1000
  if (format === "http-date") return date.toUTCString()
  // AWS leaves out a fraction of zero; clients take both.
  return date.toISOString().replace(/\.000Z$/, "Z")
}
