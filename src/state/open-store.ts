// Opens a store over a journal: loads its rows, brings rows of older versions up to date and writes those back.
// Also the store with nothing behind it, for tests.
import { type Log, silentLog } from "../kernel/index.ts"
import { freezeRow } from "./frozen.ts"
import { DataFolderCorrupt, DataFolderTooNew } from "./journal/errors.ts"
import type { Batch, Journal, StoredRow } from "./journal/journal.ts"
import { schema as roadstead } from "./schema.ts"
import { MemoryStore } from "./store.ts"
import type { Row, TableSpec } from "./table.ts"
import { TableRows } from "./table-rows.ts"
import type { Position, Schema, Store } from "./types.ts"

/** What {@link openStore} needs. */
export interface StoreOptions<S extends Schema> {
  readonly schema: S
  readonly journal: Journal
  readonly log: Log
  /** A commit could not be kept: called once, and the process is to stop. No answer leaves the store any more. */
  readonly onFailure: (error: Error) => void
}

// Rows that an upgrade changed are written back in parts, so that no message to the journal grows without bound.
// A crash between two parts is harmless: each row says which version it has.
const upgradedPerBatch = 5000

const tablesOf = (schema: Schema): Map<string, TableRows> =>
  new Map(Object.entries(schema).map(([name, spec]) => [name, new TableRows(spec)]))

const parse = (stored: StoredRow): unknown => {
  try {
    return JSON.parse(stored.json)
  } catch (thrown) {
    throw new DataFolderCorrupt(`The row ${stored.key} of table ${stored.table}`, String(thrown))
  }
}

const upgraded = (spec: TableSpec<Row>, stored: StoredRow): Row => {
  let row = parse(stored)
  for (let version = stored.version; version < spec.version; version++) {
    const upgrade = spec.upgrades?.[version]
    if (!upgrade) throw new Error(`Table ${spec.name} lacks the upgrade from version ${version}`)
    row = upgrade(row as never)
  }
  return freezeRow(row as Row, spec.name)
}

/** Puts every row of the journal into `tables`; answers what the upgrade changed. */
const load = async (tables: Map<string, TableRows>, journal: Journal): Promise<Pick<Batch, "puts" | "deletes">[]> => {
  const byName = new Map(Array.from(tables.values(), (table) => [table.spec.name, table]))
  const changed: { puts: StoredRow[]; deletes: StoredRow[] }[] = []
  for await (const some of journal.load()) {
    for (const stored of some) {
      const put = loadRow(byName, stored)
      if (!put) continue
      let part = changed.at(-1)
      if (!part || part.puts.length >= upgradedPerBatch) {
        part = { puts: [], deletes: [] }
        changed.push(part)
      }
      part.puts.push(put)
      if (put.key !== stored.key) part.deletes.push(stored)
    }
  }
  return changed
}

/** Puts one row into its table; answers its new form when an upgrade changed it. */
const loadRow = (byName: ReadonlyMap<string, TableRows>, stored: StoredRow): StoredRow | undefined => {
  const table = byName.get(stored.table)
  if (!table) throw new DataFolderTooNew(`it holds rows of a table ${stored.table}`)
  const { spec } = table
  if (stored.version > spec.version) {
    throw new DataFolderTooNew(`its table ${spec.name} has version ${stored.version}, and we know ${spec.version}`)
  }
  const row = upgraded(spec, stored)
  const key = spec.key(row)
  if (!table.load(key, row)) throw new DataFolderCorrupt(`Two rows of table ${spec.name} have the key ${key}`)
  return stored.version === spec.version
    ? undefined
    : { table: spec.name, key, version: spec.version, json: JSON.stringify(row) }
}

/**
 * Opens the store that `journal` keeps. Throws DataFolderTooNew when a newer release wrote it, DataFolderCorrupt when
 * a row cannot be read, and what `journal.open` throws; the journal is closed then.
 */
export const openStore = async <const S extends Schema>(options: StoreOptions<S>): Promise<Store<S>> => {
  const { schema, journal, log, onFailure } = options
  try {
    const { epoch, position: before } = await journal.open()
    const tables = tablesOf(schema)
    let position: Position = before
    for (const part of await load(tables, journal)) {
      const answer = await journal.append({ epoch, position: ++position, ...part })
      if (answer.outcome === "failed") throw answer.error
      if (answer.outcome === "fenced") throw new Error("Another process has taken over the journal")
    }
    return new MemoryStore<S>({ tables, journal, epoch, position, log, onFailure })
  } catch (thrown) {
    await journal.close()
    throw thrown
  }
}

/** A store of any schema with nothing behind it: durable in the next microtask, gone with the process. */
export const memoryStoreOf = <const S extends Schema>(schema: S, log: Log = silentLog): Store<S> =>
  new MemoryStore<S>({ tables: tablesOf(schema), epoch: 0, position: 0, log, onFailure: () => {} })

/** Roadstead's store with nothing behind it: for tests and simulations. */
export const memoryStore = (log: Log = silentLog): Store<typeof roadstead> => memoryStoreOf(roadstead, log)
