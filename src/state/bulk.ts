// Bulk stores: data too large or too many for records (log events, later metric points and objects).
// Records point into them; what no record points to is swept. Bounded on disk, with time-based trimming.

/** One item of a series. */
export interface BulkItem {
  /** Grows within its series; an item with a known `seq` replaces the old one (a retry writes the same again). */
  readonly seq: number
  /** Milliseconds since the epoch: what `range` and `trim` go by. */
  readonly time: number
  readonly data: string
}

/** Bounds of a part of a series, all inclusive. */
export interface BulkSpan {
  readonly fromSeq?: number
  readonly toSeq?: number
  readonly fromTime?: number
  readonly toTime?: number
}

/** How much a part of a series holds. */
export interface BulkSize {
  readonly items: number
  readonly bytes: number
}

/** Which items of a series. */
export interface BulkRange extends BulkSpan {
  /** At most so many items. */
  readonly limit: number
  /** `time` orders by (time, seq), `seq` by seq. */
  readonly order: "seq" | "time"
  readonly descending?: boolean
  /** Continue after this item in the given order. */
  readonly after?: { readonly seq: number; readonly time: number }
}

/** Why a bulk write was refused. A full store fails that call and never stops the process. */
export type BulkRefusal = "full" | "no-space"

/** Thrown by {@link BulkStore.put}. */
export class BulkFull extends Error {
  readonly refusal: BulkRefusal
  constructor(refusal: BulkRefusal) {
    super(refusal === "full" ? "The bulk store has reached its bound." : "No space is left on the disk.")
    this.name = "BulkFull"
    this.refusal = refusal
  }
}

/** A store of series of items; `series` is a key of the caller's choice that begins with account and region. */
export interface BulkStore {
  /** Durable when it resolves. Throws {@link BulkFull}. */
  put(series: string, items: readonly BulkItem[]): Promise<void>
  range(series: string, range: BulkRange): Promise<readonly BulkItem[]>
  /** How much such items hold: how many there are, and the bytes of their data. */
  size(series: string, range: BulkSpan): Promise<BulkSize>
  /** Removes items with a time before `before`; answers how many bytes went. */
  trim(series: string, before: number): Promise<number>
  /** Removes items with a seq above `seq`: what a crash left without a record. */
  cut(series: string, seq: number): Promise<void>
  drop(series: string): Promise<void>
  /** The series that hold items: for the sweep of orphans. */
  series(): Promise<readonly string[]>
  close(): Promise<void>
}
