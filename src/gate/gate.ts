// The one way to an operation: for a client's request through `dispatch`, for a handler or controller through `call`
// and `commit`. Authorises, runs the handler by its kind, and lets no answer out before what it saw is durable.
import { type Clock, type Ids, type Log, notImplemented, type Scope } from "../kernel/index.ts"
import type { Operations, ServiceName } from "../model/operations.ts"
import type { State, Tx, View } from "../state/index.ts"
import { authorise as authoriseDemands } from "./authorise.ts"
import { emitInto, OutboxCounter } from "./outbox.ts"
import { Serial } from "./serial.ts"
import type { BulkStores, Call, Caller, Cx, Entry, Input, Output, ReadCx, Request, ServiceTable } from "./types.ts"
import { waitFor } from "./wait-for.ts"
import { withoutEffectNotice } from "./without-effect.ts"

export interface GateOptions {
  readonly state: State
  readonly bulk: BulkStores
  readonly services: readonly ServiceTable[]
  /** The cloud clock: `cx.now`. */
  readonly clock: Clock
  /** The wall clock, where it is another: `cx.wallNow`. */
  readonly wall?: Pick<Clock, "now">
  /** `relaxed` by default. */
  readonly auth?: "relaxed" | "strict"
  readonly ids: Ids
  readonly log: Log
}

/** See the head of the file. */
export interface Gate {
  /** Answers a client's request. Rejects with a Fault, or with anything else for a bug of ours. */
  dispatch(request: Request): Promise<object>
  /** Runs a controller's transaction with the means of a handler; does not wait for durability. */
  commit<T>(scope: Scope, caller: Caller, write: (cx: Cx) => T): T
  /** Runs a `bulk` or `wait` operation, or any other, as a principal of ours. */
  invoke<S extends ServiceName, O extends keyof Operations[S] & string>(
    service: S,
    operation: O,
    input: Input<S, O>,
    scope: Scope,
    caller: Caller,
  ): Promise<Output<S, O>>
}

/** Builds the gate over the tables of the services. */
export const createGate = (options: GateOptions): Gate => {
  const { state, bulk, services, clock, wall = clock, auth = "relaxed", ids, log } = options
  const tables = new Map<string, ServiceTable>(services.map((table) => [table.service, table]))
  const counter = new OutboxCounter(state.view(lastOutboxId))
  const serial = new Serial()
  const notice = withoutEffectNotice(services, log)

  const find = (service: string, operation: string): Entry => {
    const operations = tables.get(service)?.operations
    const entry = operations && Object.hasOwn(operations, operation) ? operations[operation] : undefined
    if (!entry) throw notImplemented(service, operation)
    return entry
  }

  const readCx = (tx: View, request: Pick<Request, "scope" | "caller" | "requestId">): ReadCx => ({
    tx,
    scope: request.scope,
    caller: request.caller,
    requestId: request.requestId,
    now: Math.floor(clock.now()),
    wallNow: Math.floor(wall.now()),
    auth,
    ids,
    log,
  })

  const writeCx = (tx: Tx, request: Pick<Request, "scope" | "caller" | "requestId">): Cx => {
    const common = readCx(tx, request)
    const cx: Cx = {
      ...common,
      tx,
      emit: (event) => emitInto(tx, counter, cx.scope, cx.now, event),
      call: ((service, operation, input, principal) => {
        const entry = find(service, operation)
        if (entry.kind !== "read" && entry.kind !== "write") {
          throw new Error(`${service}:${operation} cannot be called inside a transaction`)
        }
        const inner = { scope: { ...cx.scope, account: principal.account }, caller: principal, requestId: cx.requestId }
        return state.savepoint(() => {
          const innerCx = writeCx(tx, inner)
          authorise(service, entry, innerCx, input)
          return entry.handler(innerCx, input)
        })
      }) as Call,
    }
    return cx
  }

  const transact = (request: Request, entry: Entry, handler: (cx: Cx, input: object) => object): object =>
    state.transact((tx) => {
      const cx = writeCx(tx, request)
      authorise(request.service, entry, cx, request.input)
      return handler(cx, request.input)
    }).value

  const run = async (request: Request): Promise<object> => {
    const entry = find(request.service, request.operation)
    // Our own agents send all that the official one sends; only a user needs to know.
    const { machineId, taskArn } = request.caller
    if (machineId === undefined && taskArn === undefined) notice(request.service, request.operation, request.input)
    switch (entry.kind) {
      case "read":
        return state.view((view) => {
          const cx = readCx(view, request)
          authorise(request.service, entry, cx, request.input)
          return entry.handler(cx, request.input)
        })
      case "write":
        return transact(request, entry, entry.handler)
      case "bulk": {
        const { op } = entry
        const work = async () => {
          const prepared = state.view((view) => {
            const cx = readCx(view, request)
            authorise(request.service, entry, cx, request.input)
            return op.prepare(cx, request.input)
          })
          const found = await op.run(bulk, prepared)
          return transact(request, entry, (cx, input) => op.finish(cx, input, prepared, found) as object)
        }
        return op.serial ? serial.run(op.serial(request.scope, request.input), work) : work()
      }
      case "wait": {
        const { op } = entry
        return waitFor({
          state,
          clock,
          watches: op.watches,
          patience: op.patience(request.input),
          ...(request.signal && { signal: request.signal }),
          attempt: (last) => {
            let answer: object | undefined
            state.transact((tx) => {
              const cx = writeCx(tx, request)
              authorise(request.service, entry, cx, request.input)
              answer = op.attempt(cx, request.input, last) as object | undefined
            })
            return answer
          },
        })
      }
    }
  }

  const dispatch = async (request: Request): Promise<object> => {
    // Reads and refusals wait as well: they may have seen a change that is not yet on disk.
    try {
      const answer = await run(request)
      await state.durable(state.position)
      return answer
    } catch (thrown) {
      await state.durable(state.position)
      throw thrown
    }
  }

  return {
    dispatch,
    commit: (scope, caller, write) =>
      state.transact((tx) => write(writeCx(tx, { scope, caller, requestId: ids.uuid() }))).value,
    invoke: async (service, operation, input, scope, caller) =>
      (await dispatch({ service, operation, input: input as object, scope, caller, requestId: ids.uuid() })) as Output<
        typeof service,
        typeof operation
      >,
  }
}

/**
 * Throws the service's refusal when a demand of the operation is refused. Every entry's demands are computed on every
 * request, so that a wrong one shows now.
 */
const authorise = (service: ServiceName, entry: Entry, cx: ReadCx, input: unknown): void =>
  authoriseDemands(service, cx, entry.authorise(cx, input))

const lastOutboxId = (view: View): number => {
  let last = 0
  for (const event of view.outbox.all()) last = Math.max(last, Number(event.id))
  return last
}
