// Operations, their tables and the one way to them.
export { authorise, isAllowed, requesterOf } from "./authorise.ts"
export { createGate, type Gate, type GateOptions } from "./gate.ts"
export { bulk, implement, read, wait, write } from "./implement.ts"
export { ensureLinkedRole } from "./linked-role.ts"
export { passRole } from "./pass-role.ts"
export { policiesOf, rolePolicies, userPolicies } from "./principal-policies.ts"
export { type Assumable, type Assumption, assumableRole } from "./service-role.ts"
export type {
  AboutResource,
  Authorise,
  BulkOp,
  BulkStores,
  Call,
  Caller,
  CallerSession,
  Conditions,
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
