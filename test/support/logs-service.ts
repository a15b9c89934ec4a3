// A log service over stores in memory, with a clock that the test sets, for the tests of services/logs.
import { type Caller, createGate, type Input, type Output } from "../../src/gate/index.ts"
import { silentLog } from "../../src/kernel/index.ts"
import type { Operations } from "../../src/model/operations.ts"
import { type LogsPorts, logsService as logsTable } from "../../src/services/logs/index.ts"
import { type BlobStore, type BulkStore, memoryBulkStore, memoryStore, type State } from "../../src/state/index.ts"
import { TestClock } from "./test-clock.ts"
import { testIds } from "./test-ids.ts"

export const scope = { account: "123456789012", region: "us-east-1" }
export const root: Caller = { account: scope.account, arn: "arn:aws:iam::123456789012:root", kind: "root" }

/** What a test of the log service works with. */
export interface LogsService {
  readonly state: State
  readonly bulk: BulkStore
  readonly clock: TestClock
  /** Calls an operation as the root of the account unless told otherwise. */
  call<O extends keyof Operations["logs"] & string>(
    operation: O,
    input: Input<"logs", O>,
    caller?: Caller,
  ): Promise<Output<"logs", O>>
  /** Makes the group and stream if they are not there and puts events of these times and texts. */
  put(group: string, stream: string, events: readonly (readonly [time: number, message: string])[]): Promise<void>
}

/** A service with nothing in it, on a clock that is the wall's too unless told otherwise. Over another's state and bulk store it is the same service after a restart. */
export const logsService = (
  over: Partial<Pick<LogsService, "state" | "bulk" | "clock"> & LogsPorts> = {},
): LogsService => {
  const { state = memoryStore(), bulk = memoryBulkStore(), clock = new TestClock(), wallTime = (cloud) => cloud } = over
  const gate = createGate({
    state,
    bulk: { logEvents: bulk, layers: {} as BlobStore },
    services: [logsTable({ wallTime })],
    clock,
    ids: testIds(),
    log: silentLog,
  })
  const call: LogsService["call"] = (operation, input, caller = root) =>
    gate.invoke("logs", operation, input, scope, caller)
  return {
    state,
    bulk,
    clock,
    call,
    put: async (logGroupName, logStreamName, events) => {
      const exists = (key: string, table: "logGroups" | "logStreams") => state.view((view) => view[table].has(key))
      const group = `${scope.account}/${scope.region}/${logGroupName}`
      if (!exists(group, "logGroups")) await call("CreateLogGroup", { logGroupName })
      if (!exists(`${group} ${logStreamName}`, "logStreams"))
        await call("CreateLogStream", { logGroupName, logStreamName })
      const logEvents = events.map(([timestamp, message]) => ({ timestamp, message }))
      await call("PutLogEvents", { logGroupName, logStreamName, logEvents })
    },
  }
}
