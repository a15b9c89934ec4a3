// Follows commits on their way to the disk: who waits for one, which are not there yet, and what happens when one
// does not get there. It appends and counts; it knows no tables.
import type { Appended, Batch, Journal } from "./journal/journal.ts"
import type { Undo } from "./table-rows.ts"
import type { Commit, Position } from "./types.ts"

interface Pending {
  readonly commit: Commit
  readonly steps: readonly Undo[]
}

/** What a {@link Durability} is made of. */
export interface DurabilityOptions {
  /** Absent for a store with nothing behind it: its commits are durable at once. */
  readonly journal?: Journal
  readonly position: Position
  readonly onDurable: (commit: Commit) => void
  /** Called once, when the journal has failed or was taken over. */
  readonly onFailure: (error: Error) => void
}

/** See the head of the file. */
export class Durability {
  readonly #options: DurabilityOptions
  readonly #waiting = new Map<Position, PromiseWithResolvers<void>>()
  readonly #pending = new Map<Position, Pending>()
  #position: Position
  readonly #failure = Promise.withResolvers<void>()
  #failed = false

  constructor(options: DurabilityOptions) {
    this.#options = options
    this.#position = options.position
  }

  /** The newest commit that is on disk. */
  get position(): Position {
    return this.#position
  }

  get failed(): boolean {
    return this.#failed
  }

  /** The changes of the commits that are not on disk yet, oldest first. */
  get steps(): readonly Undo[] {
    return Array.from(this.#pending.values(), (pending) => pending.steps).flat()
  }

  /** Takes a commit that is in memory. `steps` are what undoes it, `batch` is what the journal is to keep, if any. */
  add(commit: Commit, steps: readonly Undo[], batch: Batch | undefined): void {
    this.#pending.set(commit.position, { commit, steps })
    const { journal } = this.#options
    // Also without a journal never within the call: code must not come to rely on a commit being durable at once.
    const appended: Promise<Appended> =
      journal && batch ? journal.append(batch) : Promise.resolve({ outcome: "durable" })
    appended.then(
      (answer) => this.#settle(commit.position, answer),
      (thrown: unknown) => this.#fail(thrown instanceof Error ? thrown : new Error(String(thrown))),
    )
  }

  /** Resolves when the commit is on disk; never after a failure. */
  wait(position: Position): Promise<void> {
    if (position <= this.#position) return Promise.resolve()
    let waiting = this.#waiting.get(position)
    if (!waiting) {
      waiting = Promise.withResolvers<void>()
      this.#waiting.set(position, waiting)
    }
    return waiting.promise
  }

  /** Resolves when nothing is on its way any more: all is on disk, or the journal has failed. */
  async rest(): Promise<void> {
    const last = [...this.#pending.keys()].at(-1)
    if (last !== undefined) await Promise.race([this.wait(last), this.#failure.promise])
  }

  #settle(position: Position, answer: Appended): void {
    switch (answer.outcome) {
      case "durable":
        this.#arrive(position)
        break
      case "fenced":
        this.#fail(new Error("Another process has taken over the journal"))
        break
      case "failed":
        this.#fail(answer.error)
        break
      default:
        answer satisfies never
    }
  }

  #arrive(position: Position): void {
    if (this.#failed) return
    while (this.#position < position) {
      const arrived = ++this.#position
      const pending = this.#pending.get(arrived)
      this.#pending.delete(arrived)
      this.#waiting.get(arrived)?.resolve()
      this.#waiting.delete(arrived)
      if (pending) this.#options.onDurable(pending.commit)
    }
  }

  #fail(error: Error): void {
    if (this.#failed) return
    this.#failed = true
    this.#failure.resolve()
    this.#options.onFailure(error)
  }
}
