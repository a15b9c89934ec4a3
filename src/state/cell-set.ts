// A set of a table's rows: all of them, or those under one value of an index. What it hands out are frozen snapshots,
// remade only after a change, so that a reader never sees rows move under it.
import { SortedKeys } from "./sorted-keys.ts"
import type { Page, Row } from "./table.ts"

/** The place of a row in its table. The row in it is replaced; key and ordinal stay. */
export interface Cell {
  readonly key: string
  /** Grows with each insertion into the table: the order in which rows are listed. */
  readonly ordinal: number
  row: Row
}

/** What a page is asked for. */
export interface PageOptions {
  readonly after?: string
  readonly limit: number
  readonly keep?: (row: Row) => boolean
}

/** See the head of the file. */
export class CellSet {
  #cells = new Map<string, Cell>()
  /** The greatest ordinal that was put in; a lower one after it means that the map is out of order. */
  #last = -1
  #inOrder = true
  #rows: readonly Row[] | undefined
  /** Made by the first page and kept from then on. */
  #keys: SortedKeys | undefined

  get size(): number {
    return this.#cells.size
  }

  get(key: string): Cell | undefined {
    return this.#cells.get(key)
  }

  add(cell: Cell): void {
    if (cell.ordinal < this.#last) this.#inOrder = false
    else this.#last = cell.ordinal
    this.#cells.set(cell.key, cell)
    this.#keys?.add(cell.key)
    this.#rows = undefined
  }

  remove(cell: Cell): void {
    this.#cells.delete(cell.key)
    this.#keys?.delete(cell.key)
    this.#rows = undefined
  }

  /** To be called when the row in one of its cells was replaced. */
  touch(): void {
    this.#rows = undefined
  }

  /** The rows in the order of their insertion into the table, as a frozen array that never changes. */
  rows(): readonly Row[] {
    if (this.#rows) return this.#rows
    this.#order()
    this.#rows = Object.freeze(Array.from(this.#cells.values(), (cell) => cell.row))
    return this.#rows
  }

  first(): Row | undefined {
    this.#order()
    for (const cell of this.#cells.values()) return cell.row
    return undefined
  }

  /** See `ReadTable.page`. Costs what it walks over, not what the set holds. */
  page(options: PageOptions): Page<Row> {
    if (!(options.limit >= 1)) throw new RangeError(`A page has at least one row, not ${options.limit}`)
    this.#keys ??= new SortedKeys(this.#cells.keys())
    const rows: Row[] = []
    let last: string | undefined
    for (const key of this.#keys.after(options.after)) {
      const row = this.#cells.get(key)?.row
      if (row === undefined || (options.keep && !options.keep(row))) continue
      // One row more than asked for shows that this page is not the last.
      if (rows.length === options.limit) return last === undefined ? { rows } : { rows, next: last }
      rows.push(row)
      last = key
    }
    return { rows }
  }

  /** A row that came back by a rollback, or from another value of the index, goes to its place again. */
  #order(): void {
    if (this.#inOrder) return
    this.#cells = new Map([...this.#cells].sort(([, a], [, b]) => a.ordinal - b.ordinal))
    this.#inOrder = true
  }
}
