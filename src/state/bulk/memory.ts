// A bulk store in memory, for tests and simulations: the same answers and the same bound as the one in a file.
import { BulkFull, type BulkItem, type BulkRange, type BulkStore } from "../bulk.ts"
import { textBytes, weight } from "./size.ts"

const bySeq = (a: BulkItem, b: BulkItem) => a.seq - b.seq
const byTime = (a: BulkItem, b: BulkItem) => a.time - b.time || a.seq - b.seq

const inRange = (item: BulkItem, range: BulkRange): boolean =>
  item.seq >= (range.fromSeq ?? -Infinity) &&
  item.seq <= (range.toSeq ?? Infinity) &&
  item.time >= (range.fromTime ?? -Infinity) &&
  item.time <= (range.toTime ?? Infinity)

const sizeOf = (items: Iterable<BulkItem>): { readonly items: number; readonly bytes: number } => {
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

/** A store that holds at most `bytes`; without it as much as memory does. */
export const memoryBulkStore = ({ bytes = Infinity }: { readonly bytes?: number } = {}): BulkStore => {
  const all = new Map<string, Map<number, BulkItem>>()
  let used = 0

  const remove = (series: string, goes: (item: BulkItem) => boolean): number => {
    const items = all.get(series)
    const gone = [...(items?.values() ?? [])].filter(goes)
    for (const item of gone) items?.delete(item.seq)
    if (items?.size === 0) all.delete(series)
    used -= weightOf(gone)
    return sizeOf(gone).bytes
  }

  return {
    put: async (series, items) => {
      const old = all.get(series)
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
      all.set(series, into)
    },
    range: async (series, range) => {
      const compare = range.order === "time" ? byTime : bySeq
      const sign = range.descending ? -1 : 1
      const { after } = range
      return [...(all.get(series)?.values() ?? [])]
        .filter((item) => inRange(item, range) && (!after || sign * compare(item, { ...after, data: "" }) > 0))
        .sort((a, b) => sign * compare(a, b))
        .slice(0, range.limit)
    },
    trim: async (series, before) => remove(series, (item) => item.time < before),
    cut: async (series, seq) => void remove(series, (item) => item.seq > seq),
    drop: async (series) => void remove(series, () => true),
    series: async () => [...all.keys()].sort(),
    close: async () => {},
  }
}
