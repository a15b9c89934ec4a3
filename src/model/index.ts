// The model: every operation, shape and error of the services, generated from the SDK packages by `npm run gen`.
// Nothing here is written by hand but the loading and linking.
export type {
  ErrorShape,
  ListType,
  MapType,
  Member,
  OperationContract,
  ProtocolName,
  ServiceContract,
  ServiceRouting,
  SimpleKind,
  SimpleType,
  StructureType,
  Traits,
  Type,
} from "./contract.ts"
export { type Missing, missingRequired } from "./constraints/missing.ts"
export { loadContract } from "./load.ts"
export { type Errors, type Operations, type ServiceName, serviceNames } from "./operations.ts"
export { routing } from "./routing.ts"
