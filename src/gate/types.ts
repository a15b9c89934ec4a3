// What an operation is made of: its kind, its authorisation and its handler, and what a handler is given.
// Services fill tables of these (see implement.ts); wire/ and call() run them through dispatch.ts.
import type { Caller, CallerSession, Ids, Log, Scope } from "../kernel/index.ts"
import type { Operations, ServiceName } from "../model/operations.ts"
import type { BlobStore, BulkStore, Tx, View } from "../state/index.ts"

export type { Caller, CallerSession }

/** An event for the bus, written into the outbox of the same transaction. */
export interface EmittedEvent {
  /** `aws.ecs`. */
  readonly source: string
  readonly detailType: string
  readonly resources: readonly string[]
  readonly detail: object
}

/** Input of an operation, as the SDK types it (timestamps are Dates, blobs are Uint8Arrays). */
export type Input<S extends ServiceName, O extends keyof Operations[S]> = Operations[S][O] extends { input: infer I }
  ? I
  : never
/** Output of an operation, without the SDK's own `$metadata`. */
export type Output<S extends ServiceName, O extends keyof Operations[S]> = Operations[S][O] extends { output: infer T }
  ? T
  : never

/** Runs another operation in the same transaction as `principal`: authorisation and handler as for a client. */
export type Call = <S extends ServiceName, O extends keyof Operations[S] & string>(
  service: S,
  operation: O,
  input: Input<S, O>,
  principal: Caller,
) => Output<S, O>

interface CxCommon {
  readonly scope: Scope
  readonly caller: Caller
  /** The time of the request on the cloud clock, in milliseconds. A value: it does not move while the handler runs. */
  readonly now: number
  /** The same moment on the wall clock: credentials are made and expire by it. */
  readonly wallNow: number
  /** How signatures are judged (`--auth`): `relaxed` goes easy on accounts that do not use IAM. */
  readonly auth: "relaxed" | "strict"
  readonly ids: Ids
  readonly log: Log
  readonly requestId: string
}

/** What a `read` handler is given. */
export interface ReadCx extends CxCommon {
  readonly tx: View
}

/** What a `write` handler is given; everything in it happens or nothing does. */
export interface Cx extends CxCommon {
  readonly tx: Tx
  readonly call: Call
  readonly emit: (event: EmittedEvent) => void
}

/** A synchronous handler. Throws `fault(…)` for what the caller did wrong. */
export type Op<S extends ServiceName, O extends keyof Operations[S]> = (cx: Cx, input: Input<S, O>) => Output<S, O>
/** The same for operations that change nothing. */
export type ReadOp<S extends ServiceName, O extends keyof Operations[S]> = (
  cx: ReadCx,
  input: Input<S, O>,
) => Output<S, O>

/** Asynchronous work on bulk data between two transactions. No transaction is open while `run` awaits. */
export interface BulkOp<S extends ServiceName, O extends keyof Operations[S], P, Q> {
  /** Calls with the same value run one after the other (a log stream's appends). */
  readonly serial?: (scope: Scope, input: Input<S, O>) => string
  readonly prepare: (cx: ReadCx, input: Input<S, O>) => P
  readonly run: (bulk: BulkStores, prepared: P) => Promise<Q>
  readonly finish: (cx: Cx, input: Input<S, O>, prepared: P, found: Q) => Output<S, O>
}

/** An operation that answers when something has come true, or its time is over. */
export interface WaitOp<S extends ServiceName, O extends keyof Operations[S]> {
  /** Milliseconds to wait at most; 0 answers at once. */
  readonly patience: (input: Input<S, O>) => number
  /** The tables whose changes are worth another try. */
  readonly watches: readonly string[]
  /** An answer, or `undefined` to wait on; `last` is set when the time is over, then it must answer. */
  readonly attempt: (cx: Cx, input: Input<S, O>, last: boolean) => Output<S, O> | undefined
}

/** The bulk stores by what they hold. */
export interface BulkStores {
  readonly logEvents: BulkStore
  /** The layers of images. */
  readonly layers: BlobStore
}

/** Condition keys and their values, by their IAM names (`ecs:cluster`). */
export type Conditions = Readonly<Record<string, string | readonly string[] | undefined>>

/** What is known of a resource that exists. */
export interface AboutResource {
  /** `aws:ResourceTag/<key>`, and the service's own name for the same. */
  readonly tags?: readonly { readonly key?: string | undefined; readonly value?: string | undefined }[] | undefined
  readonly conditions?: Conditions
}

/** What an operation needs permission for; the gate hands it to the one authorisation function. */
export interface Demand {
  /** `ecs:RunTask`. */
  readonly action: string
  /** ARNs, each of which must be allowed; none of them, or `*`, where the action has no resource. */
  readonly resources: readonly string[]
  readonly conditions?: Conditions
  /** What differs from resource to resource. Asked only when a policy has to be looked at. */
  readonly about?: (resource: string) => AboutResource | undefined
  /** The text of the resource's own policy. Present for every action that resource policies can allow. */
  readonly policyOf?: (resource: string) => string | undefined
  /** Without an Allow of the resource's own policy nobody may: a role's trust policy, a key's policy. */
  readonly trust?: boolean
}

/** Computes an operation's demands from its input. */
export type Authorise<I> = (cx: ReadCx, input: I) => readonly Demand[]

/** One entry of a service's table. Made with `read`, `write`, `bulk`, `wait` of implement.ts. */
// biome-ignore lint/suspicious/noExplicitAny: a table holds entries of every operation
export type Entry<I = any, T = any> = {
  readonly authorise: Authorise<I>
} & (
  | { readonly kind: "read"; readonly handler: (cx: ReadCx, input: I) => T }
  | { readonly kind: "write"; readonly handler: (cx: Cx, input: I) => T }
  // biome-ignore lint/suspicious/noExplicitAny: what passes between the three steps is the operation's own
  | { readonly kind: "bulk"; readonly op: BulkOp<any, any, any, any> }
  // biome-ignore lint/suspicious/noExplicitAny: see Entry
  | { readonly kind: "wait"; readonly op: WaitOp<any, any> }
)

/** A service: its name and the operations that it has. */
export interface ServiceTable<S extends ServiceName = ServiceName> {
  readonly service: S
  readonly operations: Readonly<Record<string, Entry>>
  /** Input members that are taken and have no effect, as paths (`RunTask.referenceId`, or `Op.member=value`): listed in docs/parity.md. */
  readonly withoutEffect: readonly string[]
}

/** One request to the gate. */
export interface Request {
  readonly service: ServiceName
  readonly operation: string
  readonly input: object
  readonly scope: Scope
  readonly caller: Caller
  readonly requestId: string
  /** Aborts when the client has hung up. */
  readonly signal?: AbortSignal
}
