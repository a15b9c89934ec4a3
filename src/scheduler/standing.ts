// Hosts as they stand for tasks with the same needs: filtered, ordered, and kept while hosts come, change and go, so that
// a call costs what has changed since the last one. What it places is the same as if all hosts were given anew. Pure.
import { filters, type Obstacle } from "./filters.ts"
import type { Host } from "./host.ts"
import { type TaskNeeds, withTask } from "./needs.ts"
import { type Order, ordersOf, tasksOf } from "./order.ts"
import { type Entry, isByLot, type Ranking, rankBy } from "./ranking.ts"

/** What became of several tasks that need the same. */
export interface Placements {
  /** The host of each that has one, in order. */
  readonly hosts: readonly Host[]
  /** Why no host took the next one; empty when all are placed. */
  readonly obstacles: ReadonlyMap<string, Obstacle>
}

/** A host and its place among all: of hosts that are alike the one with the lowest gets the task. */
export type Placed = readonly [place: number, host: Host]

interface Standee extends Entry {
  /** In the ranking: it can take a task. */
  ranked: boolean
}

type Counts = Map<string | undefined, number>

const passes = (host: Host, needs: TaskNeeds): boolean => {
  for (const filter of filters) if (!filter.passes(host, needs)) return false
  return true
}

/** See the head of the file. */
export class Standing {
  readonly #needs: TaskNeeds
  readonly #group: string
  readonly #ranking: Ranking
  readonly #byLot: boolean
  readonly #entries = new Map<string, Standee>()
  /** Tasks of the group by value of each attribute that scores share, over all hosts, with room or without. */
  readonly #shared = new Map<string, Counts>()
  readonly #lot = { seed: 0, turn: 0 }

  constructor(needs: TaskNeeds, hosts: Iterable<Placed>) {
    this.#needs = needs
    this.#group = needs.group ?? ""
    const orders: readonly Order[] = ordersOf(needs)
    this.#byLot = isByLot(orders)
    for (const order of orders) if (order.kind === "shared") this.#shared.set(order.attribute, new Map())
    this.#ranking = rankBy(orders, {
      shared: (attribute) => this.#shared.get(attribute) ?? new Map(),
      lot: this.#lot,
    })
    const able: Standee[] = []
    for (const [index, host] of hosts) {
      const entry: Standee = { at: 0, index, host, key: [], ranked: passes(host, needs) }
      this.#entries.set(host.id, entry)
      for (const [attribute, counts] of this.#shared) add(counts, host.attributes.get(attribute), this.#own(host))
      if (entry.ranked) able.push(entry)
    }
    this.#ranking.fill(able)
  }

  /** How many hosts there are. */
  get size(): number {
    return this.#entries.size
  }

  /** A host that is new, or is not what it was. */
  put(place: number, host: Host): void {
    const known = this.#entries.get(host.id)
    if (known?.host === host && known.index === place) return
    if (known) this.drop(host.id)
    const entry: Standee = { at: 0, index: place, host, key: [], ranked: false }
    this.#entries.set(host.id, entry)
    for (const attribute of this.#shared.keys()) {
      this.#count(attribute, host.attributes.get(attribute), this.#own(host))
    }
    this.#rank(entry)
  }

  /** A host that is no more. */
  drop(id: string): void {
    const entry = this.#entries.get(id)
    if (!entry) return
    if (entry.ranked) this.#ranking.remove(entry)
    this.#entries.delete(id)
    for (const attribute of this.#shared.keys()) {
      this.#count(attribute, entry.host.attributes.get(attribute), -this.#own(entry.host))
    }
  }

  /**
   * Places up to `count` tasks one after the other; each takes its room from the next. Ends at the first that has no
   * place. The hosts have these tasks from then on, until they are put anew.
   */
  place(count: number, seed = 0): Placements {
    this.#lot.seed = seed
    this.#lot.turn = 0
    const placed: Host[] = []
    while (placed.length < count) {
      const entry = this.#ranking.take() as Standee | undefined
      if (!entry) return { hosts: placed, obstacles: this.#obstacles() }
      entry.ranked = false
      placed.push(entry.host)
      entry.host = withTask(entry.host, this.#needs)
      if (this.#needs.group !== undefined) {
        for (const attribute of this.#shared.keys()) this.#count(attribute, entry.host.attributes.get(attribute), 1)
      }
      this.#rank(entry)
    }
    return { hosts: placed, obstacles: new Map() }
  }

  #own(host: Host): number {
    return tasksOf(host, this.#group)
  }

  #rank(entry: Standee): void {
    entry.ranked = passes(entry.host, this.#needs)
    if (entry.ranked) this.#ranking.add(entry)
  }

  #count(attribute: string, value: string | undefined, more: number): void {
    const counts = this.#shared.get(attribute)
    if (!counts || more === 0) return
    add(counts, value, more)
    if (more < 0 || this.#byLot) this.#ranking.recount(attribute, value)
  }

  /** The first obstacle of each host. */
  #obstacles(): ReadonlyMap<string, Obstacle> {
    return new Map(
      [...this.#entries.values()]
        .sort((a, b) => a.index - b.index)
        .flatMap(({ host }) => {
          const failed = filters.find((filter) => !filter.passes(host, this.#needs))
          return failed ? [[host.id, failed.obstacle] as const] : []
        }),
    )
  }
}

function add(counts: Counts, value: string | undefined, more: number): void {
  const now = (counts.get(value) ?? 0) + more
  if (now === 0) counts.delete(value)
  else counts.set(value, now)
}
