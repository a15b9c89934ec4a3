// The tables as the function of a view or a transaction sees them. An access ends with its function: what was kept
// of it throws, so that nobody reads a later moment by mistake.

import type { PageOptions } from "./cell-set.ts"
import { freezeRow } from "./frozen.ts"
import type { Page, Row } from "./table.ts"
import type { TableRows } from "./table-rows.ts"
import type { Trail } from "./trail.ts"
import type { UndoLog } from "./undo-log.ts"

/** One run of a view (no log) or of a transaction. */
export interface Access {
  open: boolean
  readonly log: UndoLog | undefined
}

const noRows: readonly Row[] = Object.freeze([])

/** A table within one access: `ReadTable` in a view, `WriteTable` in a transaction. */
class TableAccess {
  readonly #table: TableRows
  readonly #access: Access

  constructor(table: TableRows, access: Access) {
    this.#table = table
    this.#access = access
  }

  get size(): number {
    return this.#read().all.size
  }

  get(key: string): Row | undefined {
    return this.#read().get(key)?.row
  }

  has(key: string): boolean {
    return this.#read().get(key) !== undefined
  }

  by(index: string, value: string): readonly Row[] {
    return this.#read().under(index, value)?.rows() ?? noRows
  }

  first(index: string, value: string): Row | undefined {
    return this.#read().under(index, value)?.first()
  }

  count(index: string, value: string): number {
    return this.#read().under(index, value)?.size ?? 0
  }

  page(index: string, value: string, options: PageOptions): Page<Row> {
    return this.#read().under(index, value)?.page(options) ?? { rows: noRows }
  }

  ordinal(key: string): number | undefined {
    return this.#read().get(key)?.ordinal
  }

  trail(index?: string): Trail {
    return this.#read().trail(index)
  }

  all(): readonly Row[] {
    return this.#read().all.rows()
  }

  insert(row: Row): Row {
    const key = this.#write().spec.key(row)
    if (this.has(key)) throw new Error(`Table ${this.#table.spec.name} already has a row ${key}`)
    return this.#set(key, row)
  }

  put(row: Row): Row {
    return this.#set(this.#write().spec.key(row), row)
  }

  patch(key: string, change: Row): Row {
    const before = this.#write().get(key)?.row
    if (!before) throw new Error(`Table ${this.#table.spec.name} has no row ${key}`)
    const old = before as Record<string, unknown>
    // The same values again are no change: no commit, and nobody is woken.
    if (Object.entries(change).every(([name, value]) => Object.is(old[name], value))) return before
    // Members that became undefined are left out by freezeRow.
    const row = { ...before, ...change }
    if (this.#table.spec.key(row) !== key) throw new Error(`The key of a row stays: ${this.#table.spec.name} ${key}`)
    return this.#set(key, row)
  }

  delete(key: string): boolean {
    const table = this.#write()
    if (!table.get(key)) return false
    this.#access.log?.steps.push(table.set(key, undefined))
    return true
  }

  #set(key: string, row: Row): Row {
    const frozen = freezeRow(row, this.#table.spec.name)
    this.#access.log?.steps.push(this.#table.set(key, frozen))
    return frozen
  }

  #read(): TableRows {
    if (!this.#access.open) throw new Error("A view or transaction was used after its function had ended")
    return this.#table
  }

  #write(): TableRows {
    if (!this.#access.log) throw new Error("A view cannot write; use a transaction")
    return this.#read()
  }
}

/** Builds what makes the object of tables for an access; each table in it is made when it is first used. */
export const accessTo = (tables: ReadonlyMap<string, TableRows>): ((access: Access) => object) => {
  class Tables {
    readonly access: Access
    readonly made = new Map<string, TableAccess>()
    constructor(access: Access) {
      this.access = access
    }
  }
  for (const [name, table] of tables) {
    Object.defineProperty(Tables.prototype, name, {
      enumerable: true,
      get(this: Tables) {
        let made = this.made.get(name)
        if (!made) {
          made = new TableAccess(table, this.access)
          this.made.set(name, made)
        }
        return made
      },
    })
  }
  return (access) => new Tables(access)
}
