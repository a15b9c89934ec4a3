// From the raw lines of a json-file to log events, and the offsets at which reading may begin again. Pure.

import type { Regexp } from "../../../kernel/index.ts"
import type { LogPosition } from "../../types.ts"
import { JsonFileDecoder, type LogMessage } from "../json-file/decode.ts"
import type { RawLine } from "../json-file/reader.ts"
import { Joiner, type LogEvent } from "./join.ts"

/** Where decoding may begin again once everything before is delivered. */
export interface Boundary {
  readonly offset: number
  readonly file: LogPosition["file"]
}

export interface EventsOptions {
  /** See AwslogsOptions. */
  readonly newEvent?: Regexp
  /** Lines up to here are in the stream: an event never begins before. */
  readonly committed: number
  /** A line was so bad for the pattern that it counts as one that does not match. */
  onGivenUp(): void
}

export interface Events {
  readonly events: readonly LogEvent[]
  readonly boundary?: Boundary
}

/** See the head of the file. */
export class EventSource {
  readonly #decoder = new JsonFileDecoder()
  readonly #joiner: Joiner | undefined
  readonly #committed: number
  /** Where no line was half read for the last time, and the first line that came after it. */
  #clean: Boundary
  #firstSince: LogMessage | undefined
  #end: Boundary

  constructor({ newEvent, committed, onGivenUp }: EventsOptions, from: Boundary) {
    this.#joiner = newEvent && new Joiner(newEvent, onGivenUp)
    this.#committed = committed
    this.#clean = from
    this.#end = from
  }

  /** Whether lines are kept back for an event that is not finished. */
  get isOpen(): boolean {
    return this.#joiner?.first !== undefined
  }

  /** Takes raw lines in order, all of one file. */
  take(lines: readonly RawLine[], file: LogPosition["file"]): Events {
    const events: LogEvent[] = []
    let boundary: Boundary | undefined
    for (const { raw, end } of lines) {
      if (this.#decoder.atBoundary) {
        // Half a line at the end of the file before this one belongs to no line.
        this.#clean = { offset: Math.max(this.#end.offset, file?.base ?? 0), file }
        this.#firstSince = undefined
      }
      for (const message of this.#decoder.line(raw, end)) events.push(...this.#add(message))
      this.#end = { offset: end, file }
      boundary = this.#boundary() ?? boundary
    }
    return { events, ...(boundary && { boundary }) }
  }

  /** The event that is open has waited long enough. */
  flush(): Events {
    const events = this.#joiner?.flush() ?? []
    const boundary = this.#boundary()
    return { events, ...(boundary && { boundary }) }
  }

  /** The container is gone, and `end` is the end of its log. */
  finish(end: number): readonly LogEvent[] {
    const last = this.#decoder.finish(end).flatMap((message) => this.#add(message))
    return [...last, ...(this.#joiner?.flush() ?? [])]
  }

  #add(message: LogMessage): readonly LogEvent[] {
    if (message.end <= this.#committed) return []
    this.#firstSince ??= message
    if (this.#joiner) return this.#joiner.add(message)
    // An empty line is no event: CloudWatch Logs takes none, and the awslogs driver sends none.
    return message.text === "" ? [] : [message]
  }

  /** The last place at which neither a line nor an event is open. */
  #boundary(): Boundary | undefined {
    if (!this.#decoder.atBoundary) return undefined
    const open = this.#joiner?.first
    if (!open) return this.#end
    return open === this.#firstSince ? this.#clean : undefined
  }
}
