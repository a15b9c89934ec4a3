// Hosts in the order of their scores, kept while tasks are placed on them: whoever is best is taken out, and put back
// with its new scores. Costs the logarithm of what there is, since only what changed is ordered again.
//
// Hosts with the same value of a shared score (all in a zone) lie in a bucket together. Its score moves with each of
// its tasks, for all of its hosts at once; in a bucket they are ordered by what comes behind. Shared scores only grow
// while tasks are placed, so a bucket whose place is out of date stands too far in front, and is seen there.
import { Heap, type HeapItem } from "./heap.ts"
import type { Host } from "./host.ts"
import { drawLot, type Order } from "./order.ts"

/** A host that can take the task. `index` is its place among all that were given. */
export interface Entry extends HeapItem {
  readonly index: number
  host: Host
  /** Where only its own scores count: these, and its index. Kept by the ranking. */
  key: readonly number[]
}

/** The hosts that can take the task. */
export interface Ranking {
  readonly size: number
  /** Takes all in that there are at the beginning. */
  fill(entries: readonly Entry[]): void
  add(entry: Entry): void
  /** Takes out the best; of hosts that are alike the one that came first. */
  take(): Entry | undefined
  /** The scores of the best, to be compared with those of its likes. */
  key(): readonly number[]
}

/** What rankings of one call share. */
export interface Scores {
  /** Tasks of the group by attribute, and in it by value. */
  shared(attribute: string): ReadonlyMap<string | undefined, number>
  readonly seed: number
}

/** A ranking by these scores. */
export const rankBy = (orders: readonly Order[], scores: Scores): Ranking => {
  const [first, ...rest] = orders
  if (first?.kind === "lot") return new Lots(scores.seed)
  const own = orders.flatMap((order) => (order.kind === "own" ? [order.of] : []))
  if (own.length === orders.length) return new Sorted(own)
  const inBucket = () => rankBy(rest, scores)
  if (first?.kind === "own") return new Buckets(first.of, (score) => score, inBucket)
  const { attribute } = first as Extract<Order, { kind: "shared" }>
  const counts = scores.shared(attribute)
  return new Buckets<string | undefined>(
    ({ attributes }) => attributes.get(attribute),
    (value) => counts.get(value) ?? 0,
    inBucket,
  )
}

const isBefore = (a: readonly number[], b: readonly number[]): boolean => {
  for (let i = 0; i < a.length; i += 1) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}

const byKey = (a: { readonly key: readonly number[] }, b: { readonly key: readonly number[] }): boolean =>
  isBefore(a.key, b.key)

/** Scores that each host has for itself. */
class Sorted implements Ranking {
  readonly #of: readonly ((host: Host) => number)[]
  readonly #heap = new Heap<Entry>(byKey)

  constructor(of: readonly ((host: Host) => number)[]) {
    this.#of = of
  }

  get size(): number {
    return this.#heap.size
  }

  fill(entries: readonly Entry[]): void {
    for (const entry of entries) this.#score(entry)
    this.#heap.fill(entries)
  }

  add(entry: Entry): void {
    this.#score(entry)
    this.#heap.push(entry)
  }

  take(): Entry | undefined {
    const { top } = this.#heap
    if (top) this.#heap.remove(top)
    return top
  }

  key(): readonly number[] {
    return this.#heap.top?.key ?? []
  }

  #score(entry: Entry): void {
    const key = this.#of.map((score) => score(entry.host))
    key.push(entry.index)
    entry.key = key
  }
}

/** Hosts of which any is as good as another. */
class Lots implements Ranking {
  readonly #entries: Entry[] = []
  readonly #seed: number
  #turn = 0

  constructor(seed: number) {
    this.#seed = seed
  }

  get size(): number {
    return this.#entries.length
  }

  fill(entries: readonly Entry[]): void {
    for (const entry of entries) this.#entries.push(entry)
  }

  add(entry: Entry): void {
    this.#entries.push(entry)
  }

  take(): Entry | undefined {
    this.#turn += 1
    const at = this.#draw() % Math.max(1, this.#entries.length)
    const drawn = this.#entries[at]
    const last = this.#entries.pop()
    if (drawn && last && drawn !== last) this.#entries[at] = last
    return drawn
  }

  /** Among buckets that are alike chance decides as well, in the order of a lot that one of its hosts drew. */
  key(): readonly number[] {
    const [entry] = this.#entries
    return entry ? [drawLot(this.#seed ^ this.#draw(), entry.index)] : []
  }

  #draw(): number {
    return drawLot(this.#seed, this.#turn)
  }
}

interface Bucket<V> extends HeapItem {
  readonly value: V
  readonly inside: Ranking
  /** Its score and those of its best host when it was put in its place: never above what they are now. */
  key: readonly number[]
}

/** Hosts by a value that decides their first score. */
class Buckets<V> implements Ranking {
  readonly #valueOf: (host: Host) => V
  readonly #scoreOf: (value: V) => number
  readonly #inside: () => Ranking
  readonly #byValue = new Map<V, Bucket<V>>()
  readonly #heap = new Heap<Bucket<V>>(byKey)
  #size = 0

  constructor(of: (host: Host) => V, scoreOf: (value: V) => number, inside: () => Ranking) {
    this.#valueOf = of
    this.#scoreOf = scoreOf
    this.#inside = inside
  }

  get size(): number {
    return this.#size
  }

  fill(entries: readonly Entry[]): void {
    for (const [value, own] of Map.groupBy(entries, (entry) => this.#valueOf(entry.host))) {
      const bucket: Bucket<V> = { at: 0, value, inside: this.#inside(), key: [] }
      bucket.inside.fill(own)
      bucket.key = this.#keyOf(bucket)
      this.#byValue.set(value, bucket)
    }
    this.#size = entries.length
    this.#heap.fill([...this.#byValue.values()])
  }

  add(entry: Entry): void {
    const value = this.#valueOf(entry.host)
    const known = this.#byValue.get(value)
    const bucket = known ?? { at: 0, value, inside: this.#inside(), key: [] }
    bucket.inside.add(entry)
    bucket.key = this.#keyOf(bucket)
    this.#size += 1
    if (known) this.#heap.moved(known)
    else {
      this.#byValue.set(value, bucket)
      this.#heap.push(bucket)
    }
  }

  take(): Entry | undefined {
    const best = this.#best()
    const entry = best?.inside.take()
    if (!best || !entry) return undefined
    this.#size -= 1
    if (best.inside.size === 0) {
      this.#heap.remove(best)
      this.#byValue.delete(best.value)
    } else {
      best.key = this.#keyOf(best)
      this.#heap.moved(best)
    }
    return entry
  }

  key(): readonly number[] {
    return this.#best()?.key ?? []
  }

  /** The bucket in front, once those before it that are out of date have got their place. */
  #best(): Bucket<V> | undefined {
    for (;;) {
      const { top } = this.#heap
      if (!top) return undefined
      const key = this.#keyOf(top)
      if (!isBefore(top.key, key)) return top
      top.key = key
      this.#heap.moved(top)
    }
  }

  #keyOf({ value, inside }: Bucket<V>): readonly number[] {
    return [this.#scoreOf(value), ...inside.key()]
  }
}
