// Looking at single containers after events: each at most once at a time, so that what is seen is applied in order.
import { type Cancel, type Clock, errorFields, type Log, WorkQueue } from "../../kernel/index.ts"
import type { ContainerDriver, ContainerState } from "../driver.ts"
import { isOutage } from "./steps.ts"

/** After a failure that is not an outage; after one of those the driver's `resync` makes everything looked at. */
const againAfter = 500

export interface Looks {
  /** Look at this container soon. `exitCode` is of a `die` event: it is all that is left of one that is gone. */
  add(id: string, exitCode?: number): void
  close(): void
}

export const createLooks = (
  { driver, clock, log }: { driver: ContainerDriver; clock: Clock; log: Log },
  apply: (id: string, state: ContainerState | undefined, exitCode: number | undefined) => Promise<void>,
): Looks => {
  const queue = new WorkQueue<string>()
  const exitCodes = new Map<string, number>()
  const timers = new Set<Cancel>()
  let closed = false

  const look = async (id: string): Promise<void> => {
    try {
      const state = await driver.inspect(id)
      if (!closed) await apply(id, state, exitCodes.get(id))
      exitCodes.delete(id)
    } catch (error) {
      if (isOutage(error)) return
      log.error("Looking at a container failed", { container: id, ...errorFields(error) })
      const cancel = clock.at(clock.now() + againAfter, () => {
        timers.delete(cancel)
        add(id)
      })
      timers.add(cancel)
    }
  }
  const pump = () => {
    for (let id = queue.take(); id !== undefined; id = queue.take()) {
      const taken = id
      void look(taken).then(() => {
        queue.done(taken)
        pump()
      })
    }
  }
  const add = (id: string, exitCode?: number) => {
    if (closed) return
    if (exitCode !== undefined) exitCodes.set(id, exitCode)
    queue.add(id)
    pump()
  }
  return {
    add,
    close() {
      closed = true
      for (const cancel of timers) cancel()
    },
  }
}
