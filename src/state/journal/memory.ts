// A journal in memory: what tests and simulations restart from. The "disk" is an object of its own, so that a
// second journal over it sees what a first one left.
import type { Position } from "../types.ts"
import type { Appended, Batch, Journal, StoredRow } from "./journal.ts"

/** What outlives a {@link memoryJournal}. */
export interface MemoryDisk {
  epoch: number
  position: Position
  readonly rows: Map<string, StoredRow>
}

export const memoryDisk = (): MemoryDisk => ({ epoch: 0, position: 0, rows: new Map() })

const idOf = (row: { readonly table: string; readonly key: string }) => `${row.table}\n${row.key}`

const write = (disk: MemoryDisk, batch: Batch): Appended => {
  if (batch.epoch !== disk.epoch) return { outcome: "fenced" }
  if (batch.position <= disk.position) {
    return { outcome: "failed", error: new Error(`Position ${batch.position} is not after ${disk.position}`) }
  }
  for (const row of batch.deletes) disk.rows.delete(idOf(row))
  for (const row of batch.puts) disk.rows.set(idOf(row), row)
  disk.position = batch.position
  return { outcome: "durable" }
}

/** A journal over `disk`. A batch is durable in the next microtask. */
export const memoryJournal = (disk: MemoryDisk = memoryDisk()): Journal => {
  let stopped: Appended | undefined
  let last: Promise<unknown> = Promise.resolve()
  return {
    open: async () => {
      disk.epoch += 1
      return { epoch: disk.epoch, position: disk.position }
    },
    load: async function* () {
      yield [...disk.rows.values()]
    },
    append: (batch) => {
      const appended = last.then((): Appended => {
        const answer = stopped ?? write(disk, batch)
        if (answer.outcome !== "durable") stopped = answer
        return answer
      })
      last = appended
      return appended
    },
    close: async () => {
      await last
    },
  }
}
