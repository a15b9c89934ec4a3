// Metric points: what was counted in a minute, by namespace, metric and dimensions, over a bulk store of its own. It is opened
// by the first that come. Old points make room for new ones; nothing that goes wrong here stops anybody.
import { type Clock, errorFields, type Log, type Scope, scopeKey } from "../../kernel/index.ts"
import { BulkFull, type BulkItem, type BulkStore } from "../bulk.ts"

/** What is counted. */
export interface MetricSeries extends Scope {
  /** `AWS/ApplicationELB`. */
  readonly namespace: string
  readonly metric: string
  readonly dimensions: Readonly<Record<string, string>>
}

/** What came of a minute, as a set: values by their sum, count and bounds. */
export interface MetricSet {
  /** The beginning of the minute, milliseconds of the cloud clock. */
  readonly at: number
  readonly unit: string
  readonly sum: number
  readonly count: number
  readonly minimum: number
  readonly maximum: number
}

export type MetricPoint = MetricSeries & MetricSet

export interface MetricPoints {
  /** Keeps them; those of one minute add up. Resolves when they are durable, or given up, which the log says. Never rejects. */
  put(points: readonly MetricPoint[]): Promise<void>
  /** One set for each minute that has points, in order; `from` and `to` inclusive. */
  range(series: MetricSeries, from: number, to: number): Promise<readonly MetricSet[]>
  /** What there are points of. */
  list(scope: Scope): Promise<readonly MetricSeries[]>
  /** Since the start of the process. */
  counts(): { readonly kept: number; readonly dropped: number }
  /** Forgets all. */
  clear(): Promise<void>
  close(): Promise<void>
}

export interface MetricPointsOptions {
  /** Opens the store behind; asked once. */
  readonly open: () => Promise<BulkStore>
  /** Whether there is one already, from a life before: reading opens it then. */
  readonly exists: () => boolean
  /** The cloud clock. */
  readonly clock: Pick<Clock, "now">
  readonly log: Log
}

const day = 24 * 60 * 60 * 1000
/** CloudWatch keeps metrics for 15 months. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html */
const lifetime = 455 * day
/** What is younger makes room for nothing. */
const shortest = day / 24

const keyOf = ({ namespace, metric, dimensions, ...scope }: MetricSeries): string => {
  const sorted = Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1))
  return `${scopeKey(scope)} ${JSON.stringify([namespace, metric, sorted])}`
}

const seriesOf = (scope: Scope, key: string): MetricSeries => {
  const [namespace, metric, dimensions] = JSON.parse(key.slice(key.indexOf(" ") + 1)) as [
    string,
    string,
    [string, string][],
  ]
  return { account: scope.account, region: scope.region, namespace, metric, dimensions: Object.fromEntries(dimensions) }
}

const pack = ({ unit, sum, count, minimum, maximum }: MetricSet): string =>
  JSON.stringify([sum, count, minimum, maximum, unit])

const unpack = ({ time: at, data }: BulkItem): MetricSet => {
  const [sum, count, minimum, maximum, unit] = JSON.parse(data) as [number, number, number, number, string]
  return { at, unit, sum, count, minimum, maximum }
}

const together = (a: MetricSet, b: MetricSet): MetricSet => ({
  ...a,
  sum: a.sum + b.sum,
  count: a.count + b.count,
  minimum: Math.min(a.minimum, b.minimum),
  maximum: Math.max(a.maximum, b.maximum),
})

/** They come from another process. */
const isWhole = (point: MetricPoint): boolean =>
  [point.at, point.sum, point.count, point.minimum, point.maximum].every(Number.isFinite) &&
  [point.account, point.region, point.namespace, point.metric, point.unit].every((text) => typeof text === "string") &&
  typeof point.dimensions === "object" &&
  point.dimensions !== null

/** How many items are read at once. */
const page = 5000

/** See the head of the file. */
class StoredMetricPoints implements MetricPoints {
  readonly #options: MetricPointsOptions
  #store: Promise<BulkStore> | undefined
  #makingRoom: Promise<void> | undefined
  #lastSeq = 0
  #sweptAt = -Infinity
  #kept = 0
  #dropped = 0

  constructor(options: MetricPointsOptions) {
    this.#options = options
  }

  async put(points: readonly MetricPoint[]): Promise<void> {
    const bySeries = new Map<string, BulkItem[]>()
    for (const point of points) {
      if (!isWhole(point)) {
        this.#giveUp(1, new Error("A metric point is not whole."))
        continue
      }
      const key = keyOf(point)
      const items = bySeries.get(key) ?? []
      items.push({ seq: this.#nextSeq(), time: point.at, data: pack(point) })
      bySeries.set(key, items)
    }
    await Promise.all([...bySeries].map(([key, items]) => this.#keep(key, items)))
    await this.#sweep()
  }

  async range(series: MetricSeries, from: number, to: number): Promise<readonly MetricSet[]> {
    const store = await this.#existing()
    const sets: MetricSet[] = []
    let last: BulkItem | undefined
    do {
      const span = { fromTime: from, toTime: to, limit: page, order: "time" } as const
      const items = (await store?.range(keyOf(series), { ...span, ...(last && { after: last }) })) ?? []
      for (const set of items.map(unpack)) {
        const before = sets.at(-1)
        if (before?.at === set.at) sets[sets.length - 1] = together(before, set)
        else sets.push(set)
      }
      last = items.length === page ? items.at(-1) : undefined
    } while (last)
    return sets
  }

  async list(scope: Scope): Promise<readonly MetricSeries[]> {
    const keys = (await (await this.#existing())?.series()) ?? []
    return keys.filter((key) => key.startsWith(`${scopeKey(scope)} `)).map((key) => seriesOf(scope, key))
  }

  counts() {
    return { kept: this.#kept, dropped: this.#dropped }
  }

  async clear(): Promise<void> {
    const store = await this.#existing()
    for (const key of (await store?.series()) ?? []) await store?.drop(key)
  }

  async close(): Promise<void> {
    // One that could not be opened has nothing to close; who wanted it has heard.
    await this.#store?.then(
      (store) => store.close(),
      () => {},
    )
  }

  #opened(): Promise<BulkStore> {
    this.#store ??= this.#options.open()
    return this.#store
  }

  /** Nothing is made by who only looks. */
  async #existing(): Promise<BulkStore | undefined> {
    return this.#store || this.#options.exists() ? this.#opened() : undefined
  }

  /** Unlike any before, also of lives before: the cloud clock never goes back. */
  #nextSeq(): number {
    this.#lastSeq = Math.max(this.#lastSeq + 1, Math.floor(this.#options.clock.now()) * 1000)
    return this.#lastSeq
  }

  async #keep(key: string, items: readonly BulkItem[]): Promise<void> {
    try {
      const store = await this.#opened()
      await store.put(key, items).catch(async (thrown: unknown) => {
        if (!(thrown instanceof BulkFull)) throw thrown
        await this.#makeRoom(store)
        await store.put(key, items)
      })
      this.#kept += items.length
    } catch (thrown) {
      this.#giveUp(items.length, thrown)
    }
  }

  #giveUp(count: number, thrown: unknown): void {
    this.#dropped += count
    this.#options.log.warn("Metric points could not be kept.", { count, ...errorFields(thrown) })
  }

  /** Halves the time that points are kept until some have gone. */
  #makeRoom(store: BulkStore): Promise<void> {
    this.#makingRoom ??= this.#trimSome(store).finally(() => {
      this.#makingRoom = undefined
    })
    return this.#makingRoom
  }

  async #trimSome(store: BulkStore): Promise<void> {
    for (let kept = lifetime; kept >= shortest; kept /= 2) {
      if ((await this.#trim(store, kept)) > 0) return
    }
  }

  async #trim(store: BulkStore, kept: number): Promise<number> {
    let bytes = 0
    for (const key of await store.series()) bytes += await store.trim(key, this.#options.clock.now() - kept)
    return bytes
  }

  /** Once a day, when points come: what is too old goes. */
  async #sweep(): Promise<void> {
    const now = this.#options.clock.now()
    if (this.#store === undefined || now < this.#sweptAt + day) return
    this.#sweptAt = now
    try {
      await this.#trim(await this.#store, lifetime)
    } catch (thrown) {
      // What was not swept today is swept tomorrow.
      this.#options.log.warn("Old metric points could not be swept.", errorFields(thrown))
    }
  }
}

export const metricPoints = (options: MetricPointsOptions): MetricPoints => new StoredMetricPoints(options)
