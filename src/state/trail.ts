// What changed lately in a table: the keys of its rows, or their values in one index, each with the number of its change.
// Kept from the first asking on, so that who has worked something out of many rows looks at those again that changed.

/** How many changes are remembered: some kilobytes; who comes back later than that works everything out again. */
const remembered = 16_384

/** See the head of the file. It hears of changes that are taken back as well, of both: once when made, once when undone. */
export interface Trail {
  /** The number of the next change. */
  readonly now: number
  /** What has changed from that number on; undefined when that is too long ago to be known. */
  since(number: number): ReadonlySet<string> | undefined
}

/** The same with what writes it: a ring of the newest. */
export class TrailLog implements Trail {
  readonly #ring: string[] = []
  #now = 0

  get now(): number {
    return this.#now
  }

  add(value: string): void {
    this.#ring[this.#now % remembered] = value
    this.#now += 1
  }

  since(number: number): ReadonlySet<string> | undefined {
    if (this.#now - number > remembered) return undefined
    const values = new Set<string>()
    for (let at = number; at < this.#now; at += 1) values.add(this.#ring[at % remembered] as string)
    return values
  }
}
