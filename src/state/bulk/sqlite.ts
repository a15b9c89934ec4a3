// The bulk store in a SQLite file of its own, kept by a thread of its own: a flood of log lines never holds up the
// journal. What is put while a commit runs goes into the next one.
import { BulkFull, type BulkItem, type BulkRange, type BulkSize, type BulkSpan, type BulkStore } from "../bulk.ts"
import { WorkerCalls } from "../sqlite/calls.ts"
import type { Put, PutOutcome } from "./file.ts"
import type { Answer, BulkInput, Question } from "./worker.ts"

/** Where the store is and how much it may hold. */
export interface SqliteBulkOptions extends BulkInput {
  /** The entry of the thread; a bundle names its own. */
  readonly worker?: URL
}

interface Queued {
  readonly put: Put
  readonly kept: PromiseWithResolvers<void>
}

const settle = ({ kept }: Queued, outcome: PutOutcome | undefined): void => {
  if (outcome === "kept") kept.resolve()
  else if (outcome === "full" || outcome === "no-space") kept.reject(new BulkFull(outcome))
  else kept.reject(new Error(outcome?.failed ?? "The bulk store gave no answer"))
}

/** See the head of the file; the contract is {@link BulkStore}. */
class SqliteBulkStore implements BulkStore {
  readonly #calls: WorkerCalls<Question, Answer>
  #queued: Queued[] = []
  #committing = 0
  #closing: Promise<void> | undefined

  constructor(calls: WorkerCalls<Question, Answer>) {
    this.#calls = calls
  }

  put(series: string, items: readonly BulkItem[]): Promise<void> {
    const kept = Promise.withResolvers<void>()
    this.#queued.push({ put: { series, items }, kept })
    if (this.#committing === 0 && this.#queued.length === 1) queueMicrotask(() => this.#send())
    return kept.promise
  }

  async range(series: string, range: BulkRange): Promise<readonly BulkItem[]> {
    return (await this.#ask({ ask: "range", series, range })) as readonly BulkItem[]
  }

  async size(series: string, span: BulkSpan): Promise<BulkSize> {
    return (await this.#ask({ ask: "size", series, span })) as BulkSize
  }

  async trim(series: string, before: number): Promise<number> {
    return (await this.#ask({ ask: "trim", series, before })) as number
  }

  async cut(series: string, seq: number): Promise<void> {
    await this.#ask({ ask: "cut", series, seq })
  }

  async drop(series: string): Promise<void> {
    await this.#ask({ ask: "drop", series })
  }

  async series(): Promise<readonly string[]> {
    return (await this.#ask({ ask: "series" })) as readonly string[]
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    // A thread that is gone already has nothing open; who waited for it has heard.
    await this.#ask({ ask: "close" }).catch(() => {})
    await this.#calls.end()
  }

  /** Asks after everything that was put before. */
  #ask(question: Question): Promise<Answer> {
    this.#send()
    return this.#calls.ask(question)
  }

  #send(): void {
    const group = this.#queued
    if (group.length === 0) return
    this.#queued = []
    this.#committing++
    this.#calls
      .ask({ ask: "put", puts: group.map((one) => one.put) })
      .then(
        (answer) => {
          for (const [i, one] of group.entries()) settle(one, (answer as readonly PutOutcome[])[i])
        },
        (thrown: unknown) => {
          for (const one of group) one.kept.reject(thrown)
        },
      )
      .finally(() => {
        this.#committing--
        if (this.#committing === 0) this.#send()
      })
  }
}

/**
 * Opens the bulk store in `file`, with at most `bytes` in it. Throws DataFolderInUse, DataFolderCorrupt and
 * DataFolderTooNew as the journal does. A worker thread runs until `close`.
 */
export const sqliteBulkStore = async (options: SqliteBulkOptions): Promise<BulkStore> => {
  const { file, bytes, worker = new URL("./worker.ts", import.meta.url) } = options
  const calls = new WorkerCalls<Question, Answer>(worker, { file, bytes } satisfies BulkInput)
  try {
    await calls.ask({ ask: "open" })
  } catch (thrown) {
    await calls.end()
    throw thrown
  }
  return new SqliteBulkStore(calls)
}
