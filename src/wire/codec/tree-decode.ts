// From a tree of plain values (parsed JSON or CBOR) to a value of a type: unknown members are left out, nulls are dropped, leaves
// become what the SDK types say. One closure a type, made once. The leaves of the two formats differ and are handed in.
import type { Member, SimpleKind, StructureType, Traits, Type } from "../../model/index.ts"
import { type Complain, maxDepth } from "./malformed.ts"

/** Reads a leaf; undefined when the value is not one of that kind. */
export type ReadLeaf = (value: unknown, kind: SimpleKind, traits: Traits) => unknown

/** Reads a value; `path` is for complaints and only built when there is one. */
type Decode = (value: unknown, at: Path, depth: number) => unknown
/** A path as a linked list, so that nothing is concatenated while all is well. */
type Path = { readonly up: Path; readonly step: string | number } | undefined

export interface TreeFormat {
  readonly readLeaf: ReadLeaf
  readonly complain: Complain
  /** The name of a member on the wire. */
  readonly nameOf: (member: Member) => string
}

/** Builds the decoder of a format: `(type) => (value) => decoded`. Throws the format's complaint. */
export const treeDecoder = (format: TreeFormat): ((type: Type) => (value: unknown) => unknown) => {
  const compiled = new WeakMap<Type, Decode>()
  const leaves = new Map<string, Decode>()

  const complain = (at: Path, expected: string, value: unknown) =>
    format.complain({ path: pathText(at), expected, found: kindOf(value) })

  const leaf = (kind: SimpleKind, traits: Traits): Decode => {
    const key = `${kind} ${traits.timestampFormat ?? ""}`
    const known = leaves.get(key)
    if (known) return known
    const made: Decode = (value, at, depth) => {
      if (depth > maxDepth) throw complain(at, "shallow value", value)
      const read = format.readLeaf(value, kind, traits)
      if (read === undefined) throw complain(at, kind, value)
      return read
    }
    leaves.set(key, made)
    return made
  }

  const decoderOf = (type: Type, traits: Traits): Decode => {
    if (type.kind !== "list" && type.kind !== "map" && type.kind !== "structure" && type.kind !== "union")
      return leaf(type.kind, traits)
    const known = compiled.get(type)
    if (known) return known
    // Shapes may be recursive: the entry exists before its members are compiled.
    let real: Decode | undefined
    const made: Decode = (value, at, depth) => {
      if (depth > maxDepth) throw complain(at, type.kind, value)
      real ??= type.kind === "list" ? list(type.member) : type.kind === "map" ? map(type.value) : structure(type)
      return real(value, at, depth)
    }
    compiled.set(type, made)
    return made
  }

  const list = (member: Member): Decode => {
    const decode = decoderOf(member.type, member.traits)
    return (value, at, depth) => {
      if (!Array.isArray(value)) throw complain(at, "list", value)
      const out: unknown[] = []
      for (let i = 0; i < value.length; i++) {
        const item: unknown = value[i]
        if (item !== null && item !== undefined) out.push(decode(item, { up: at, step: i }, depth + 1))
      }
      return out
    }
  }

  const map = (member: Member): Decode => {
    const decode = decoderOf(member.type, member.traits)
    return (value, at, depth) => {
      if (!isPlainObject(value)) throw complain(at, "map", value)
      const out: Record<string, unknown> = {}
      for (const key of Object.keys(value)) {
        const item = value[key]
        if (item !== null && item !== undefined) setOwn(out, key, decode(item, { up: at, step: key }, depth + 1))
      }
      return out
    }
  }

  const structure = (type: StructureType): Decode => {
    const members = new Map(
      type.members.map((m) => [format.nameOf(m), { name: m.name, decode: decoderOf(m.type, m.traits) }]),
    )
    return (value, at, depth) => {
      if (!isPlainObject(value)) throw complain(at, "structure", value)
      const out: Record<string, unknown> = {}
      for (const key of Object.keys(value)) {
        const member = members.get(key)
        if (!member) continue
        const item = value[key]
        if (item !== null && item !== undefined)
          out[member.name] = member.decode(item, { up: at, step: member.name }, depth + 1)
      }
      return out
    }
  }

  return (type) => {
    const decode = decoderOf(type, {})
    return (value) => decode(value, undefined, 0)
  }
}

/** Sets an own property, also when the key is `__proto__`. */
export const setOwn = (target: Record<string, unknown>, key: string, value: unknown): void => {
  if (key === "__proto__")
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
  else target[key] = value
}

const isPlainObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Date) &&
  !(value instanceof Uint8Array)

const kindOf = (value: unknown): string =>
  Array.isArray(value) ? "list" : value instanceof Uint8Array ? "blob" : typeof value

const pathText = (at: Path): string => {
  const steps: (string | number)[] = []
  for (let p = at; p; p = p.up) steps.unshift(p.step)
  return steps.join(".")
}
