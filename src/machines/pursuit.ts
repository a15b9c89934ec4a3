// Pursues wishes by key: one key is worked on by one at a time, the newest wish counts, a failure is tried again after
// a growing pause. What the work is and what facts come of it belongs to machines.ts.
import { type BackOff, type Cancel, type Clock, pauseAfter, WorkQueue } from "../kernel/index.ts"

const retries: BackOff = { first: 500, factor: 2, max: 30_000 }

/** Done for now; or look again after the pause that the back-off gives. */
export type Outcome = "done" | "again"

/** See the head of the file. */
export class Pursuit {
  readonly #clock: Clock
  readonly #work: (key: string) => Promise<Outcome>
  readonly #queue = new WorkQueue<string>()
  readonly #failures = new Map<string, number>()
  readonly #timers = new Map<string, Cancel>()
  readonly #running = new Set<Promise<void>>()
  #closed = false

  /** `work` never rejects: it turns what goes wrong into a fact and `again`. */
  constructor(clock: Clock, work: (key: string) => Promise<Outcome>) {
    this.#clock = clock
    this.#work = work
  }

  /** Looks at a key now; a pause that it waits in ends. */
  look(key: string): void {
    this.#timers.get(key)?.()
    this.#timers.delete(key)
    this.#queue.add(key)
    this.#turn()
  }

  /** Looks at a key as if it had never failed. */
  afresh(key: string): void {
    this.#failures.delete(key)
    this.look(key)
  }

  #turn(): void {
    if (this.#closed) return
    for (let key = this.#queue.take(); key !== undefined; key = this.#queue.take()) {
      const running: Promise<void> = this.#run(key).finally(() => this.#running.delete(running))
      this.#running.add(running)
    }
  }

  async #run(key: string): Promise<void> {
    const outcome = await this.#work(key)
    this.#queue.done(key)
    if (outcome === "done") this.#failures.delete(key)
    else this.#later(key)
    this.#turn()
  }

  #later(key: string): void {
    if (this.#closed) return
    const failures = (this.#failures.get(key) ?? 0) + 1
    this.#failures.set(key, failures)
    const cancel = this.#clock.at(this.#clock.now() + pauseAfter(retries, failures), () => this.look(key))
    this.#timers.set(key, cancel)
  }

  /** Starts nothing more, and resolves when what runs has ended. */
  async close(): Promise<void> {
    this.#closed = true
    for (const cancel of this.#timers.values()) cancel()
    this.#timers.clear()
    await Promise.all(this.#running)
  }
}
