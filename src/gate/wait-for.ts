// Waiting for records to come true: tries at once, again after every commit that touches a watched table, and a last
// time when patience is over. Ends early when the client has hung up.
import { type Clock, fault } from "../kernel/index.ts"
import type { State } from "../state/index.ts"

export interface WaitOptions {
  readonly state: State
  readonly clock: Clock
  readonly watches: readonly string[]
  /** Milliseconds. */
  readonly patience: number
  readonly signal?: AbortSignal
  /** Answers, or undefined to wait on. Must answer when `last`. */
  readonly attempt: (last: boolean) => object | undefined
}

/** Resolves with the first answer; rejects with what `attempt` threw. */
export const waitFor = (options: WaitOptions): Promise<object> =>
  new Promise((resolve, reject) => {
    const { state, clock, watches, patience, signal } = options
    let over = false
    let cancelTimer = () => {}
    const end = () => {
      over = true
      watch.stop()
      cancelTimer()
      signal?.removeEventListener("abort", hungUp)
    }
    const attempt = (last: boolean) => {
      if (over) return
      try {
        const answer = options.attempt(last)
        if (answer === undefined && !last) return
        end()
        if (answer === undefined) reject(new Error("the last attempt of a waiting operation gave no answer"))
        else resolve(answer)
      } catch (thrown) {
        end()
        reject(thrown)
      }
    }
    const hungUp = () => {
      if (over) return
      end()
      reject(fault("RequestAbortedException", "The client closed the connection."))
    }
    const watch = state.watch(
      "committed",
      () => undefined,
      (commit) => {
        if (commit.changes.some((change) => watches.includes(change.table))) attempt(false)
      },
    )
    signal?.addEventListener("abort", hungUp)
    attempt(patience <= 0)
    if (!over) cancelTimer = clock.at(clock.now() + patience, () => attempt(true))
  })
