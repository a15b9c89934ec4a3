// What all requests of a proxy share: time, chance, keys, ways to targets, and what becomes of them when they are over.
import { STATUS_CODES } from "node:http"
import type { Clock, Log } from "../../kernel/index.ts"
import type { Outcome } from "./outcome.ts"
import type { TraceIds } from "./trace-id.ts"
import type { Upstream } from "./upstream/upstream.ts"

export interface Shared {
  readonly clock: Clock
  readonly log: Log
  readonly traceId: TraceIds
  readonly upstream: Upstream
  /** As HTTP writes it; made anew once a second. */
  date(): string
  reason(status: number): string
  connectionId(): string
  finished(out: Outcome): void
}

export const httpReason = (status: number): string => STATUS_CODES[status] ?? ""

export const httpDates = (clock: Clock): (() => string) => {
  let second = -1
  let text = ""
  return () => {
    const now = Math.floor(clock.now() / 1000)
    if (now !== second) {
      second = now
      text = new Date(now * 1000).toUTCString()
    }
    return text
  }
}
