// A set of a table's rows: all of them, or those under one value of an index. What it hands out are frozen snapshots,
// remade only after a change, so that a reader never sees rows move under it.
import { SortedRuns } from "./sorted-runs.ts"
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

type Ordinal = Pick<Cell, "ordinal">
type Key = Pick<Cell, "key">

const byOrdinal = (a: Ordinal, b: Ordinal): number => a.ordinal - b.ordinal
const byKey = (a: Key, b: Key): number => (a.key < b.key ? -1 : a.key === b.key ? 0 : 1)

/** See the head of the file. */
export class CellSet {
  readonly #cells = new SortedRuns<Cell, Ordinal>(byOrdinal)
  /** Made by the first page and kept up from then on. */
  #keys: SortedRuns<Cell, Key> | undefined
  #rows: readonly Row[] | undefined

  get size(): number {
    return this.#cells.size
  }

  /** A cell that is there already stays. */
  add(cell: Cell): void {
    this.#cells.add(cell)
    this.#keys?.add(cell)
    this.#rows = undefined
  }

  remove(cell: Cell): void {
    this.#cells.delete(cell)
    this.#keys?.delete(cell)
    this.#rows = undefined
  }

  /** To be called when the row in one of its cells was replaced. */
  touch(): void {
    this.#rows = undefined
  }

  /** The rows in the order of their insertion into the table, as a frozen array that never changes. */
  rows(): readonly Row[] {
    this.#rows ??= Object.freeze(this.#cells.map((cell) => cell.row))
    return this.#rows
  }

  first(): Row | undefined {
    return this.#cells.first?.row
  }

  /** See `ReadTable.page`. Costs what it walks over, not what the set holds. */
  page({ after, limit, keep }: PageOptions): Page<Row> {
    if (!(limit >= 1)) throw new RangeError(`A page has at least one row, not ${limit}`)
    this.#keys ??= new SortedRuns<Cell, Key>(
      byKey,
      this.#cells.map((cell) => cell),
    )
    const rows: Row[] = []
    let last = ""
    for (const { key, row } of this.#keys.after(after === undefined ? undefined : { key: after })) {
      if (keep && !keep(row)) continue
      // One row more than asked for shows that this page is not the last.
      if (rows.length === limit) return { rows, next: last }
      rows.push(row)
      last = key
    }
    return { rows }
  }
}
