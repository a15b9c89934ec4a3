// The journal in a SQLite file, kept by a thread of its own so that the disk never holds up the main thread.
// Everything that is appended while a commit runs goes into the next one.
import { WorkerCalls } from "../sqlite/calls.ts"
import type { Appended, Batch, Journal, Opened, StoredRow } from "./journal.ts"
import type { Answer, Question } from "./worker.ts"

/** Where the journal is. */
export interface SqliteJournalOptions {
  /** Its folder exists. Files beside it begin with the same name. */
  readonly file: string
  /** The entry of the thread; a bundle names its own. */
  readonly worker?: URL
}

interface Queued {
  readonly batch: Batch
  readonly answer: (appended: Appended) => void
}

const failed = (thrown: unknown): Appended => ({
  outcome: "failed",
  error: thrown instanceof Error ? thrown : new Error(String(thrown)),
})

/** See the head of the file; the contract is {@link Journal}. */
class SqliteJournal implements Journal {
  readonly #calls: WorkerCalls<Question, Answer>
  #queued: Queued[] = []
  /** The commit that runs, or the last one. */
  #committing: Promise<void> | undefined
  /** Set by the first batch that was not kept: no later one may be. */
  #stopped: Appended | undefined
  #closing: Promise<void> | undefined

  constructor({ file, worker = new URL("./worker.ts", import.meta.url) }: SqliteJournalOptions) {
    this.#calls = new WorkerCalls(worker, { file })
  }

  async open(): Promise<Opened> {
    return (await this.#calls.ask({ ask: "open" })) as Opened
  }

  async *load(): AsyncGenerator<readonly StoredRow[]> {
    const ask = () => this.#calls.ask({ ask: "load" }) as Promise<readonly StoredRow[]>
    // The thread reads the next rows while these are used.
    let next = ask()
    for (;;) {
      const rows = await next
      if (rows.length === 0) return
      next = ask()
      // Its failure is seen in the next round, if there is one.
      next.catch(() => {})
      yield rows
    }
  }

  append(batch: Batch): Promise<Appended> {
    const { promise, resolve } = Promise.withResolvers<Appended>()
    this.#queued.push({ batch, answer: resolve })
    // At the end of this turn of the event loop: what follows from the change (controllers wake in microtasks) and what
    // other callers have sent by now share the first commit, and its wait for the disk.
    this.#committing ??= new Promise<void>((resolve) => setImmediate(resolve)).then(() => this.#commitAll())
    return promise
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    while (this.#committing) await this.#committing
    // A thread that is gone already has nothing open; what it left undone was answered as failed.
    await this.#calls.ask({ ask: "close" }).catch(() => {})
    await this.#calls.end()
  }

  async #commitAll(): Promise<void> {
    while (this.#queued.length > 0) {
      const group = this.#queued
      this.#queued = []
      const appended = this.#stopped ?? (await this.#commit(group.map((one) => one.batch)))
      if (appended.outcome !== "durable") this.#stopped = appended
      for (const one of group) one.answer(appended)
    }
    this.#committing = undefined
  }

  async #commit(batches: readonly Batch[]): Promise<Appended> {
    try {
      const answer = await this.#calls.ask({ ask: "append", batches })
      return { outcome: answer === "fenced" ? "fenced" : "durable" }
    } catch (thrown) {
      return failed(thrown)
    }
  }
}

/**
 * The journal in `file`. `open` throws DataFolderInUse when another process has it, DataFolderCorrupt when it is
 * damaged or not ours, DataFolderTooNew when a newer release wrote it. A worker thread runs until `close`.
 */
export const sqliteJournal = (options: SqliteJournalOptions): Journal => new SqliteJournal(options)
