// The SQLite file of a bulk store, as its thread uses it: items by series and seq, an index over time, and how much
// each series holds. The bound is counted, not measured, so that it is the same in every kind of store.
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite"
import type { BulkItem, BulkRange, BulkSize, BulkSpan } from "../bulk.ts"
import { closeDatabase, type FileKind, inTransaction, isFull, nameError, openDatabase } from "../sqlite/database.ts"
import { textBytes, weight } from "./size.ts"

/** One call of `put`. */
export interface Put {
  readonly series: string
  readonly items: readonly BulkItem[]
}

/** What became of it: the first three are answers, the last is an error of ours or of the file. */
export type PutOutcome = "kept" | "full" | "no-space" | { readonly failed: string }

interface Series {
  readonly id: number
  readonly items: number
  readonly bytes: number
}

const bulkFile: FileKind = {
  applicationId: 0x52_53_42_31, // RSB1
  migrations: [
    {
      version: 1,
      sql: `
        CREATE TABLE series (
          id INTEGER PRIMARY KEY,
          name TEXT NOT NULL UNIQUE,
          items INTEGER NOT NULL,
          bytes INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE items (
          series INTEGER NOT NULL,
          seq INTEGER NOT NULL,
          time REAL NOT NULL,
          data TEXT NOT NULL,
          PRIMARY KEY (series, seq)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX items_by_time ON items (series, time, seq);`,
    },
  ],
}

/** Of several items with one seq the last counts. Almost always there are none, and seqs grow. */
const lastOfEach = (items: readonly BulkItem[]): readonly BulkItem[] =>
  items.every((item, i) => i === 0 || item.seq > (items[i - 1]?.seq ?? 0))
    ? items
    : [...new Map(items.map((item) => [item.seq, item])).values()]

/** See the head of the file. Every method is one transaction, or one read. */
export class BulkFile {
  readonly #file: string
  readonly #bound: number
  readonly #db: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  #used: number

  constructor(file: string, bound: number) {
    this.#file = file
    this.#bound = bound
    this.#db = openDatabase(file, bulkFile)
    this.#used = this.#measure()
  }

  /** Keeps all puts in one transaction; when the disk refuses that, each that still fits. */
  putAll(puts: readonly Put[]): readonly PutOutcome[] {
    try {
      return this.#write(() => puts.map((put) => this.#putOne(put)))
    } catch (thrown) {
      if (puts.length > 1) return puts.flatMap((put) => this.putAll([put]))
      return [isFull(thrown) ? "no-space" : { failed: nameError(this.#file, thrown).message }]
    }
  }

  range(series: string, range: BulkRange): readonly BulkItem[] {
    const id = this.#find(series)?.id
    if (id === undefined) return []
    const [where, values] = conditions(fromPlace(range))
    const direction = range.descending ? "DESC" : "ASC"
    const order = range.order === "time" ? `time ${direction}, seq ${direction}` : `seq ${direction}`
    const sql = `SELECT seq, time, data FROM items WHERE series = ?${where} ORDER BY ${order} LIMIT ?`
    return this.#sql(sql).all(
      id,
      ...values,
      Math.min(range.limit, Number.MAX_SAFE_INTEGER),
    ) as unknown as readonly BulkItem[]
  }

  size(series: string, span: BulkSpan): BulkSize {
    const id = this.#find(series)?.id
    if (id === undefined) return { items: 0, bytes: 0 }
    const [where, values] = conditions(span)
    return this.#size(
      `SELECT count(*) AS items, total(octet_length(data)) AS bytes FROM items WHERE series = ?${where}`,
      id,
      ...values,
    )
  }

  trim(series: string, before: number): number {
    return this.#remove(series, "time < ?", before)
  }

  cut(series: string, seq: number): void {
    this.#remove(series, "seq > ?", seq)
  }

  drop(series: string): void {
    this.#remove(series, "seq = seq")
  }

  series(): readonly string[] {
    return this.#sql("SELECT name FROM series ORDER BY name")
      .all()
      .map((row) => String(row.name))
  }

  close(): void {
    closeDatabase(this.#db, this.#file)
  }

  #putOne({ series: name, items }: Put): PutOutcome {
    if (items.length === 0) return "kept"
    const wanted = lastOfEach(items)
    const series = this.#find(name)
    const old = series ? this.#sizeOfKnown(series.id, wanted) : { items: 0, bytes: 0 }
    const more = {
      items: wanted.length - old.items,
      bytes: wanted.reduce((sum, item) => sum + textBytes(item.data), 0) - old.bytes,
    }
    if (this.#used + weight(more.items, more.bytes) > this.#bound) return "full"
    const { id } = series ?? this.#begin(name)
    const insert = this.#sql(
      `INSERT INTO items (series, seq, time, data) VALUES (?, ?, ?, ?)
       ON CONFLICT (series, seq) DO UPDATE SET time = excluded.time, data = excluded.data`,
    )
    for (const { seq, time, data } of wanted) insert.run(id, seq, time, data)
    this.#grow(id, more)
    return "kept"
  }

  #remove(name: string, which: string, ...values: SQLInputValue[]): number {
    const series = this.#find(name)
    if (!series) return 0
    return this.#write(() => {
      const gone = this.#size(
        `SELECT count(*) AS items, total(octet_length(data)) AS bytes FROM items WHERE series = ? AND ${which}`,
        series.id,
        ...values,
      )
      if (gone.items === 0) return 0
      this.#sql(`DELETE FROM items WHERE series = ? AND ${which}`).run(series.id, ...values)
      this.#grow(series.id, { items: -gone.items, bytes: -gone.bytes })
      if (gone.items === series.items) this.#sql("DELETE FROM series WHERE id = ?").run(series.id)
      return gone.bytes
    })
  }

  /** What the items hold that `wanted` replaces. Nothing, without looking, when it only adds at the end. */
  #sizeOfKnown(id: number, wanted: readonly BulkItem[]): BulkSize {
    const last = this.#sql("SELECT max(seq) AS last FROM items WHERE series = ?").get(id)?.last
    let items = 0
    let bytes = 0
    for (const { seq } of wanted) {
      if (seq > Number(last)) continue
      const known = this.#sql("SELECT octet_length(data) AS bytes FROM items WHERE series = ? AND seq = ?").get(id, seq)
      if (known) {
        items += 1
        bytes += Number(known.bytes)
      }
    }
    return { items, bytes }
  }

  #find(name: string): Series | undefined {
    return this.#sql("SELECT id, items, bytes FROM series WHERE name = ?").get(name) as Series | undefined
  }

  #begin(name: string): { readonly id: number } {
    const { lastInsertRowid } = this.#sql("INSERT INTO series (name, items, bytes) VALUES (?, 0, 0)").run(name)
    return { id: Number(lastInsertRowid) }
  }

  #grow(id: number, more: BulkSize): void {
    this.#sql("UPDATE series SET items = items + ?, bytes = bytes + ? WHERE id = ?").run(more.items, more.bytes, id)
    this.#used += weight(more.items, more.bytes)
  }

  #write<T>(write: () => T): T {
    try {
      return inTransaction(this.#db, write)
    } catch (thrown) {
      this.#used = this.#measure()
      throw thrown
    }
  }

  #measure(): number {
    const { items, bytes } = this.#size("SELECT total(items) AS items, total(bytes) AS bytes FROM series")
    return weight(items, bytes)
  }

  #size(sql: string, ...values: SQLInputValue[]): BulkSize {
    const row = this.#sql(sql).get(...values)
    return { items: Number(row?.items), bytes: Number(row?.bytes) }
  }

  #sql(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (!statement) {
      statement = this.#db.prepare(sql)
      this.#statements.set(sql, statement)
    }
    return statement
  }
}

/**
 * The same range with the bound that its place already gives. SQLite searches its index by one lower bound, and would else
 * take the range's own and pass over everything that was read before.
 */
const fromPlace = (range: BulkRange): BulkRange => {
  const { after, order, descending } = range
  if (!after) return range
  const bound = `${descending ? "to" : "from"}${order === "time" ? "Time" : "Seq"}` as const
  const place = after[order]
  const given = range[bound] ?? place
  return { ...range, [bound]: descending ? Math.min(given, place) : Math.max(given, place) }
}

const conditions = (range: BulkSpan & Partial<BulkRange>): readonly [sql: string, values: readonly number[]] => {
  const { after, fromSeq, toSeq, fromTime, toTime } = range
  const beyond = range.descending ? "<" : ">"
  const all: readonly (readonly [string, ...(number | undefined)[]])[] = [
    ["seq >= ?", fromSeq],
    ["seq <= ?", toSeq],
    ["time >= ?", fromTime],
    ["time <= ?", toTime],
    range.order === "time"
      ? [`(time, seq) ${beyond} (?, ?)`, after?.time, after?.seq]
      : [`seq ${beyond} ?`, after?.seq],
  ]
  const given = all.filter(([, value]) => value !== undefined)
  return [
    given.map(([condition]) => ` AND ${condition}`).join(""),
    given.flatMap(([, ...values]) => values.filter((value) => value !== undefined)),
  ]
}
