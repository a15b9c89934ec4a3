// What a controller is: a name, what wakes it, and a reconcile that looks at one key and makes the records right.
// Level-triggered and idempotent; it holds no timer, does no IO and keeps no state of its own.

import type { Caller, Cx } from "../gate/index.ts"
import type { Instant, Log, Scope } from "../kernel/index.ts"
import type { Row, TableName, View } from "../state/index.ts"

/** What a reconcile asks for: nothing, or another look at a time of the cloud clock. */
export type Outcome = { readonly again?: Instant }

/** Nothing more to do until something wakes the key. */
export const done: Outcome = {}
/** Look again at `t`, if nothing wakes the key before. */
export const again = (t: Instant): Outcome => ({ again: t })

/** What a reconcile is given. */
export interface ControllerCx {
  /** The cloud clock, in whole milliseconds. */
  readonly now: Instant
  readonly log: Log
  view<T>(read: (view: View) => T): T
  /** Runs a transaction as a service principal, with the means of a handler (`call`, `emit`). */
  commit<T>(scope: Scope, caller: Caller, write: (cx: Cx) => T): T
}

/** A table whose changes wake keys. A row that went away wakes its keys as well. `before` is the row as it was. */
export interface Wake {
  readonly table: TableName
  readonly keys: (row: never, view: View, before: never) => string | undefined | readonly string[]
}

/** `on<TaskRow>("tasks", t => t.arn)`. */
export const on = <R extends Row>(
  table: TableName,
  keys: (row: R, view: View, before: R | undefined) => string | undefined | readonly string[],
): Wake => ({ table, keys: keys as Wake["keys"] })

/** See the head of the file. */
export interface Controller {
  readonly name: string
  readonly wakes: readonly Wake[]
  /** Every key that there is: looked at once at the start. */
  keys(view: View): Iterable<string>
  /**
   * Milliseconds between two looks at a key when many things wake it at once; what wakes it meanwhile is seen together.
   * For keys whose look costs more than what woke it. A key that nobody looked at for so long is looked at at once.
   */
  rest?(view: View, key: string): number
  reconcile(cx: ControllerCx, key: string): Outcome
}

/** The wall clock and the cloud clock, by which controllers are woken. By default they are one. */
export interface ClockPorts {
  readonly wallTime?: (cloud: number) => number
  readonly cloudTime?: (wall: number) => number
}
