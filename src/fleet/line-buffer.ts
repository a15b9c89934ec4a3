// Splits a stream of text into lines, with a bound on their length.

/** A line longer than this is dropped with all that comes before its end. */
const lineBound = 1024 * 1024

/** See the head of the file. */
export class LineBuffer {
  #rest = ""
  readonly #onLine: (line: string) => void
  readonly #bound: number
  constructor(onLine: (line: string) => void, bound = lineBound) {
    this.#onLine = onLine
    this.#bound = bound
  }

  push(chunk: string): void {
    const lines = (this.#rest + chunk).split("\n")
    this.#rest = lines.pop() ?? ""
    if (this.#rest.length > this.#bound) this.#rest = ""
    for (const line of lines) if (line !== "") this.#onLine(line)
  }
}
