// Work under the same name runs one after the other, in the order in which it came.

/** See the head of the file. */
export class Serial {
  readonly #last = new Map<string, Promise<unknown>>()

  /** Runs `work` when all earlier work under `name` has ended, however it ended. */
  run<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(name)
    const mine = before ? before.then(work, work) : work()
    this.#last.set(name, mine)
    const forget = () => {
      if (this.#last.get(name) === mine) this.#last.delete(name)
    }
    mine.then(forget, forget)
    return mine
  }
}
