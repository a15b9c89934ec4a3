// What the store needs of a journal: rows, not history. A journal keeps the newest form of each row and the position
// of the commit that it stands at. It knows neither tables nor indexes.
import type { Position } from "../types.ts"

/** Which row. */
export interface RowKey {
  readonly table: string
  readonly key: string
}

/** A row as it is kept. */
export interface StoredRow extends RowKey {
  /** The version of the table's form that `json` has. */
  readonly version: number
  readonly json: string
}

/** All that one commit changed. `deletes` happen before `puts`: a row in both moves to the end. */
export interface Batch {
  /** What `open` answered. Another one means that somebody else has opened the journal since. */
  readonly epoch: number
  readonly position: Position
  readonly puts: readonly StoredRow[]
  readonly deletes: readonly RowKey[]
}

/** What became of a batch. After anything but `durable` the journal takes no more. */
export type Appended =
  | { readonly outcome: "durable" }
  /** Somebody else leads now; nothing was written. */
  | { readonly outcome: "fenced" }
  | { readonly outcome: "failed"; readonly error: Error }

/** Where a journal stands when it is opened. */
export interface Opened {
  readonly epoch: number
  readonly position: Position
}

/** The durable side of a store. */
export interface Journal {
  /** Takes the journal for this process and fences whoever had it before. */
  open(): Promise<Opened>
  /** Every row, in the order of first insertion, some at a time. Called once, between `open` and the first `append`. */
  load(): AsyncIterable<readonly StoredRow[]>
  /** Answers when the batch is durable. Batches become durable in the order of the calls, each whole or not at all. */
  append(batch: Batch): Promise<Appended>
  /** Waits for what was appended. */
  close(): Promise<void>
}
