// The store as the other rooms see it: views, transactions, positions and watches over a schema of tables.
// Its implementation is in store.ts; the journal behind it in journal/.
import type { ReadTable, Row, TableSpec, WriteTable } from "./table.ts"

// biome-ignore lint/suspicious/noExplicitAny: a schema holds tables of every row type
export type Schema = Readonly<Record<string, TableSpec<any, any>>>

type RowOf<T> = T extends TableSpec<infer R, infer _I> ? R : never
type IndexNames<T> = T extends TableSpec<infer _R, infer I> ? Extract<keyof I, string> : never

/** Reading all tables at one moment. Only valid inside the function that it was given to. */
export type ViewOf<S extends Schema> = { readonly [K in keyof S]: ReadTable<RowOf<S[K]>, IndexNames<S[K]>> }

/** Reading and writing all tables inside one transaction. */
export type TxOf<S extends Schema> = { readonly [K in keyof S]: WriteTable<RowOf<S[K]>, IndexNames<S[K]>> }

/** The number of a committed transaction; grows by one with each. */
export type Position = number

/** One row that a transaction added (`before` absent), replaced, or removed (`after` absent). */
export interface Change {
  readonly table: string
  readonly key: string
  readonly before?: Row
  readonly after?: Row
}

/** All that one transaction changed, each row once. */
export interface Commit {
  readonly position: Position
  readonly changes: readonly Change[]
}

/** When a watcher hears of a commit. */
export type WatchMoment =
  /** As soon as it is committed in memory: for controllers, which only write records that become durable later still. */
  | "committed"
  /** When it is durable: for everything that acts on the world outside the records. */
  | "durable"

/** The hub: every record of the control plane. One per process. */
export interface Store<S extends Schema> {
  /** Runs synchronous reads over one moment of the records. */
  view<T>(read: (view: ViewOf<S>) => T): T
  /**
   * Runs a synchronous transaction. When `write` throws nothing has happened. A transaction that changed nothing
   * makes no commit and answers the position that its reads have seen.
   */
  transact<T>(write: (tx: TxOf<S>) => T): { readonly value: T; readonly position: Position }
  /** Inside a running transaction: runs `write`, and undoes what it wrote when it throws (the throw passes on). */
  savepoint<T>(write: () => T): T
  /** The newest commit in memory. */
  readonly position: Position
  /** Resolves when that commit is on disk. Never resolves after the journal failed: the process is to stop. */
  durable(position: Position): Promise<void>
  /** Takes a view and starts to watch with no gap and no overlap between the two. Returns the end of the watch. */
  watch<T>(
    moment: WatchMoment,
    read: (view: ViewOf<S>) => T,
    onCommit: (commit: Commit) => void,
  ): { readonly seen: T; stop(): void }
  /** Waits for what is committed to be durable, then closes the journal. */
  close(): Promise<void>
}
