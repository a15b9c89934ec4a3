// Calls with the keys of an execution role: as often as may help, and for as long as the control plane is away.
import { type Clock, delay, errorFields, Fault, type Log, pauseAfter } from "../../kernel/index.ts"
import { isPassing, type Refusal } from "./failure.ts"

/** As SDKs do: a service with a bad moment is asked so often. */
const mostAttempts = 5
const pauses = { first: 200, factor: 2, max: 5_000 }

export interface Asking {
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
}

/** The answer, or how it was refused. Rejects only when `signal` ends the waiting for a control plane that is away. */
export const ask = async <T>(
  { clock, log, signal }: Asking,
  call: () => Promise<T>,
): Promise<{ readonly answer: T } | { readonly refusal: Refusal }> => {
  let attempts = 0
  for (let failures = 1; ; failures++) {
    try {
      return { answer: await call() }
    } catch (error) {
      if (error instanceof Fault) {
        attempts += 1
        if (!isPassing(error) || attempts >= mostAttempts) return { refusal: { attempts, error } }
      }
      if (signal.aborted) throw error
      log.warn("Something of a task could not be fetched and will be tried again", errorFields(error))
      await delay(clock, pauseAfter(pauses, failures), signal)
      if (signal.aborted) throw error
    }
  }
}
