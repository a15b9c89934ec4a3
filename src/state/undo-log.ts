// What a running transaction has changed so far, and how it is taken back: as a whole or down to a mark (savepoint).
// From the same list come the changes of the commit.
import type { Undo } from "./table-rows.ts"
import type { Change } from "./types.ts"

/** A change with what the journal needs beside it. */
export interface Written {
  readonly change: Change
  readonly version: number
  /** Where the row stands among the rows of its table. */
  readonly ordinal: number
  /** The row was removed and inserted again: it goes to the end of its table. */
  readonly moved: boolean
}

/** Takes back the changes in `steps`, newest first. Answers the steps that bring them again. */
export const takeBack = (steps: readonly Undo[]): Undo[] =>
  steps.toReversed().map((step) => step.table.set(step.key, step.before, step.ordinal))

/** See the head of the file. */
export class UndoLog {
  readonly steps: Undo[] = []

  get mark(): number {
    return this.steps.length
  }

  rollBackTo(mark: number): void {
    takeBack(this.steps.splice(mark))
  }

  /** Every row that differs from what it was before the transaction, each once. */
  written(): readonly Written[] {
    const firsts = new Map<string, Undo>()
    for (const step of this.steps) {
      const id = `${step.table.spec.name}\n${step.key}`
      if (!firsts.has(id)) firsts.set(id, step)
    }
    const written: Written[] = []
    for (const first of firsts.values()) {
      const one = describe(first)
      if (one) written.push(one)
    }
    // Rows are kept in the order in which they stand in memory, so that a restart lists them in the same one.
    return written.sort((a, b) => a.ordinal - b.ordinal)
  }
}

const describe = (first: Undo): Written | undefined => {
  const { table, key, before } = first
  const cell = table.get(key)
  const moved = before !== undefined && cell !== undefined && cell.ordinal !== first.ordinal
  if (before === cell?.row && !moved) return undefined
  const change: Change = Object.freeze({
    table: table.spec.name,
    key,
    ...(before && { before }),
    ...(cell && { after: cell.row }),
  })
  return { change, version: table.spec.version, ordinal: cell?.ordinal ?? first.ordinal, moved }
}
