// Events that handlers emit, as rows of the transaction of their cause. Bounded: the oldest go when there are too many,
// because nothing consumes them yet.
import type { Scope } from "../kernel/index.ts"
import type { Tx } from "../state/index.ts"
import type { EmittedEvent } from "./types.ts"

/** How many events are kept: enough for any test to read, small beside the records of a busy cluster. */
export const outboxBound = 10_000

/** Numbers the events of one process; starts behind what the outbox holds. */
export class OutboxCounter {
  #last: number
  constructor(last: number) {
    this.#last = last
  }
  next(): string {
    this.#last += 1
    return String(this.#last).padStart(16, "0")
  }
}

/** Writes one event. `at` in epoch milliseconds. */
export const emitInto = (tx: Tx, counter: OutboxCounter, scope: Scope, at: number, event: EmittedEvent): void => {
  tx.outbox.insert({
    id: counter.next(),
    account: scope.account,
    region: scope.region,
    source: event.source,
    detailType: event.detailType,
    resources: event.resources,
    detail: event.detail,
    at,
  })
  while (tx.outbox.size > outboxBound) {
    const oldest = tx.outbox.first("all", "all")
    if (!oldest) return
    tx.outbox.delete(oldest.id)
  }
}
