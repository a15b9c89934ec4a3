// Turns a contract file into the linked form: references become objects, lazily, so that loading EC2's 800 operations costs
// only the parsing of its file.
import type {
  ContractFile,
  ErrorShape,
  FileReference,
  Member,
  OperationContract,
  ServiceContract,
  SimpleKind,
  SimpleType,
  StructureType,
  Traits,
  Type,
} from "./contract.ts"

const none: Traits = Object.freeze({})
const simpleKinds: readonly SimpleKind[] = [
  "string",
  "number",
  "boolean",
  "timestamp",
  "blob",
  "document",
  "bigInteger",
  "bigDecimal",
]
const simple = new Map<string, SimpleType>(simpleKinds.map((kind) => [`$${kind}`, Object.freeze({ kind })]))
const stringMember: Member = { name: "key", type: { kind: "string" }, traits: none, required: true }
const emptyStructure: StructureType = { kind: "structure", name: "Unit", traits: none, members: [], byName: new Map() }

/** Links a contract. Throws when the file refers to a shape that it does not have. */
export const link = (file: ContractFile): ServiceContract => {
  const known = new Map<string, Type>(simple)

  const typeOf = (name: string): Type => {
    const found = known.get(name)
    if (found) return found
    const made = name.startsWith("$") ? builtinCollection(name) : shape(name)
    known.set(name, made)
    return made
  }

  const builtinCollection = (name: string): Type => {
    const inner: Member = { name: "member", type: typeOf(name.slice(0, -2)), traits: none, required: true }
    return name.endsWith("[]") ? { kind: "list", member: inner } : { kind: "map", key: stringMember, value: { ...inner, name: "value" } }
  }

  const shape = (name: string): Type => {
    const from = Object.hasOwn(file.shapes, name) ? file.shapes[name] : undefined
    if (!from) throw new Error(`the contract of ${file.service} has no shape ${name}`)
    if (from.l) return late({ kind: "list" as const }, "member", () => member("member", from.l ?? "", true))
    if (from.k) {
      const map = late({ kind: "map" as const }, "key", () => member("key", from.k ?? "", true))
      return late(map, "value", () => member("value", from.v ?? "", true))
    }
    return structure(name)
  }

  const structure = (name: string): StructureType => {
    const from = file.shapes[name]
    const head = { kind: from?.u ? ("union" as const) : ("structure" as const), name, traits: from?.t ?? none }
    const withMembers = late(head, "members", (): readonly Member[] =>
      Object.entries(from?.m ?? {}).map(([memberName, ref], i) => member(memberName, ref, i < (from?.r ?? 0))),
    )
    return late(withMembers, "byName", (): ReadonlyMap<string, Member> => new Map(withMembers.members.map((m) => [m.name, m])))
  }

  const member = (name: string, ref: FileReference, required: boolean): Member =>
    typeof ref === "string"
      ? { name, type: typeOf(ref), traits: none, required }
      : { name, type: typeOf(ref[0]), traits: ref[1], required }

  const structureOf = (name: string | null): StructureType => {
    if (name === null) return emptyStructure
    const type = typeOf(name)
    if (type.kind !== "structure" && type.kind !== "union") throw new Error(`${file.service}: ${name} is not a structure`)
    return type
  }

  const operations = new Map<string, OperationContract>()
  for (const [name, from] of Object.entries(file.operations)) {
    const [method, uri, status] = from.http ?? ["POST", "/", 200]
    const head = { name, hasOutput: from.o !== null, errors: from.e, http: { method, uri, status }, unsigned: from.unsigned === 1 }
    const withInput = late(head, "input", () => structureOf(from.i))
    operations.set(name, late(withInput, "output", () => structureOf(from.o)))
  }

  const errors = new Map<string, ErrorShape>()
  for (const [name, { x }] of Object.entries(file.shapes)) {
    if (!x) continue
    const [side, status, queryCode = name, queryStatus = status] = x
    errors.set(name, late({ name, fault: side, status, queryCode, queryStatus }, "shape", () => structure(name)))
  }

  return {
    service: file.service,
    sdkId: file.sdkId,
    signingName: file.signingName,
    targetPrefix: file.targetPrefix,
    apiVersion: file.apiVersion,
    xmlNamespace: file.xmlNamespace ?? "",
    protocols: file.protocols,
    queryCompatible: file.queryCompatible === 1,
    operations,
    errors,
    enums: new Map(Object.entries(file.enums)),
  }
}

/** Adds a property that is computed at its first use and then kept. */
const late = <O extends object, K extends string, V>(target: O, key: K, make: () => V): O & { readonly [P in K]: V } => {
  Object.defineProperty(target, key, {
    configurable: true,
    enumerable: true,
    get: () => {
      const value = make()
      Object.defineProperty(target, key, { value, enumerable: true })
      return value
    },
  })
  return target as O & { readonly [P in K]: V }
}
