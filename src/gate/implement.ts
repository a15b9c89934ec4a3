// How a service fills its table: one function per kind of operation, and `implement`, which checks names and types
// against the model. What a table does not name is absent and answers NotImplemented.
import type { Operations, ServiceName } from "../model/operations.ts"
import type { Authorise, BulkOp, Cx, Entry, Input, Output, ReadCx, ServiceTable, WaitOp } from "./types.ts"

/** An operation that changes nothing. */
export const read = <I, T>(handler: (cx: ReadCx, input: I) => T, authorise: Authorise<I>): Entry<I, T> => ({
  kind: "read",
  handler,
  authorise,
})

/** An operation that runs in a transaction: all of it happens or none. */
export const write = <I, T>(handler: (cx: Cx, input: I) => T, authorise: Authorise<I>): Entry<I, T> => ({
  kind: "write",
  handler,
  authorise,
})

/** An operation on bulk data: prepare (sync), run (async), finish (sync, in a transaction). */
export const bulk = <S extends ServiceName, O extends keyof Operations[S], P, Q>(
  op: BulkOp<S, O, P, Q>,
  authorise: Authorise<Input<S, O>>,
): Entry<Input<S, O>, Output<S, O>> => ({ kind: "bulk", op, authorise })

/** An operation that may wait for something to come true. */
export const wait = <S extends ServiceName, O extends keyof Operations[S]>(
  op: WaitOp<S, O>,
  authorise: Authorise<Input<S, O>>,
): Entry<Input<S, O>, Output<S, O>> => ({ kind: "wait", op, authorise })

/** A service's table. `withoutEffect` names input members that are accepted and do nothing, as `Operation.member`. */
export const implement = <S extends ServiceName>(
  service: S,
  operations: { readonly [O in keyof Operations[S]]?: Entry<Input<S, O>, Output<S, O>> },
  withoutEffect: readonly string[] = [],
): ServiceTable<S> => ({ service, operations: operations as ServiceTable<S>["operations"], withoutEffect })
