// The writer behind the log: pino, as JSON or for people, on stderr. stdout belongs to what a command answers.
import { pino } from "pino"
import pretty from "pino-pretty"
import type { Log, LogFields } from "../kernel/index.ts"

export type LogLevel = "debug" | "info" | "warn" | "error" | "silent"
export type LogFormat = "pretty" | "json"

/** Opens the log of a process. */
export const openLog = (options: { level: LogLevel; format: LogFormat; process: string }): Log => {
  const destination =
    options.format === "pretty"
      ? pretty({
          destination: 2,
          sync: true,
          ignore: "pid,hostname,process",
          messageFormat: "{process}: {msg}",
          singleLine: true,
        })
      : pino.destination({ dest: 2, sync: true })
  return wrap(pino({ level: options.level, base: { pid: process.pid, process: options.process } }, destination))
}

const wrap = (logger: pino.Logger): Log => ({
  debug: (message, fields: LogFields = {}) => logger.debug(fields, message),
  info: (message, fields: LogFields = {}) => logger.info(fields, message),
  warn: (message, fields: LogFields = {}) => logger.warn(fields, message),
  error: (message, fields: LogFields = {}) => logger.error(fields, message),
  child: (fields) => wrap(logger.child(fields)),
})
