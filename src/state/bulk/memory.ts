// A bulk store in memory, for tests and simulations: the same answers and the same bound as the one in a file.
import { BulkFull, type BulkItem, type BulkRange, type BulkSize, type BulkSpan, type BulkStore } from "../bulk.ts"
import { textBytes, weight } from "./size.ts"

const bySeq = (a: BulkItem, b: BulkItem) => a.seq - b.seq
const byTime = (a: BulkItem, b: BulkItem) => a.time - b.time || a.seq - b.seq

const inRange = (item: BulkItem, range: BulkSpan): boolean =>
  item.seq >= (range.fromSeq ?? -Infinity) &&
  item.seq <= (range.toSeq ?? Infinity) &&
  item.time >= (range.fromTime ?? -Infinity) &&
  item.time <= (range.toTime ?? Infinity)

const sizeOf = (items: Iterable<BulkItem>): BulkSize => {
  let count = 0
  let bytes = 0
  for (const item of items) {
    count++
    bytes += textBytes(item.data)
  }
  return { items: count, bytes }
}

const weightOf = (items: Iterable<BulkItem>): number => {
  const size = sizeOf(items)
  return weight(size.items, size.bytes)
}

/** A series, with its items in each order for as long as nothing changes: reading it page by page sorts it once. */
interface Series {
  readonly items: Map<number, BulkItem>
  readonly sorted: { seq?: readonly BulkItem[]; time?: readonly BulkItem[] }
}

const sortedBy = (series: Series, order: BulkRange["order"]): readonly BulkItem[] => {
  series.sorted[order] ??= [...series.items.values()].sort(order === "time" ? byTime : bySeq)
  return series.sorted[order]
}

/** How many items at the beginning are `before`; those that are stand first. */
const countBefore = (items: readonly BulkItem[], before: (item: BulkItem) => boolean): number => {
  let from = 0
  let to = items.length
  while (from < to) {
    const middle = (from + to) >> 1
    const item = items[middle]
    if (item && before(item)) from = middle + 1
    else to = middle
  }
  return from
}

/** A store that holds at most `bytes`; without it as much as memory does. */
export const memoryBulkStore = ({ bytes = Infinity }: { readonly bytes?: number } = {}): BulkStore => {
  const all = new Map<string, Series>()
  let used = 0

  const remove = (series: string, goes: (item: BulkItem) => boolean): number => {
    const known = all.get(series)
    const gone = [...(known?.items.values() ?? [])].filter(goes)
    if (known) all.set(series, { items: known.items, sorted: {} })
    for (const item of gone) known?.items.delete(item.seq)
    if (known?.items.size === 0) all.delete(series)
    used -= weightOf(gone)
    return sizeOf(gone).bytes
  }

  return {
    put: async (series, items) => {
      const old = all.get(series)?.items
      // Within one call the last item with a seq counts.
      const wanted = new Map(
        items.map((item) => [item.seq, Object.freeze({ seq: item.seq, time: item.time, data: item.data })]),
      )
      const replaced = [...wanted.keys()].flatMap((seq) => old?.get(seq) ?? [])
      const grows = weightOf(wanted.values()) - weightOf(replaced)
      if (used + grows > bytes) throw new BulkFull("full")
      used += grows
      if (wanted.size === 0) return
      const into = old ?? new Map<number, BulkItem>()
      for (const [seq, item] of wanted) into.set(seq, item)
      all.set(series, { items: into, sorted: {} })
    },
    range: async (series, range) => {
      const known = all.get(series)
      if (!known) return []
      const compare = range.order === "time" ? byTime : bySeq
      const items = sortedBy(known, range.order)
      const after = range.after && { ...range.after, data: "" }
      const step = range.descending ? -1 : 1
      const upTo = after && countBefore(items, (item) => compare(item, after) < (range.descending ? 0 : 1))
      let at = range.descending ? (upTo ?? items.length) - 1 : (upTo ?? 0)
      const found: BulkItem[] = []
      for (let item = items[at]; item && found.length < range.limit; item = items[at]) {
        if (inRange(item, range)) found.push(item)
        at += step
      }
      return found
    },
    size: async (series, range) =>
      sizeOf([...(all.get(series)?.items.values() ?? [])].filter((item) => inRange(item, range))),
    trim: async (series, before) => remove(series, (item) => item.time < before),
    cut: async (series, seq) => void remove(series, (item) => item.seq > seq),
    drop: async (series) => void remove(series, () => true),
    series: async () => [...all.keys()].sort(),
    close: async () => {},
  }
}
