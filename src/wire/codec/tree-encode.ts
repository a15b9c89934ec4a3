// From a value of a type to a tree of plain values that JSON.stringify or the CBOR writer takes. Members that the model does not
// have are left out: what is not declared never leaves the program.
import type { Member, SimpleKind, StructureType, Traits, Type } from "../../model/index.ts"
import { setOwn } from "./tree-decode.ts"

/** Writes a leaf of a value. */
export type WriteLeaf = (value: unknown, kind: SimpleKind, traits: Traits) => unknown

type Encode = (value: unknown) => unknown

/** Builds the encoder of a format: `(type) => (value) => tree`. Values are the program's own, typed by the SDK. */
export const treeEncoder = (
  writeLeaf: WriteLeaf,
  nameOf: (member: Member) => string,
): ((type: Type) => (value: unknown) => unknown) => {
  const compiled = new WeakMap<Type, Encode>()

  const encoderOf = (type: Type, traits: Traits): Encode => {
    if (type.kind !== "list" && type.kind !== "map" && type.kind !== "structure" && type.kind !== "union") {
      const kind = type.kind
      return (value) => writeLeaf(value, kind, traits)
    }
    const known = compiled.get(type)
    if (known) return known
    let real: Encode | undefined
    const made: Encode = (value) => {
      real ??= type.kind === "list" ? list(type.member) : type.kind === "map" ? map(type.value) : structure(type)
      return real(value)
    }
    compiled.set(type, made)
    return made
  }

  const list = (member: Member): Encode => {
    const encode = encoderOf(member.type, member.traits)
    return (value) => {
      const out: unknown[] = []
      for (const item of value as Iterable<unknown>) if (item !== null && item !== undefined) out.push(encode(item))
      return out
    }
  }

  const map = (member: Member): Encode => {
    const encode = encoderOf(member.type, member.traits)
    return (value) => {
      const out: Record<string, unknown> = {}
      for (const [key, item] of Object.entries(value as object))
        if (item !== null && item !== undefined) setOwn(out, key, encode(item))
      return out
    }
  }

  const structure = (type: StructureType): Encode => {
    const members = new Map(type.members.map((m) => [m.name, { name: nameOf(m), encode: encoderOf(m.type, m.traits) }]))
    return (value) => {
      const out: Record<string, unknown> = {}
      const from = value as Readonly<Record<string, unknown>>
      for (const key of Object.keys(from)) {
        const item = from[key]
        if (item === null || item === undefined) continue
        const member = members.get(key)
        if (member) out[member.name] = member.encode(item)
      }
      return out
    }
  }

  return (type) => encoderOf(type, {})
}
