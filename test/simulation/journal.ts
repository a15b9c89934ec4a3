// The disk of the simulation: keeps what it answered for, answers late when told to, and lets the process die at a
// commit: just before it is kept, or just after and before anybody hears of it.
import type { Clock } from "../../src/kernel/index.ts"
import { type Appended, type Journal, type MemoryDisk, memoryJournal } from "../../src/state/index.ts"

export interface JournalFaults {
  /** Milliseconds that a commit takes to be durable. */
  delay: number
  /** The process dies with the commit that brings `in` to 0. */
  death: { in: number; readonly kept: boolean } | undefined
  /** A bug for the simulation to find: answers for what it does not keep. */
  lies?: boolean
}

/** Nothing is on its way. */
const settled: Promise<unknown> = Promise.resolve()
const never = new Promise<Appended>(() => {})

/** See the head of the file. `die` is called when the process ends at a commit; nothing is kept or answered afterwards. */
export const faultyJournal = (
  disk: MemoryDisk,
  clock: Clock,
  faults: JournalFaults,
  die: () => void,
): { readonly journal: Journal; kill(): void } => {
  const inner = memoryJournal(disk)
  let dead = false
  let last = settled
  const kill = () => {
    dead = true
  }
  const journal: Journal = {
    open: () => inner.open(),
    load: () => inner.load(),
    append: (batch) => {
      if (dead) return never
      if (faults.death && --faults.death.in <= 0) {
        const { kept } = faults.death
        faults.death = undefined
        dead = true
        // What came before it is kept before it, or not at all.
        if (kept && faults.delay === 0 && last === settled) void inner.append(batch)
        die()
        return never
      }
      if (faults.lies) return Promise.resolve({ outcome: "durable" })
      const { delay } = faults
      if (delay === 0 && last === settled) return inner.append(batch)
      const appended = last
        .then(() => new Promise<void>((resolve) => clock.at(clock.now() + delay, resolve)))
        .then(() => (dead ? never : inner.append(batch)))
      last = appended
      void appended.then(() => {
        if (last === appended) last = settled
      })
      return appended
    },
    close: () => inner.close(),
  }
  return { journal, kill }
}
