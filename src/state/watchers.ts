// Tells watchers of commits, in order, each once. A watcher that throws is logged and the others are still told.
// When commits are told is the store's affair.
import { errorFields, type Log } from "../kernel/index.ts"
import type { Commit, Position } from "./types.ts"

interface Watcher {
  /** The newest commit that it has seen otherwise; it is told of those after it. */
  readonly since: Position
  readonly onCommit: (commit: Commit) => void
}

/** The watchers of one moment. */
export class Watchers {
  readonly #watchers = new Set<Watcher>()
  readonly #untold: Commit[] = []
  readonly #log: Log
  #telling = false

  constructor(log: Log) {
    this.#log = log
  }

  /** Starts to tell `onCommit` of commits after `since`; returns the end of it. */
  add(since: Position, onCommit: (commit: Commit) => void): () => void {
    const watcher = { since, onCommit }
    this.#watchers.add(watcher)
    return () => void this.#watchers.delete(watcher)
  }

  /** Tells all watchers. What a watcher commits itself is told after all have heard of this commit. */
  tell(commit: Commit): void {
    this.#untold.push(commit)
    if (this.#telling) return
    this.#telling = true
    for (let next = this.#untold.shift(); next; next = this.#untold.shift()) this.#tellOne(next)
    this.#telling = false
  }

  #tellOne(commit: Commit): void {
    for (const watcher of this.#watchers) {
      if (commit.position <= watcher.since) continue
      try {
        watcher.onCommit(commit)
      } catch (thrown) {
        // The commit stands whatever a watcher makes of it, and the others have a right to hear of it.
        this.#log.error("a watcher failed", { position: commit.position, ...errorFields(thrown) })
      }
    }
  }
}
