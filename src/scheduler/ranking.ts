// Hosts in the order of their scores, kept while tasks are placed on them and while hosts change: who changes is taken
// out, and put back with its new scores. Costs the logarithm of what there is, since only what changed is ordered again.
//
// Hosts with the same value of a shared score (all in a zone) lie in a bucket together. Its score moves with each of
// its tasks, for all of its hosts at once; in a bucket they are ordered by what comes behind. While tasks are placed
// shared scores only grow, so a bucket whose place is out of date stands too far in front, and is seen there.
import type { Host } from "./host.ts"
import { drawLot, type Order } from "./order.ts"
import { compareKeys, DrawnQueue, HeapQueue, type Queue, type Queued } from "./queue.ts"

/** A host that can take the task. `index` is its place among all that were given. */
export interface Entry extends Queued {
  readonly index: number
  /** Stays the same while it is in a ranking. */
  host: Host
}

/** The hosts that can take the task. */
export interface Ranking {
  readonly size: number
  /** Takes all in that there are at the beginning. */
  fill(entries: readonly Entry[]): void
  add(entry: Entry): void
  remove(entry: Entry): void
  /** Takes out the best; of hosts that are alike the one that came first, where chance does not decide. */
  take(): Entry | undefined
  /** The scores of the best, to be compared with those of its likes. */
  key(): readonly number[]
  /** To be called when a shared score has become another: always where it fell, and where chance decides. */
  recount(attribute: string, value: string | undefined): void
}

/** What the parts of a ranking share. */
export interface Scores {
  /** Tasks of the group by attribute, and in it by value. */
  shared(attribute: string): ReadonlyMap<string | undefined, number>
  /** The seed of a call, and how often chance was asked in it. */
  readonly lot: { seed: number; turn: number }
}

/** Whether chance decides among hosts that are alike. */
export const isByLot = (orders: readonly Order[]): boolean => orders.at(-1)?.kind === "lot"

/** A ranking by these scores. */
export const rankBy = (orders: readonly Order[], scores: Scores): Ranking => {
  const [first, ...rest] = orders
  const byLot = isByLot(orders)
  const draw = (from: number): number => {
    scores.lot.turn += 1
    return drawLot(scores.lot.seed, scores.lot.turn) % from
  }
  const own = orders.flatMap((order) => (order.kind === "own" ? [order.of] : []))
  if (own.length === orders.length) {
    return new Leaf(new HeapQueue(), ({ host, index }) => [...own.map((score) => score(host)), index])
  }
  if (!first || first.kind === "lot") {
    return new Leaf(new DrawnQueue((a, b) => a.index - b.index, draw), () => alike)
  }
  const shape = <V extends Value>(): Pick<Shape<V>, "queue" | "inside"> => ({
    queue: byLot ? new DrawnQueue<Bucket<V>>((a, b) => compareValues(a.value, b.value), draw) : new HeapQueue(),
    inside: () => rankBy(rest, scores),
  })
  if (first.kind === "own") return new Buckets({ ...shape<number>(), valueOf: first.of, scoreOf: (score) => score })
  const { attribute } = first
  const counts = scores.shared(attribute)
  return new Buckets<string | undefined>({
    ...shape(),
    attribute,
    valueOf: ({ attributes }) => attributes.get(attribute),
    scoreOf: (value) => counts.get(value) ?? 0,
  })
}

/** The key of hosts of which any is as good as another. */
const alike: readonly number[] = []

type Value = string | number | undefined

const compareValues = (a: Value, b: Value): number => {
  if (a === b) return 0
  if (a === undefined || b === undefined) return a === undefined ? -1 : 1
  return a < b ? -1 : 1
}

/** Hosts by the scores that each has for itself. */
class Leaf implements Ranking {
  readonly #queue: Queue<Entry>
  readonly #keyOf: (entry: Entry) => readonly number[]

  constructor(queue: Queue<Entry>, keyOf: (entry: Entry) => readonly number[]) {
    this.#queue = queue
    this.#keyOf = keyOf
  }

  get size(): number {
    return this.#queue.size
  }

  fill(entries: readonly Entry[]): void {
    for (const entry of entries) entry.key = this.#keyOf(entry)
    this.#queue.fill(entries)
  }

  add(entry: Entry): void {
    entry.key = this.#keyOf(entry)
    this.#queue.push(entry)
  }

  remove(entry: Entry): void {
    this.#queue.remove(entry)
  }

  take(): Entry | undefined {
    const entry = this.#queue.next()
    if (entry) this.#queue.remove(entry)
    return entry
  }

  key(): readonly number[] {
    return this.#queue.top?.key ?? []
  }

  recount(): void {}
}

interface Bucket<V> extends Queued {
  readonly value: V
  readonly inside: Ranking
}

interface Shape<V> {
  readonly queue: Queue<Bucket<V>>
  readonly inside: () => Ranking
  /** Where the score is shared. */
  readonly attribute?: string
  readonly valueOf: (host: Host) => V
  readonly scoreOf: (value: V) => number
}

/** Hosts by a value that decides their first score. The key of a bucket is never above what it is now. */
class Buckets<V extends Value> implements Ranking {
  readonly #shape: Shape<V>
  readonly #queue: Queue<Bucket<V>>
  readonly #byValue = new Map<V, Bucket<V>>()
  #size = 0

  constructor(shape: Shape<V>) {
    this.#shape = shape
    this.#queue = shape.queue
  }

  get size(): number {
    return this.#size
  }

  fill(entries: readonly Entry[]): void {
    for (const [value, own] of Map.groupBy(entries, (entry) => this.#shape.valueOf(entry.host))) {
      const bucket: Bucket<V> = { at: 0, value, inside: this.#shape.inside(), key: [] }
      bucket.inside.fill(own)
      bucket.key = this.#keyOf(bucket)
      this.#byValue.set(value, bucket)
    }
    this.#size = entries.length
    this.#queue.fill([...this.#byValue.values()])
  }

  add(entry: Entry): void {
    const value = this.#shape.valueOf(entry.host)
    const known = this.#byValue.get(value)
    const bucket = known ?? { at: 0, value, inside: this.#shape.inside(), key: [] }
    bucket.inside.add(entry)
    this.#size += 1
    if (known) this.#queue.rekey(known, this.#keyOf(known))
    else {
      bucket.key = this.#keyOf(bucket)
      this.#byValue.set(value, bucket)
      this.#queue.push(bucket)
    }
  }

  remove(entry: Entry): void {
    const bucket = this.#byValue.get(this.#shape.valueOf(entry.host))
    if (!bucket) throw new Error(`${entry.host.id} is in no bucket: it was changed while it was ranked`)
    bucket.inside.remove(entry)
    this.#shrunk(bucket)
  }

  take(): Entry | undefined {
    this.#freshen()
    const bucket = this.#queue.next()
    const entry = bucket?.inside.take()
    if (bucket && entry) this.#shrunk(bucket)
    return entry
  }

  key(): readonly number[] {
    this.#freshen()
    return this.#queue.top?.key ?? []
  }

  recount(attribute: string, value: string | undefined): void {
    if (attribute !== this.#shape.attribute) {
      for (const bucket of this.#byValue.values()) {
        bucket.inside.recount(attribute, value)
        this.#queue.rekey(bucket, this.#keyOf(bucket))
      }
      return
    }
    const bucket = this.#byValue.get(value as V)
    if (!bucket) return
    bucket.inside.recount(attribute, value)
    this.#queue.rekey(bucket, this.#keyOf(bucket))
  }

  #shrunk(bucket: Bucket<V>): void {
    this.#size -= 1
    if (bucket.inside.size > 0) this.#queue.rekey(bucket, this.#keyOf(bucket))
    else {
      this.#queue.remove(bucket)
      this.#byValue.delete(bucket.value)
    }
  }

  /** Gives those in front that are out of date their place. */
  #freshen(): void {
    for (;;) {
      const { top } = this.#queue
      if (!top) return
      const key = this.#keyOf(top)
      if (compareKeys(top.key, key) >= 0) return
      this.#queue.rekey(top, key)
    }
  }

  #keyOf({ value, inside }: Bucket<V>): readonly number[] {
    return [this.#shape.scoreOf(value), ...inside.key()]
  }
}
