// What a contract is: the generated file's format, and the linked form that the program works with. No values live here;
// loading and linking are in load.ts and link.ts.
//
// Format of contracts/<service>.json, made by scripts/gen-contracts.mjs from the runtime schemas of the SDK packages:
//   operations  name → { i: input shape | null, o: output shape | null, e: error shapes, http?: [method, uri, status],
//                        unsigned?: 1 when AWS takes it without a signature }
//   shapes      name → { m: members, r?: the first r members are required, u?: 1 for a union, x?: of an error, t?: traits }
//                    | { l: member } for a list  | { k: key, v: value } for a map
//               x = ["client" | "server", http status, query code?, query status?]
//   reference   "Shape" | "$string" | ["Shape", traits]; builtins are $string $number $boolean $timestamp $blob $document
//               $bigInteger $bigDecimal, with [] for a list of them and {} for a map from strings to them
//   traits      Smithy's names (xmlName, httpQuery, …) as the SDK carries them, and `enum`: the enum of the member's values
//   enums       name → values
import type { ServiceName } from "./operations.ts"

/** The protocols, by the names that contracts use. */
export type ProtocolName = "awsJson1_0" | "awsJson1_1" | "awsQuery" | "ec2Query" | "restJson1" | "restXml" | "rpcv2Cbor"

/** Traits of a member, a list's member or a shape that matter on the wire. */
export interface Traits {
  readonly httpHeader?: string
  readonly httpQuery?: string
  readonly httpLabel?: 1
  readonly httpPayload?: 1
  readonly httpPrefixHeaders?: string
  readonly httpQueryParams?: 1
  readonly httpResponseCode?: 1
  readonly xmlName?: string
  readonly xmlFlattened?: 1
  readonly xmlAttribute?: 1
  /** `[uri]` or `[prefix, uri]`, as the SDK carries it. */
  readonly xmlNamespace?: readonly string[]
  readonly ec2QueryName?: string
  readonly jsonName?: string
  readonly timestampFormat?: "date-time" | "http-date" | "epoch-seconds"
  readonly mediaType?: string
  readonly idempotencyToken?: 1
  readonly sensitive?: 1
  readonly streaming?: 1
  readonly eventPayload?: 1
  readonly eventHeader?: 1
  readonly enum?: string
}

export type FileReference = string | readonly [string, Traits]

/** One shape as the file has it. */
export interface FileShape {
  readonly m?: Readonly<Record<string, FileReference>>
  readonly r?: number
  readonly u?: 1
  readonly x?: readonly ["client" | "server", number, string?, number?]
  readonly l?: FileReference
  readonly k?: FileReference
  readonly v?: FileReference
  readonly t?: Traits
}

export interface FileOperation {
  readonly i: string | null
  readonly o: string | null
  readonly e: readonly string[]
  readonly http?: readonly [string, string, number]
  readonly unsigned?: 1
}

/** A contract as the file has it. */
export interface ContractFile {
  readonly service: ServiceName
  readonly sdkId: string
  readonly signingName: string
  readonly targetPrefix: string
  readonly apiVersion: string
  readonly xmlNamespace?: string
  readonly protocols: readonly ProtocolName[]
  readonly queryCompatible?: 1
  readonly operations: Readonly<Record<string, FileOperation>>
  readonly shapes: Readonly<Record<string, FileShape>>
  readonly enums: Readonly<Record<string, readonly string[]>>
}

export type SimpleKind = "string" | "number" | "boolean" | "timestamp" | "blob" | "document" | "bigInteger" | "bigDecimal"

export interface SimpleType {
  readonly kind: SimpleKind
}
export interface ListType {
  readonly kind: "list"
  readonly member: Member
}
export interface MapType {
  readonly kind: "map"
  readonly key: Member
  readonly value: Member
}
export interface StructureType {
  readonly kind: "structure" | "union"
  readonly name: string
  readonly traits: Traits
  readonly members: readonly Member[]
  /** The same by name; own keys of a Map, so that no input name can reach a prototype. */
  readonly byName: ReadonlyMap<string, Member>
}
/** A linked type. Recursive shapes are circles of these, so walk them by the value, never by the type. */
export type Type = SimpleType | ListType | MapType | StructureType

/** A member of a structure, or the member, key or value of a list or map. */
export interface Member {
  readonly name: string
  readonly type: Type
  readonly traits: Traits
  readonly required: boolean
}

/** An error of the model. */
export interface ErrorShape {
  readonly name: string
  readonly fault: "client" | "server"
  /** HTTP status of the JSON, CBOR and REST protocols. */
  readonly status: number
  /** Code and status in the query protocols (and, for query-compatible services, in `x-amzn-query-error`). */
  readonly queryCode: string
  readonly queryStatus: number
  readonly shape: StructureType
}

/** One operation. */
export interface OperationContract {
  readonly name: string
  /** An empty structure when the model has none. */
  readonly input: StructureType
  readonly output: StructureType
  /** False when the model has no output at all (matters to REST and CBOR bodies). */
  readonly hasOutput: boolean
  readonly errors: readonly string[]
  readonly http: { readonly method: string; readonly uri: string; readonly status: number }
  /** AWS takes it without a signature. */
  readonly unsigned: boolean
}

/** A service's contract, linked. */
export interface ServiceContract {
  readonly service: ServiceName
  readonly sdkId: string
  readonly signingName: string
  readonly targetPrefix: string
  readonly apiVersion: string
  /** Of XML answers; empty for services that never had any. */
  readonly xmlNamespace: string
  readonly protocols: readonly ProtocolName[]
  /** JSON answers carry `x-amzn-query-error`. */
  readonly queryCompatible: boolean
  readonly operations: ReadonlyMap<string, OperationContract>
  readonly errors: ReadonlyMap<string, ErrorShape>
  readonly enums: ReadonlyMap<string, readonly string[]>
}

/** What routing needs of a service without its contract. */
export interface ServiceRouting {
  readonly service: ServiceName
  readonly signingName: string
  readonly targetPrefix: string
  /** The `Version` of query requests. */
  readonly version: string
  /** The first is what current SDKs speak. */
  readonly protocols: readonly ProtocolName[]
  /** Operations that AWS takes without a signature. */
  readonly unsigned: readonly string[]
  /** All operations, separated by blanks. */
  readonly operations: string
  /** REST routes: operation, method, uri, required query members, required headers (lower case). */
  readonly routes: readonly (readonly [string, string, string, readonly string[], readonly string[]])[]
}
