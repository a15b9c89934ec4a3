// Keeps the bulk store of log events as small as the records say: series of streams that are gone are dropped, events older
// than their group's retention are removed, in the records first. At the start, when a stream goes, and every hour. It stands here because
// controllers do no IO (docs/decisions/0005).
import { type Cancel, type Clock, errorFields, type Log, oneAtATime, repeat } from "../kernel/index.ts"
import { beginAnew, expired, forgetExpired, type LogsPorts } from "../services/logs/index.ts"
import type { BulkStore, LogStreamRow, State } from "../state/index.ts"

const hour = 60 * 60 * 1000

export interface LogSweepOptions {
  readonly state: State
  readonly logEvents: BulkStore
  /** The cloud clock: retention is AWS behaviour. */
  readonly clock: Clock
  readonly log: Log
  readonly ports: LogsPorts
}

/** Starts to sweep; ends with the function that it answers. */
export const startLogSweep = ({ state, logEvents, clock, log, ports }: LogSweepOptions): Cancel => {
  const unfinished = (thrown: unknown) => {
    // What was not swept now is swept in an hour: nothing that is answered depends on it.
    log.warn("Old log events could not be swept.", errorFields(thrown))
  }

  const sweep = async () => {
    const { known, old } = state.view((view) => ({
      known: new Set([...view.logStreams.all()].map((stream) => stream.series)),
      old: expired(view, clock.now(), ports),
    }))
    for (const series of await logEvents.series()) {
      // A stream that was made since we looked is in the records by now.
      const gone = !known.has(series) && state.view((view) => !view.logStreams.first("series", series))
      if (gone) await logEvents.drop(series)
    }
    for (const part of old) {
      const { series, lastSeq: toSeq, since: fromTime, before } = part
      const size = await logEvents.size(series, { toSeq, fromTime, toTime: before - 1 })
      state.transact((tx) => forgetExpired(tx, part, size))
      // Durable before anything goes: what is gone could not be measured again.
      await state.durable(state.position)
      await logEvents.trim(series, before)
      const [first] = await logEvents.range(series, { toSeq, limit: 1, order: "time" })
      state.transact((tx) => beginAnew(tx, part, first?.time))
    }
  }

  // On a fast cloud clock the next hour can come before this one's work is done.
  const sweepOnce = oneAtATime(sweep, unfinished)

  const { stop } = state.watch(
    "durable",
    () => undefined,
    ({ changes }) => {
      for (const change of changes) {
        if (change.table !== "logStreams" || change.after || !change.before) continue
        logEvents.drop((change.before as LogStreamRow).series).catch(unfinished)
      }
    },
  )
  const cancel = repeat(clock, hour, sweepOnce)
  sweepOnce()
  return () => {
    stop()
    cancel()
  }
}
