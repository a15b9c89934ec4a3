// Joins lines into events as Docker's awslogs driver does: a line that matches begins one, all others go on with it,
// whichever stream they come from. Pure; when an event has waited long enough is decided elsewhere.

import type { Regexp } from "../../../kernel/index.ts"
import { type LogMessage, maxMessageBytes } from "../json-file/decode.ts"

/** What goes into the log stream as one event. */
export interface LogEvent extends LogMessage {
  /** The lines that it was joined from, when there are several. */
  readonly lines?: readonly LogMessage[]
}

/** See the head of the file. */
export class Joiner {
  readonly #newEvent: Regexp
  readonly #onGivenUp: () => void
  #open: LogMessage[] = []
  #bytes = 0

  constructor(newEvent: Regexp, onGivenUp: () => void) {
    this.#newEvent = newEvent
    this.#onGivenUp = onGivenUp
  }

  /** The first line of the event that is not finished. */
  get first(): LogMessage | undefined {
    return this.#open[0]
  }

  /** Takes a line; answers the events that it finishes. */
  add(line: LogMessage): readonly LogEvent[] {
    const bytes = Buffer.byteLength(line.text) + 1
    const matches = this.#newEvent.test(line.text)
    if (matches === undefined) this.#onGivenUp()
    const done = matches || this.#bytes + bytes > maxMessageBytes ? this.flush() : []
    this.#open.push(line)
    this.#bytes += bytes
    return done
  }

  /** Finishes what is open. */
  flush(): readonly LogEvent[] {
    const event = joined(this.#open)
    this.#open = []
    this.#bytes = 0
    return event ? [event] : []
  }
}

/** Lines as one event: every line, the last too, with its newline, as Docker has it. */
const joined = (lines: readonly LogMessage[]): LogEvent | undefined => {
  const [first] = lines
  const last = lines.at(-1)
  if (!first || !last) return undefined
  const text = lines.map((line) => `${line.text}\n`).join("")
  // A line that fills an event alone has no room for it.
  const fits = lines.length > 1 || Buffer.byteLength(text) <= maxMessageBytes
  return {
    ...first,
    text: fits ? text : first.text,
    end: last.end,
    ...(lines.length > 1 && { lines }),
  }
}

/**
 * What of an event the stream does not have yet, when it has everything up to `committed`. That may end within an event:
 * lines that were sent before as two events, because a while passed between them, are read together after a restart.
 */
export const beyond = (event: LogEvent, committed: number): LogEvent | undefined => {
  if (event.end <= committed) return undefined
  const first = event.lines?.[0]
  return first && first.end <= committed ? joined(event.lines?.filter((line) => line.end > committed) ?? []) : event
}
