// One table in memory: its rows by key and its indexes, changed one row at a time. Knows nothing of transactions;
// each change answers what undoes it.
import { type Cell, CellSet } from "./cell-set.ts"
import type { IndexOf, Row, TableSpec } from "./table.ts"
import { TrailLog } from "./trail.ts"

/** What takes back one change of one row: `before` absent says that the row was not there. */
export interface Undo {
  readonly table: TableRows
  readonly key: string
  readonly before: Row | undefined
  readonly ordinal: number
}

type Values = string | readonly string[] | undefined

const same = (a: Values, b: Values): boolean =>
  a === b || (Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((value, i) => value === b[i]))

/** The rows under each value of one index. */
class Index {
  readonly of: IndexOf<Row>
  readonly #sets = new Map<string, CellSet>()
  /** Absent until somebody asks. */
  #trail: TrailLog | undefined

  constructor(of: IndexOf<Row>) {
    this.of = of
  }

  under(value: string): CellSet | undefined {
    return this.#sets.get(value)
  }

  get trail(): TrailLog {
    this.#trail ??= new TrailLog()
    return this.#trail
  }

  /** Takes in the cells of a table that was loaded. */
  build(cells: Iterable<Cell>): void {
    this.#sets.clear()
    for (const cell of cells) this.move(cell, undefined, this.of(cell.row))
  }

  /** Moves a cell from the values of its old row to those of its new one. */
  move(cell: Cell, before: Values, after: Values): void {
    if (same(before, after)) {
      if (typeof after === "string") this.#touch(after)
      else if (after) for (const value of after) this.#touch(value)
      return
    }
    if (typeof before === "string") this.#leave(before, cell)
    else if (before) for (const value of before) this.#leave(value, cell)
    if (typeof after === "string") this.#enter(after, cell)
    else if (after) for (const value of after) this.#enter(value, cell)
  }

  #touch(value: string): void {
    this.#trail?.add(value)
    this.#sets.get(value)?.touch()
  }

  #enter(value: string, cell: Cell): void {
    this.#trail?.add(value)
    let set = this.#sets.get(value)
    if (!set) {
      set = new CellSet()
      this.#sets.set(value, set)
    }
    set.add(cell)
  }

  #leave(value: string, cell: Cell): void {
    this.#trail?.add(value)
    const set = this.#sets.get(value)
    set?.remove(cell)
    if (set?.size === 0) this.#sets.delete(value)
  }
}

/** See the head of the file. */
export class TableRows {
  readonly spec: TableSpec<Row>
  readonly all = new CellSet()
  readonly #cells = new Map<string, Cell>()
  readonly #byName: ReadonlyMap<string, Index>
  /** The indexes that are kept up: all but those of `#unbuilt`. */
  #indexes: readonly Index[]
  /** Of rows that were loaded: built when somebody first looks, since a start must not wait for what few ask. */
  readonly #unbuilt = new Set<Index>()
  #nextOrdinal = 0
  /** Of keys; absent until somebody asks. */
  #trail: TrailLog | undefined

  constructor(spec: TableSpec<Row>) {
    this.spec = spec
    this.#byName = new Map(Object.entries(spec.indexes).map(([name, of]) => [name, new Index(of)]))
    this.#indexes = [...this.#byName.values()]
  }

  /** Puts a row behind all others, before anybody has looked; false when its key is there already. */
  load(key: string, row: Row): boolean {
    if (this.#cells.has(key)) return false
    if (this.#indexes.length > 0) {
      for (const index of this.#indexes) this.#unbuilt.add(index)
      this.#indexes = []
    }
    const cell: Cell = { key, row, ordinal: this.#nextOrdinal++ }
    this.#cells.set(key, cell)
    this.all.add(cell)
    return true
  }

  get(key: string): Cell | undefined {
    return this.#cells.get(key)
  }

  /** The rows under a value of an index; throws when the table has no such index. */
  under(index: string, value: string): CellSet | undefined {
    return this.#index(index).under(value)
  }

  /** What changes from now on: the keys of rows, or their values in an index. The same one every time. */
  trail(index: string | undefined): TrailLog {
    if (index !== undefined) return this.#index(index).trail
    this.#trail ??= new TrailLog()
    return this.#trail
  }

  #index(index: string): Index {
    const found = this.#byName.get(index)
    if (!found) throw new Error(`Table ${this.spec.name} has no index ${index}`)
    if (this.#unbuilt.has(found)) {
      found.build(this.#cells.values())
      this.#unbuilt.delete(found)
      this.#indexes = [...this.#indexes, found]
    }
    return found
  }

  /**
   * Puts a frozen row in the place of `key`, or removes what is there when `after` is absent. `ordinal` gives a row
   * that comes back its old place. Changes nothing when an index function throws.
   */
  set(key: string, after: Row | undefined, ordinal?: number): Undo {
    const known = this.#cells.get(key)
    const before = known?.row
    // Index functions are the caller's code: all of them run before the first change.
    const from = before && this.#indexes.map((index) => index.of(before))
    const to = after && this.#indexes.map((index) => index.of(after))
    const cell = known ?? { key, row: after ?? {}, ordinal: ordinal ?? this.#nextOrdinal++ }
    if (after === undefined) {
      this.#cells.delete(key)
      this.all.remove(cell)
    } else {
      cell.row = after
      if (known) this.all.touch()
      else {
        this.#cells.set(key, cell)
        this.all.add(cell)
      }
    }
    this.#trail?.add(key)
    for (const [i, index] of this.#indexes.entries()) index.move(cell, from?.[i], to?.[i])
    return { table: this, key, before, ordinal: cell.ordinal }
  }
}
