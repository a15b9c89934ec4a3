// What a table is: a name, a version, a key and indexes over frozen records. The engine is in store.ts,
// the tables of Roadstead in tables/ and their list in schema.ts.

import type { Trail } from "./trail.ts"

/** A record: plain JSON data, deeply frozen, replaced and never changed. */
export type Row = object

/** An index: the values under which a row is found. `undefined` leaves the row out of the index. */
export type IndexOf<R extends Row> = (row: R) => string | readonly string[] | undefined

/** The definition of a table; see CONTRIBUTING.md, "add a table". */
export interface TableSpec<R extends Row, I extends Record<string, IndexOf<R>> = Record<string, IndexOf<R>>> {
  readonly name: string
  /** Goes up by one with every change of the record's form; rows of older versions pass through `upgrades`. */
  readonly version: number
  /** Unique in the table, and begins with account and region (an ARN does). */
  readonly key: (row: R) => string
  readonly indexes: I
  /** From version n to n+1, over the stored JSON. */
  readonly upgrades?: Readonly<Record<number, (old: never) => unknown>>
}

/** `defineTable<Cluster>()({ name, version, key, indexes })`: infers the names of the indexes. */
export const defineTable =
  <R extends Row>() =>
  <const I extends Record<string, IndexOf<R>>>(spec: TableSpec<R, I>): TableSpec<R, I> =>
    spec

/** One page of rows in the order of their keys. */
export interface Page<R> {
  readonly rows: readonly R[]
  /** The key to pass as `after` for the next page; absent on the last. */
  readonly next?: string
}

/** Reading a table. Rows come in the order in which they were first inserted, pages in the order of their keys. */
export interface ReadTable<R extends Row, N extends string = string> {
  get(key: string): R | undefined
  has(key: string): boolean
  /** Rows under an index value; an empty array when there are none. */
  by(index: N, value: string): readonly R[]
  /** The first row under an index value. */
  first(index: N, value: string): R | undefined
  count(index: N, value: string): number
  /** Up to `limit` rows under an index value with keys greater than `after`, for which `keep` (if given) holds. */
  page(index: N, value: string, options: { after?: string; limit: number; keep?: (row: R) => boolean }): Page<R>
  all(): Iterable<R>
  readonly size: number
  /** The place of a row among all: the order in which they were first inserted. */
  ordinal(key: string): number | undefined
  /** What changes from now on: the keys of rows, or their values in an index. The same one for the life of the store. */
  trail(index?: N): Trail
}

/** Reading and writing a table inside a transaction. Every row is frozen as it goes in. */
export interface WriteTable<R extends Row, N extends string = string> extends ReadTable<R, N> {
  /** Adds a row; throws when its key is taken. Returns the frozen row. */
  insert(row: R): R
  /** Adds or replaces a row. */
  put(row: R): R
  /** Replaces the named members of a row that exists (throws otherwise). `undefined` removes a member. */
  patch(key: string, change: { readonly [K in keyof R]?: R[K] | undefined }): R
  /** Removes a row; false when there was none. */
  delete(key: string): boolean
}
