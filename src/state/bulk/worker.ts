// The thread that keeps the SQLite file of a bulk store. Entry of a worker thread: src/state/bulk/worker.ts of the
// checkout, dist/bulk-worker.js of a bundle.
import type { BulkItem, BulkRange, BulkSize, BulkSpan } from "../bulk.ts"
import { answerCalls, workerInput } from "../sqlite/calls.ts"
import { BulkFile, type Put, type PutOutcome } from "./file.ts"

/** What the store asks of its thread. */
export type Question =
  | { readonly ask: "open" | "series" | "close" }
  | { readonly ask: "put"; readonly puts: readonly Put[] }
  | { readonly ask: "range"; readonly series: string; readonly range: BulkRange }
  | { readonly ask: "size"; readonly series: string; readonly span: BulkSpan }
  | { readonly ask: "trim"; readonly series: string; readonly before: number }
  | { readonly ask: "cut"; readonly series: string; readonly seq: number }
  | { readonly ask: "drop"; readonly series: string }

/** What it answers: to each question its own. */
export type Answer = readonly PutOutcome[] | readonly BulkItem[] | readonly string[] | BulkSize | number | undefined

/** What the thread is started with. */
export interface BulkInput {
  readonly file: string
  readonly bytes: number
}

let opened: BulkFile | undefined

const file = (): BulkFile => {
  const input = workerInput<BulkInput>()
  opened ??= new BulkFile(input.file, input.bytes)
  return opened
}

answerCalls<Question, Answer>((question) => {
  switch (question.ask) {
    case "open":
      file()
      return undefined
    case "put":
      return file().putAll(question.puts)
    case "range":
      return file().range(question.series, question.range)
    case "size":
      return file().size(question.series, question.span)
    case "trim":
      return file().trim(question.series, question.before)
    case "cut":
      file().cut(question.series, question.seq)
      return undefined
    case "drop":
      file().drop(question.series)
      return undefined
    case "series":
      return file().series()
    case "close":
      opened?.close()
      return undefined
  }
})
