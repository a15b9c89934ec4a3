// Operations, their tables and the one way to them.
export { createGate, type Gate, type GateOptions, isFault } from "./gate.ts"
export { bulk, implement, read, wait, write } from "./implement.ts"
export type {
  Authorise,
  BulkOp,
  BulkStores,
  Call,
  Caller,
  Cx,
  Demand,
  Dispatch,
  EmittedEvent,
  Entry,
  Input,
  Op,
  Output,
  ReadCx,
  ReadOp,
  Request,
  ServiceTable,
  WaitOp,
} from "./types.ts"
