// Opens one of our SQLite files: takes it for this process alone, checks that it is ours and not too new, and brings
// its tables up to date. What is stored in them is the business of the journal and the bulk store.
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { DataFolderCorrupt, DataFolderInUse, DataFolderTooNew } from "../journal/errors.ts"

/** One step in the form of a file. Steps are only ever added. */
export interface Migration {
  /** 1, 2, 3 … */
  readonly version: number
  readonly sql: string
}

/** What distinguishes one kind of file from another. */
export interface FileKind {
  /** Four bytes in the header of the file, by which SQLite files of others are told apart. */
  readonly applicationId: number
  readonly migrations: readonly Migration[]
}

// A process that was just killed may hold its lock for a moment longer.
const patience = 1000

// https://sqlite.org/rescode.html: the primary code is the low byte.
const codes = { busy: 5, corrupt: 11, full: 13, notADatabase: 26 } as const

/** SQLite's primary result code of something that was thrown; undefined when it is not SQLite's. */
const resultCode = (thrown: unknown): number | undefined => {
  const code: unknown = thrown instanceof Error && "errcode" in thrown ? thrown.errcode : undefined
  return typeof code === "number" ? code & 0xff : undefined
}

/** Whether the disk (or the quota) had no room for what was written. */
export const isFull = (thrown: unknown): boolean => resultCode(thrown) === codes.full

const holderFile = (file: string) => `${file}.holder`

const readHolder = (file: string): number | undefined => {
  try {
    const pid = Number.parseInt(readFileSync(holderFile(file), "utf8"), 10)
    return Number.isNaN(pid) ? undefined : pid
  } catch {
    // The holder has the lock and has not said yet who it is: the caller hears that it is taken all the same.
    return undefined
  }
}

/** What SQLite threw about `file`, as the error that the caller of the store is to see. */
export const nameError = (file: string, thrown: unknown): Error => {
  const code = resultCode(thrown)
  if (code === codes.busy) return new DataFolderInUse(file, readHolder(file))
  if (code === codes.corrupt || code === codes.notADatabase) return new DataFolderCorrupt(file, String(thrown))
  if (thrown instanceof DataFolderCorrupt || thrown instanceof DataFolderTooNew) return thrown
  return new Error(`${file} cannot be used: ${String(thrown)}`, { cause: thrown })
}

const numberOf = (db: DatabaseSync, sql: string): number => Number(Object.values(db.prepare(sql).get() ?? {})[0] ?? 0)

const takeAlone = (db: DatabaseSync): void => {
  // Before anything else is read: whoever has the file keeps it, and nobody sees half of what the holder does.
  db.exec("PRAGMA locking_mode = EXCLUSIVE")
  db.exec("PRAGMA journal_mode = WAL")
  db.exec("PRAGMA synchronous = FULL")
  db.exec("PRAGMA cell_size_check = ON")
  // A burst leaves no large log behind.
  db.exec("PRAGMA journal_size_limit = 67108864")
  db.exec("BEGIN IMMEDIATE")
}

const bringUpToDate = (db: DatabaseSync, file: string, kind: FileKind): void => {
  const id = numberOf(db, "PRAGMA application_id")
  const isNew = id === 0 && numberOf(db, "SELECT count(*) FROM sqlite_schema") === 0
  if (!isNew && id !== kind.applicationId) throw new DataFolderCorrupt(file)
  if (isNew) {
    db.exec(`PRAGMA application_id = ${kind.applicationId}`)
    db.exec("CREATE TABLE migrations (version INTEGER PRIMARY KEY) STRICT")
  }
  const version = numberOf(db, "SELECT max(version) FROM migrations")
  const newest = kind.migrations.at(-1)?.version ?? 0
  if (version > newest) throw new DataFolderTooNew(`${file} has form ${version}, and we know ${newest}`)
  for (const migration of kind.migrations.filter((one) => one.version > version)) {
    db.exec(migration.sql)
    db.prepare("INSERT INTO migrations (version) VALUES (?)").run(migration.version)
  }
}

/**
 * Opens `file`, making it when there is none. Throws DataFolderInUse, DataFolderCorrupt, DataFolderTooNew, and
 * an error that names the file for all else that keeps it closed.
 */
export const openDatabase = (file: string, kind: FileKind): DatabaseSync => {
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(file, { timeout: patience })
    takeAlone(db)
    bringUpToDate(db, file, kind)
    db.exec("COMMIT")
    writeFileSync(holderFile(file), `${process.pid}\n`)
    return db
  } catch (thrown) {
    db?.close()
    throw nameError(file, thrown)
  }
}

/** Closes what {@link openDatabase} opened and lets go of the file. */
export const closeDatabase = (db: DatabaseSync, file: string): void => {
  rmSync(holderFile(file), { force: true })
  db.close()
}

/** Runs `write` in one transaction: all of it happens, or nothing. */
export const inTransaction = <T>(db: DatabaseSync, write: () => T): T => {
  db.exec("BEGIN IMMEDIATE")
  try {
    const value = write()
    db.exec("COMMIT")
    return value
  } catch (thrown) {
    // SQLite has rolled back by itself after some errors, such as a full disk.
    if (db.isTransaction) db.exec("ROLLBACK")
    throw thrown
  }
}
