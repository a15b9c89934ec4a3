// What the rooms see of the log: levels, a message and fields. The writer behind it (pino) is chosen in main/.
// Secrets, credentials and signatures are never passed to it.

/** Fields of one log line. */
export type LogFields = Readonly<Record<string, unknown>>

/** A structured logger; `child` adds fields to every line. */
export interface Log {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  child(fields: LogFields): Log
}

/** A log that keeps nothing. */
export const silentLog: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLog,
}

/** What to log of something that was thrown. */
export const errorFields = (thrown: unknown): LogFields =>
  thrown instanceof Error ? { error: thrown.message, stack: thrown.stack } : { error: String(thrown) }
