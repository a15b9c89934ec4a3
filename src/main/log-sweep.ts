// Keeps the bulk store of log events as small as the records say: series of streams that are gone are dropped, events older
// than their group's retention are trimmed. At the start, when a stream goes, and every hour. It stands here because
// controllers do no IO (docs/decisions/0005).
import { type Cancel, type Clock, errorFields, type Log, repeat } from "../kernel/index.ts"
import { keptSince } from "../services/logs/index.ts"
import type { BulkStore, LogStreamRow, State, View } from "../state/index.ts"

const hour = 60 * 60 * 1000

export interface LogSweepOptions {
  readonly state: State
  readonly logEvents: BulkStore
  /** The cloud clock: retention is AWS behaviour. */
  readonly clock: Clock
  readonly log: Log
}

/** Starts to sweep; ends with the function that it answers. */
export const startLogSweep = ({ state, logEvents, clock, log }: LogSweepOptions): Cancel => {
  const unfinished = (thrown: unknown) => {
    // What was not swept now is swept in an hour: nothing that is answered depends on it.
    log.warn("Old log events could not be swept.", errorFields(thrown))
  }

  const sweep = async () => {
    const { known, trims } = state.view((view) => ({
      known: new Set([...view.logStreams.all()].map((stream) => stream.series)),
      trims: trimsOf(view, clock.now()),
    }))
    for (const series of await logEvents.series()) {
      // A stream that was made since we looked is in the records by now.
      const gone = !known.has(series) && state.view((view) => !view.logStreams.first("series", series))
      if (gone) await logEvents.drop(series)
    }
    for (const { series, before } of trims) await logEvents.trim(series, before)
  }

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
  const cancel = repeat(clock, hour, () => void sweep().catch(unfinished))
  sweep().catch(unfinished)
  return () => {
    stop()
    cancel()
  }
}

const trimsOf = (view: View, now: number): { series: string; before: number }[] =>
  [...view.logStreams.all()].flatMap((stream) => {
    const group = view.logGroups.get(`${stream.account}/${stream.region}/${stream.group}`)
    const before = group ? keptSince(group, now) : 0
    return before > 0 ? [{ series: stream.series, before }] : []
  })
