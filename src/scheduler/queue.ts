// What keeps hosts, or buckets of them, in the order of their keys: a heap where the first is taken, a sorted list where
// chance decides among all that are alike.
import { Heap, type HeapItem } from "./heap.ts"

/** What stands in a queue, in one at a time. */
export interface Queued extends HeapItem {
  /** Its scores, the most important first. Kept by the queue while it stands in it. */
  key: readonly number[]
}

/** Items by key. */
export interface Queue<T extends Queued> {
  readonly size: number
  /** Puts in many at once, of a queue that is empty. */
  fill(items: readonly T[]): void
  push(item: T): void
  remove(item: T): void
  /** Gives an item another key. */
  rekey(item: T, key: readonly number[]): void
  /** One with the lowest key: by chance where there are several. */
  next(): T | undefined
  /** Any with the lowest key. */
  readonly top: T | undefined
}

/** Below 0 when `a` comes before `b`, 0 when they are alike. */
export const compareKeys = (a: readonly number[], b: readonly number[]): number => {
  for (let i = 0; i < a.length; i += 1) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

const byKey = (a: Queued, b: Queued): boolean => compareKeys(a.key, b.key) < 0

/** For keys that are never alike. */
export class HeapQueue<T extends Queued> implements Queue<T> {
  readonly #heap = new Heap<T>(byKey)

  get size(): number {
    return this.#heap.size
  }

  get top(): T | undefined {
    return this.#heap.top
  }

  fill(items: readonly T[]): void {
    this.#heap.fill(items)
  }

  push(item: T): void {
    this.#heap.push(item)
  }

  remove(item: T): void {
    this.#heap.remove(item)
  }

  rekey(item: T, key: readonly number[]): void {
    item.key = key
    this.#heap.moved(item)
  }

  next(): T | undefined {
    return this.#heap.top
  }
}

/**
 * Draws among those with the lowest key. Items that are alike stand in an order of their own, so that a draw depends on
 * what is there and not on how it came there.
 */
export class DrawnQueue<T extends Queued> implements Queue<T> {
  readonly #items: T[] = []
  readonly #compare: (a: T, b: T) => number
  readonly #draw: (from: number) => number

  /** `tie` orders items that are alike, no two of them the same; `draw` answers a number below the one it is given. */
  constructor(tie: (a: T, b: T) => number, draw: (from: number) => number) {
    this.#compare = (a, b) => compareKeys(a.key, b.key) || tie(a, b)
    this.#draw = draw
  }

  get size(): number {
    return this.#items.length
  }

  get top(): T | undefined {
    return this.#items[0]
  }

  fill(items: readonly T[]): void {
    for (const item of items) this.#items.push(item)
    this.#items.sort(this.#compare)
  }

  push(item: T): void {
    this.#items.splice(this.#placeOf(item), 0, item)
  }

  remove(item: T): void {
    this.#items.splice(this.#placeOf(item), 1)
  }

  rekey(item: T, key: readonly number[]): void {
    if (compareKeys(item.key, key) === 0) return
    this.remove(item)
    item.key = key
    this.push(item)
  }

  next(): T | undefined {
    const [first] = this.#items
    return first && this.#items[this.#draw(this.#alike(first))]
  }

  /** How many have the key of the first. */
  #alike({ key }: T): number {
    return this.#search((item) => compareKeys(item.key, key) <= 0)
  }

  #placeOf(item: T): number {
    return this.#search((other) => this.#compare(other, item) < 0)
  }

  /** How many items `isBefore` holds for: those in front. */
  #search(isBefore: (item: T) => boolean): number {
    let low = 0
    let high = this.#items.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (isBefore(this.#items[middle] as T)) low = middle + 1
      else high = middle
    }
    return low
  }
}
