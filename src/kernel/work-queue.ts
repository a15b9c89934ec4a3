// A queue of keys with de-duplication: a key waits at most once, runs at most once at a time, and a key that is
// added while it runs is run again afterwards. Knows no clock and does no work itself.

/** See the head of the file. Keys come out in the order in which they were added. */
export class WorkQueue<K> {
  readonly #waiting = new Set<K>()
  /** Where the next key is. A set that is walked from its start each time walks over all that was taken from it before. */
  #next = this.#waiting.values()
  readonly #running = new Set<K>()
  readonly #again = new Set<K>()

  /** Puts a key in; if it is running it will run again afterwards. */
  add(key: K): void {
    if (this.#running.has(key)) this.#again.add(key)
    else this.#waiting.add(key)
  }

  /** Takes the next key and marks it running, or undefined when none waits. */
  take(): K | undefined {
    let next = this.#next.next()
    if (next.done) {
      // A walk that has come to its end does not see what is added later.
      this.#next = this.#waiting.values()
      next = this.#next.next()
    }
    if (next.done) return undefined
    this.#waiting.delete(next.value)
    this.#running.add(next.value)
    return next.value
  }

  /** Marks a key that was taken as no longer running. */
  done(key: K): void {
    this.#running.delete(key)
    if (this.#again.delete(key)) this.#waiting.add(key)
  }

  /** How many keys wait. */
  get size(): number {
    return this.#waiting.size
  }

  /** Whether nothing waits and nothing runs. */
  get idle(): boolean {
    return this.#waiting.size === 0 && this.#running.size === 0
  }
}
