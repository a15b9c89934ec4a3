// The options of the awslogs driver: what Docker refuses, in its words and at the moment at which it does, and what the
// rest means to a follower. Where the lines go is not here (destination.ts). Pure.
import { compileRegexp, type Regexp, RegexpError } from "../../../kernel/index.ts"
import { strftimePattern } from "./strftime.ts"

export type LogOptions = Readonly<Record<string, string>>

export interface AwslogsOptions {
  /** A line that matches begins an event; without it every line is one. */
  readonly newEvent?: Regexp
  /** How long the lines of an unfinished event are kept back, in milliseconds. */
  readonly flushAfter: number
  /** Set for mode `non-blocking`: how many bytes may wait for a destination that takes none. */
  readonly bufferBytes?: number
}

/** Docker's driver looks this often. */
const defaultFlushSeconds = 5
/** ECS's agent gives this to non-blocking loggers that say no size; Docker's own would be 1m. */
const defaultBufferSize = "10m"

/** The agent's memory is every task's: no single container gets more of it than this. */
const mostBuffer = 256 * 1024 ** 2

const known = new Set([
  "awslogs-group",
  "awslogs-region",
  "awslogs-stream",
  // ECS's own: Docker never sees it.
  "awslogs-stream-prefix",
  "awslogs-create-group",
  "awslogs-create-stream",
  "awslogs-endpoint",
  "awslogs-credentials-endpoint",
  "awslogs-datetime-format",
  "awslogs-multiline-pattern",
  "awslogs-force-flush-interval-seconds",
  "awslogs-max-buffered-events",
  "awslogs-format",
  "tag",
])
/** Of every driver. The cache is what `docker logs` reads for drivers that cannot be read themselves. */
const ofEveryDriver = new Set([
  "mode",
  "max-buffer-size",
  "cache-disabled",
  "cache-max-size",
  "cache-max-file",
  "cache-compress",
])

/** Why Docker would not make a container with these options; undefined when it would. */
export const refusalAtCreation = (options: LogOptions): string | undefined => {
  const { mode = "", "max-buffer-size": size } = options
  if (!["", "blocking", "non-blocking"].includes(mode)) return `logger: logging mode not supported: ${mode}`
  if (size !== undefined && mode !== "non-blocking")
    return "logger: max-buffer-size option is only supported with 'mode=non-blocking'"
  if (size !== undefined && bytesOf(size) === undefined)
    return `error parsing option max-buffer-size: invalid size: '${size}'`
  const unknown = Object.keys(options).find((key) => !known.has(key) && !ofEveryDriver.has(key))
  if (unknown !== undefined) return `unknown log opt '${unknown}' for awslogs log driver`
  if (!options["awslogs-group"]) return "must specify a value for log opt 'awslogs-group'"
  return refusalOfValue(options)
}

const refusalOfValue = (options: LogOptions): string | undefined => {
  for (const key of ["awslogs-create-group", "awslogs-create-stream"]) {
    const value = options[key]
    if (value && boolOf(value) === undefined)
      return `must specify valid value for log opt '${key}': strconv.ParseBool: parsing ${JSON.stringify(value)}: invalid syntax`
  }
  for (const key of ["awslogs-force-flush-interval-seconds", "awslogs-max-buffered-events"]) {
    const value = options[key]
    if (value && !(/^\+?\d+$/.test(value) && Number(value) > 0))
      return `must specify a positive integer for log opt '${key}': ${value}`
  }
  const multiline = ["awslogs-datetime-format", "awslogs-multiline-pattern"].filter((key) => options[key] !== undefined)
  if (multiline.length === 2) return `you cannot configure log opt '${multiline.join("' and '")}' at the same time`
  const format = options["awslogs-format"]
  if (format && format !== "json/emf") return `unsupported log format '${format}'`
  if (format && multiline.length > 0)
    return `you cannot configure log opt 'awslogs-datetime-format' or 'awslogs-multiline-pattern' when log opt 'awslogs-format' is set to '${format}'`
  return undefined
}

/**
 * The options of a container that Docker would make.
 * @throws Error with what Docker says when it starts the container.
 */
export const parseOptions = (options: LogOptions): AwslogsOptions => {
  const format = options["awslogs-datetime-format"]
  const pattern = format ? strftimePattern(format) : options["awslogs-multiline-pattern"]
  const seconds = Number(options["awslogs-force-flush-interval-seconds"] || defaultFlushSeconds)
  return {
    flushAfter: seconds * 1000,
    ...(pattern && { newEvent: compile(pattern) }),
    ...(options.mode === "non-blocking" && {
      bufferBytes: Math.min(mostBuffer, bytesOf(options["max-buffer-size"] ?? defaultBufferSize) ?? 0),
    }),
  }
}

const compile = (pattern: string): Regexp => {
  try {
    return compileRegexp(pattern)
  } catch (error) {
    if (!(error instanceof RegexpError)) throw error
    throw new Error(`awslogs could not parse multiline pattern key ${JSON.stringify(pattern)}: ${error.message}`)
  }
}

const truths = new Set(["1", "t", "T", "TRUE", "true", "True"])
const falsehoods = new Set(["0", "f", "F", "FALSE", "false", "False"])

/** A boolean as Go reads one. */
export const boolOf = (value: string): boolean | undefined =>
  truths.has(value) ? true : falsehoods.has(value) ? false : undefined

/** Bytes of a size as Docker reads one: `10m`, `64KiB`, `1.5g`; always in powers of 1024. */
export const bytesOf = (size: string): number | undefined => {
  const [, digits, unit = ""] = /^(\d+(?:\.\d+)?) ?(?:([kmgtp])i?b?|b)?$/i.exec(size) ?? []
  if (digits === undefined) return undefined
  const power = unit === "" ? 0 : "kmgtp".indexOf(unit.toLowerCase()) + 1
  return Math.floor(Number(digits) * 1024 ** power)
}
