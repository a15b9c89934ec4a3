// Operations, their tables and the one way to them.
export { createGate, type Gate, type GateOptions } from "./gate.ts"
export { bulk, implement, read, wait, write } from "./implement.ts"
export type {
  Authorise,
  BulkOp,
  BulkStores,
  Call,
  Caller,
  CallerSession,
  Cx,
  Demand,
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
