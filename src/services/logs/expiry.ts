// Which events are past their group's retention, and what their removal changes in the records. The sweep of main/ removes
// them: a record first says what goes, so that a crash in between leaves nothing counted twice.
import { scopeKey } from "../../kernel/index.ts"
import type { BulkSize, LogStreamRow, Tx, View } from "../../state/index.ts"
import { storedBytes } from "./events.ts"
import type { LogsPorts } from "./ports.ts"
import { keptSince } from "./retention.ts"

/** The events of a stream that are to be removed. */
export interface Expired {
  /** The key of the stream's record. */
  readonly stream: string
  readonly series: string
  readonly lastSeq: number
  /** From where on they are still counted; what is older was taken out of the record before. */
  readonly since: number
  /** They are older than this. */
  readonly before: number
}

/** What is past its retention at `now`, by the cloud's clock. */
export const expired = (view: View, now: number, ports: LogsPorts): readonly Expired[] =>
  [...view.logStreams.all()].flatMap((stream) => {
    const groupKey = `${scopeKey(stream)}/${stream.group}`
    const group = view.logGroups.get(groupKey)
    const before = group ? keptSince(group, now, ports) : 0
    if (stream.firstEventAt === undefined || stream.firstEventAt >= before) return []
    const { series, lastSeq, trimmedBefore: since = 0 } = stream
    return [{ stream: `${groupKey} ${stream.name}`, series, lastSeq, since, before }]
  })

/** The stream's record, unless it was removed meanwhile: then its events go with its series. */
const recordOf = (tx: Tx, { stream: key, series }: Expired): LogStreamRow | undefined => {
  const stream = tx.logStreams.get(key)
  return stream?.series === series ? stream : undefined
}

/** Before they are removed: the expired events, of this size, count no longer. */
export const forgetExpired = (tx: Tx, part: Expired, size: BulkSize): void => {
  const stream = recordOf(tx, part)
  if (!stream || part.before <= (stream.trimmedBefore ?? 0)) return
  tx.logStreams.patch(part.stream, {
    storedBytes: Math.max(0, stream.storedBytes - storedBytes(size)),
    trimmedBefore: part.before,
  })
}

/** After they were removed: the stream begins with what is left, at `first` unless more has come since. */
export const beginAnew = (tx: Tx, part: Expired, first: number | undefined): void => {
  const stream = recordOf(tx, part)
  if (!stream) return
  tx.logStreams.patch(part.stream, { firstEventAt: stream.lastSeq === part.lastSeq ? first : part.before })
}
