// The thread that keeps the journal's SQLite file: one transaction for all batches that it is handed at once.
// Entry of a worker thread: src/state/journal/worker.ts of the checkout, dist/journal-worker.js of a bundle.
import type { DatabaseSync } from "node:sqlite"
import { answerCalls, workerInput } from "../sqlite/calls.ts"
import { closeDatabase, type FileKind, inTransaction, nameError, openDatabase } from "../sqlite/database.ts"
import type { Batch, Opened, StoredRow } from "./journal.ts"

/** What the journal asks of its thread. */
export type Question =
  | { readonly ask: "open" }
  | { readonly ask: "load" }
  | { readonly ask: "append"; readonly batches: readonly Batch[] }
  | { readonly ask: "close" }

/** What the thread answers; to `load` the next rows, none after the last. */
export type Answer = Opened | readonly StoredRow[] | "durable" | "fenced" | "closed"

const journalFile: FileKind = {
  applicationId: 0x52_53_4a_31, // RSJ1
  migrations: [
    {
      version: 1,
      // A row that is replaced keeps its ordinal: rows come back in the order of their first insertion.
      sql: `
        CREATE TABLE head (id INTEGER PRIMARY KEY CHECK (id = 1), epoch INTEGER NOT NULL, position INTEGER NOT NULL) STRICT;
        INSERT INTO head (id, epoch, position) VALUES (1, 0, 0);
        CREATE TABLE rows (
          ordinal INTEGER PRIMARY KEY,
          tbl TEXT NOT NULL,
          key TEXT NOT NULL,
          version INTEGER NOT NULL,
          json TEXT NOT NULL,
          UNIQUE (tbl, key)
        ) STRICT;`,
    },
  ],
}

// Large enough that asking costs nothing, small enough that the other side parses while this one reads on.
const rowsPerLoad = 1000

const isNumbers = (row: unknown): row is Opened =>
  typeof row === "object" && row !== null && "epoch" in row && "position" in row

class JournalFile {
  readonly #file: string
  readonly #db: DatabaseSync
  readonly #opened: Opened
  readonly #put
  readonly #remove
  readonly #moveHead
  readonly #rows
  #position: number

  constructor(file: string) {
    this.#file = file
    this.#db = openDatabase(file, journalFile)
    this.#opened = this.#takeOver()
    this.#position = this.#opened.position
    this.#put = this.#db.prepare(
      `INSERT INTO rows (tbl, key, version, json) VALUES (?, ?, ?, ?)
       ON CONFLICT (tbl, key) DO UPDATE SET version = excluded.version, json = excluded.json`,
    )
    this.#remove = this.#db.prepare("DELETE FROM rows WHERE tbl = ? AND key = ?")
    this.#moveHead = this.#db.prepare("UPDATE head SET position = ?")
    this.#rows = this.#db
      .prepare(`SELECT tbl AS "table", key, version, json FROM rows ORDER BY ordinal`)
      .iterate() as Iterator<unknown>
  }

  get opened(): Opened {
    return this.#opened
  }

  load(): readonly StoredRow[] {
    const rows: StoredRow[] = []
    try {
      while (rows.length < rowsPerLoad) {
        const next = this.#rows.next()
        if (next.done) break
        rows.push(next.value as StoredRow)
      }
    } catch (thrown) {
      throw nameError(this.#file, thrown)
    }
    return rows
  }

  append(batches: readonly Batch[]): "durable" | "fenced" {
    if (batches.some((batch) => batch.epoch !== this.#opened.epoch)) return "fenced"
    const position = inTransaction(this.#db, () => {
      const last = batches.reduce((before, batch) => this.#write(before, batch), this.#position)
      this.#moveHead.run(last)
      return last
    })
    this.#position = position
    return "durable"
  }

  close(): void {
    closeDatabase(this.#db, this.#file)
  }

  #write(before: number, batch: Batch): number {
    if (batch.position <= before) throw new Error(`Position ${batch.position} is not after ${before}`)
    for (const { table, key } of batch.deletes) this.#remove.run(table, key)
    for (const { table, key, version, json } of batch.puts) this.#put.run(table, key, version, json)
    return batch.position
  }

  #takeOver(): Opened {
    this.#db.exec("UPDATE head SET epoch = epoch + 1")
    const head: unknown = this.#db.prepare("SELECT epoch, position FROM head").get()
    if (!isNumbers(head)) throw new Error(`${this.#file} has no head`)
    return head
  }
}

let journal: JournalFile | undefined

const open = (): JournalFile => {
  journal ??= new JournalFile(workerInput<{ file: string }>().file)
  return journal
}

answerCalls<Question, Answer>((question) => {
  switch (question.ask) {
    case "open":
      return open().opened
    case "load":
      return open().load()
    case "append":
      return open().append(question.batches)
    case "close":
      journal?.close()
      journal = undefined
      return "closed"
  }
})
