// The hub: transactions over all tables, positions and watches. Each commit is in memory at once and on its way to
// the journal; who must not speak before it is on disk waits with `durable`.
import type { Log } from "../kernel/index.ts"
import { Durability } from "./durability.ts"
import type { Batch, Journal } from "./journal/journal.ts"
import { type Access, accessTo } from "./table-access.ts"
import type { TableRows } from "./table-rows.ts"
import type { Commit, Position, Schema, Store, TxOf, ViewOf, WatchMoment } from "./types.ts"
import { takeBack, UndoLog, type Written } from "./undo-log.ts"
import { Watchers } from "./watchers.ts"

/** What a store stands on once its rows are loaded. */
export interface StoreParts {
  readonly tables: ReadonlyMap<string, TableRows>
  /** Absent for a store with nothing behind it. */
  readonly journal?: Journal
  readonly epoch: number
  readonly position: Position
  readonly log: Log
  readonly onFailure: (error: Error) => void
}

const refusePromise = <T>(value: T, what: string): T => {
  const then: unknown = (value as { then?: unknown } | null | undefined)?.then
  if (typeof then !== "function") return value
  // The promise will fail when it uses its tables; that is said here already.
  Promise.resolve(value).catch(() => {})
  throw new TypeError(`The function of a ${what} is synchronous and answers no promise`)
}

const batchOf = (epoch: number, position: Position, written: readonly Written[]): Batch => ({
  epoch,
  position,
  puts: written.flatMap(({ change: { table, key, after }, version }) =>
    after ? [{ table, key, version, json: JSON.stringify(after) }] : [],
  ),
  deletes: written.flatMap(({ change: { table, key, after }, moved }) => (after && !moved ? [] : [{ table, key }])),
})

/** See the head of the file; the contract is {@link Store}. */
export class MemoryStore<S extends Schema> implements Store<S> {
  readonly #parts: StoreParts
  readonly #tablesFor: (access: Access) => object
  readonly #durability: Durability
  readonly #watchers: Record<WatchMoment, Watchers>
  #position: Position
  #running: UndoLog | undefined
  #views = 0
  #closed = false

  constructor(parts: StoreParts) {
    this.#parts = parts
    this.#position = parts.position
    this.#tablesFor = accessTo(parts.tables)
    this.#watchers = { committed: new Watchers(parts.log), durable: new Watchers(parts.log) }
    this.#durability = new Durability({
      ...(parts.journal && { journal: parts.journal }),
      position: parts.position,
      onDurable: (commit) => this.#watchers.durable.tell(commit),
      onFailure: parts.onFailure,
    })
  }

  get position(): Position {
    return this.#position
  }

  view<T>(read: (view: ViewOf<S>) => T): T {
    if (this.#running) throw new Error("A view inside a transaction would show what may never happen; read its tables")
    const access: Access = { open: true, log: undefined }
    this.#views++
    try {
      return refusePromise(read(this.#tablesFor(access) as ViewOf<S>), "view")
    } finally {
      this.#views--
      access.open = false
    }
  }

  transact<T>(write: (tx: TxOf<S>) => T): { readonly value: T; readonly position: Position } {
    if (this.#running) throw new Error("A transaction inside a transaction; use a savepoint")
    if (this.#views > 0) throw new Error("A transaction inside a view would change what the view reads")
    if (this.#closed) throw new Error("The store is closed")
    if (this.#durability.failed) throw new Error("The journal has failed: nothing can be kept any more")
    const log = new UndoLog()
    const access: Access = { open: true, log }
    this.#running = log
    let value: T
    let written: readonly Written[]
    let batch: Batch | undefined
    try {
      value = refusePromise(write(this.#tablesFor(access) as TxOf<S>), "transaction")
      written = log.written()
      if (written.length > 0 && this.#parts.journal) batch = batchOf(this.#parts.epoch, this.#position + 1, written)
    } catch (thrown) {
      log.rollBackTo(0)
      throw thrown
    } finally {
      access.open = false
      this.#running = undefined
    }
    if (written.length > 0) this.#commit(written, log, batch)
    return { value, position: this.#position }
  }

  savepoint<T>(write: () => T): T {
    const log = this.#running
    if (!log) throw new Error("A savepoint stands inside a transaction")
    const mark = log.mark
    try {
      return refusePromise(write(), "savepoint")
    } catch (thrown) {
      log.rollBackTo(mark)
      throw thrown
    }
  }

  durable(position: Position): Promise<void> {
    return this.#durability.wait(position)
  }

  watch<T>(moment: WatchMoment, read: (view: ViewOf<S>) => T, onCommit: (commit: Commit) => void) {
    if (this.#running || this.#views > 0) throw new Error("A watch begins outside of transactions and views")
    const seen = moment === "committed" ? this.view(read) : this.#viewDurable(read)
    const since = moment === "committed" ? this.#position : this.#durability.position
    return { seen, stop: this.#watchers[moment].add(since, onCommit) }
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#durability.rest()
    await this.#parts.journal?.close()
  }

  #commit(written: readonly Written[], log: UndoLog, batch: Batch | undefined): void {
    const position = ++this.#position
    const commit = Object.freeze({ position, changes: Object.freeze(written.map((one) => one.change)) })
    this.#durability.add(commit, log.steps, batch)
    this.#watchers.committed.tell(commit)
  }

  /** A view of what is on disk: commits that are still on their way are taken back while it is read. */
  #viewDurable<T>(read: (view: ViewOf<S>) => T): T {
    const forward = takeBack(this.#durability.steps)
    try {
      return this.view(read)
    } finally {
      takeBack(forward)
    }
  }
}
