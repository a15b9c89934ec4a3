// Keeps something open that may not be possible yet: an address that is still to come, a port that another program has. It
// is tried again until it is open or no longer wanted.
import { type BackOff, type Cancel, type Clock, pauseAfter } from "../../kernel/index.ts"

export interface Closable {
  close(): Promise<void>
}

/** The address follows in a moment: the supervisor puts it there. */
const soon: BackOff = { first: 20, factor: 1.5, max: 1_000 }
/** A new load balancer is not broken because its address is a moment late: so long nothing is said of that. */
const expected = 5_000
/** Another program has the port for as long as it likes. */
const later: BackOff = { first: 500, factor: 2, max: 10_000 }

/**
 * Opens until it succeeds. `say` hears of the first failure, of each that is another one, and without one of the success; of
 * an address that is missing only after a while.
 */
export const keepOpen = (
  clock: Clock,
  open: () => Promise<Closable>,
  say: (failure?: NodeJS.ErrnoException) => void,
): Closable => {
  let failures = 0
  let cancel: Cancel = () => {}
  let opened: Closable | undefined
  let closed = false
  let said: string | undefined
  const began = clock.now()
  const attempt = async (): Promise<void> => {
    try {
      opened = await open()
    } catch (thrown) {
      if (closed) return
      const failure = thrown as NodeJS.ErrnoException
      failures += 1
      const schedule = failure.code === "EADDRNOTAVAIL" ? soon : later
      cancel = clock.at(clock.now() + pauseAfter(schedule, failures), () => {
        attempting = attempt()
      })
      const reason = failure.code ?? failure.message
      if (said === reason || (failure.code === "EADDRNOTAVAIL" && clock.now() < began + expected)) return
      said = reason
      say(failure)
      return
    }
    if (!closed) say()
  }
  let attempting = attempt()
  return {
    async close() {
      closed = true
      cancel()
      await attempting
      await opened?.close()
    },
  }
}
