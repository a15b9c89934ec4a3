// What becomes of lines that do not fit into the buffer of a non-blocking logger while the destination takes none: the
// newest are dropped, counted, and said. When that is so is decided by the delivery.
import type { Log } from "../../../kernel/index.ts"
import type { LogEvent } from "./join.ts"

export interface OverflowOptions {
  /** `max-buffer-size`. Counted as Docker counts it: bytes of text, and one line always fits. */
  readonly bytes: number
  readonly log: Log
  readonly group: string
  readonly stream: string
}

/** See the head of the file. */
export class Overflow {
  readonly #options: OverflowOptions
  #lines = 0
  #bytes = 0

  constructor(options: OverflowOptions) {
    this.#options = options
  }

  /** Whether an event still goes into a buffer with so many bytes of text in it. */
  admits(event: LogEvent, buffered: number, isEmpty: boolean): boolean {
    const bytes = Buffer.byteLength(event.text)
    if (isEmpty || buffered + bytes <= this.#options.bytes) return true
    const { log, group, stream, bytes: bufferBytes } = this.#options
    if (this.#lines === 0)
      log.warn("Log lines are dropped: the log group takes none and the buffer of the non-blocking logger is full", {
        group,
        stream,
        bufferBytes,
      })
    this.#lines += event.lines?.length ?? 1
    this.#bytes += bytes
    return false
  }

  /** The destination takes lines again, or nothing will come any more. */
  over(): void {
    if (this.#lines === 0) return
    const { log, group, stream } = this.#options
    log.warn("Log lines were dropped", { group, stream, lines: this.#lines, bytes: this.#bytes })
    this.#lines = 0
    this.#bytes = 0
  }
}
