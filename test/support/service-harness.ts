// Services behind the real gate and the real controllers, over records in memory, with time, ids and a key that repeat. The wire
// is not here.
import { type Controller, controllers, startControllers } from "../../src/controllers/index.ts"
import {
  type BulkStores,
  type Caller,
  createGate,
  type Input,
  type Output,
  type ServiceTable,
} from "../../src/gate/index.ts"
import { type Fault, newVault, silentLog, type Vault } from "../../src/kernel/index.ts"
import type { Operations } from "../../src/model/operations.ts"
import { memoryStore, type State } from "../../src/state/index.ts"
import { refused } from "./refused.ts"
import { TestClock } from "./test-clock.ts"
import { seededRandom, testIds } from "./test-ids.ts"

export const scope = { account: "123456789012", region: "us-east-1" }
export const root: Caller = { account: scope.account, arn: "arn:aws:iam::123456789012:root", kind: "root" }
/** A vault whose key and nonces repeat. */
export const testVault = (): Vault => newVault(new Uint8Array(32).fill(5), seededRandom(5))

export interface ServiceHarness<S extends keyof Operations> {
  readonly state: State
  readonly clock: TestClock
  /** Calls an operation as the root of the account, or as `caller`. */
  call<O extends keyof Operations[S] & string>(operation: O, input: Input<S, O>, caller?: Caller): Promise<Output<S, O>>
  /** The same of any of the services. */
  ask<T extends keyof Operations, O extends keyof Operations[T] & string>(
    service: T,
    operation: O,
    input: Input<T, O>,
  ): Promise<Output<T, O>>
  /** The call must be refused with exactly this. */
  refuses<O extends keyof Operations[S] & string>(
    operation: O,
    input: Input<S, O>,
    code: string,
    message: string,
  ): Promise<Fault>
}

/** The services with nothing in them, asked as one of them. */
export const serviceHarness = <S extends keyof Operations>(
  service: S,
  services: readonly ServiceTable[],
  { now, loops = controllers(scope) }: { now?: number | undefined; loops?: readonly Controller[] } = {},
): ServiceHarness<S> => {
  const state = memoryStore()
  const clock = new TestClock(now)
  const ids = testIds()
  const gate = createGate({
    state,
    bulk: {} as BulkStores,
    services,
    clock,
    ids,
    log: silentLog,
  })
  startControllers({ state, gate, clock, log: silentLog, controllers: loops })
  const call: ServiceHarness<S>["call"] = (operation, input, caller = root) =>
    gate.invoke(service, operation, input, { ...scope, account: caller.account }, caller)
  return {
    state,
    clock,
    call,
    ask: (service, operation, input) => gate.invoke(service, operation, input, scope, root),
    refuses: (operation, input, code, message) => refused(operation, call(operation, input), code, message),
  }
}
