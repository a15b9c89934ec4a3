// The ground floor: clock, ids, ARNs, faults, log, work queue, back-off. It imports nothing of ours.
export { type Arn, formatArn, formatGlobalArn, parseArn } from "./arn.ts"
export { type BackOff, pauseAfter } from "./back-off.ts"
export { type Cancel, type Clock, type Clocks, delay, type Instant, repeat } from "./clock.ts"
export { Fault, fault, notImplemented } from "./fault.ts"
export { type Ids, newIds, type RandomSource } from "./ids.ts"
export { errorFields, type Log, type LogFields, silentLog } from "./log.ts"
export { type Scope, scopeKey } from "./scope.ts"
export { WorkQueue } from "./work-queue.ts"
