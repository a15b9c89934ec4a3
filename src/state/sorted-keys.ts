// A sorted set of keys that stays cheap to change at 100,000 keys: runs of a few hundred, so that an insertion moves
// a few hundred keys and not all of them. It knows nothing of rows.

// A run is split at twice this length. 256 keeps both the search over runs and the move within one under a microsecond.
const runLength = 256

const placeIn = (run: readonly string[], key: string): number => {
  let low = 0
  let high = run.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((run[middle] as string) < key) low = middle + 1
    else high = middle
  }
  return low
}

/** Keys in the order of their UTF-16 code units. */
export class SortedKeys {
  /** No run is empty. */
  readonly #runs: string[][] = []

  constructor(keys: Iterable<string>) {
    const sorted = [...keys].sort((a, b) => (a < b ? -1 : 1))
    for (let i = 0; i < sorted.length; i += runLength) this.#runs.push(sorted.slice(i, i + runLength))
  }

  /** Adds a key; one that is there already stays. */
  add(key: string): void {
    const at = Math.min(this.#runOf(key), Math.max(this.#runs.length - 1, 0))
    const run = this.#runs[at]
    if (!run) {
      this.#runs.push([key])
      return
    }
    const place = placeIn(run, key)
    if (run[place] === key) return
    run.splice(place, 0, key)
    if (run.length >= 2 * runLength) this.#runs.splice(at + 1, 0, run.splice(runLength))
  }

  /** Removes a key, if it is there. */
  delete(key: string): void {
    const at = this.#runOf(key)
    const run = this.#runs[at]
    if (!run) return
    const place = placeIn(run, key)
    if (run[place] !== key) return
    run.splice(place, 1)
    if (run.length === 0) this.#runs.splice(at, 1)
  }

  /** The keys above `key` in order; all of them without it. Only valid until the next change. */
  *after(key: string | undefined): Generator<string> {
    let at = key === undefined ? 0 : this.#runOf(key)
    const first = this.#runs[at]
    if (!first) return
    let place = key === undefined ? 0 : placeIn(first, key)
    if (first[place] === key) place++
    for (let run: string[] | undefined = first; run; run = this.#runs[++at], place = 0) {
      for (; place < run.length; place++) yield run[place] as string
    }
  }

  /** The first run whose last key is not below `key`; the number of runs when there is none. */
  #runOf(key: string): number {
    let low = 0
    let high = this.#runs.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#runs[middle]?.at(-1) as string) < key) low = middle + 1
      else high = middle
    }
    return low
  }
}
