// A sorted list that stays cheap to change at 100,000 items: runs of a few hundred, so that an insertion moves a few
// hundred and not all of them. It knows nothing of rows.

// 512 keeps the search over runs and the move within one at about a microsecond.
const runLength = 512

/** Below 0 when `a` comes before `b`, 0 when they are the same place. */
export type Compare<T, P> = (a: T, b: P) => number

/**
 * Items in order, each place once. `compare` orders items by what `P` says of a place, so that a place can be searched
 * for without an item.
 */
export class SortedRuns<T extends P, P> {
  readonly #compare: Compare<P, P>
  /** No run is empty. */
  readonly #runs: T[][] = []
  #size = 0

  /** `items` need not be sorted; no two of them have the same place. */
  constructor(compare: Compare<P, P>, items: readonly T[] = []) {
    this.#compare = compare
    const sorted = items.toSorted(compare)
    for (let i = 0; i < sorted.length; i += runLength) this.#runs.push(sorted.slice(i, i + runLength))
    this.#size = sorted.length
  }

  get size(): number {
    return this.#size
  }

  get first(): T | undefined {
    return this.#runs[0]?.[0]
  }

  /** Adds an item; answers false, and changes nothing, when its place is taken. */
  add(item: T): boolean {
    const lastRun = this.#runs.at(-1)
    const last = lastRun?.at(-1)
    if (lastRun === undefined || last === undefined || this.#compare(last, item) < 0) {
      // Almost everything is added at the end: runs are left full there.
      if (lastRun && lastRun.length < runLength) lastRun.push(item)
      else this.#runs.push([item])
      this.#size++
      return true
    }
    const at = this.#runOf(item)
    const run = this.#runs[at] ?? lastRun
    const place = this.#placeIn(run, item)
    const there = run[place]
    if (there !== undefined && this.#compare(there, item) === 0) return false
    run.splice(place, 0, item)
    if (run.length > runLength) this.#runs.splice(at + 1, 0, run.splice(runLength >>> 1))
    this.#size++
    return true
  }

  /** Removes what is at a place; false when nothing was. */
  delete(place: P): boolean {
    const at = this.#runOf(place)
    const run = this.#runs[at]
    if (!run) return false
    const i = this.#placeIn(run, place)
    const there = run[i]
    if (there === undefined || this.#compare(there, place) !== 0) return false
    run.splice(i, 1)
    if (run.length === 0) this.#runs.splice(at, 1)
    this.#size--
    return true
  }

  /** The items beyond a place in order; all of them without it. Only valid until the next change. */
  *after(place?: P): Generator<T> {
    let at = place === undefined ? 0 : this.#runOf(place)
    const first = this.#runs[at]
    if (!first) return
    let i = place === undefined ? 0 : this.#placeIn(first, place)
    const there = first[i]
    if (place !== undefined && there !== undefined && this.#compare(there, place) === 0) i++
    for (let run: T[] | undefined = first; run; run = this.#runs[++at], i = 0) {
      for (; i < run.length; i++) yield run[i] as T
    }
  }

  /** Calls `make` for each item in order. */
  map<U>(make: (item: T) => U): U[] {
    return this.#runs.flatMap((run) => run.map(make))
  }

  /** The first run whose last item is not before the place; the number of runs when there is none. */
  #runOf(place: P): number {
    let low = 0
    let high = this.#runs.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#compare(this.#runs[middle]?.at(-1) as T, place) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  #placeIn(run: readonly T[], place: P): number {
    let low = 0
    let high = run.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#compare(run[middle] as T, place) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}
