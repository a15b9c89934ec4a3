// From a value of a type to a tree of plain values that JSON.stringify or the CBOR writer takes. Members that the model does not
// have are left out: what is not declared never leaves the program. A value that is its own encoding is not copied: most parts
// of most answers are.
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
      const from = Array.isArray(value) ? value : Array.from(value as Iterable<unknown>)
      let out: unknown[] | undefined
      for (let i = 0; i < from.length; i++) {
        const item: unknown = from[i]
        const encoded = item === null || item === undefined ? undefined : encode(item)
        if (out === undefined && (encoded !== item || item === undefined)) out = from.slice(0, i)
        if (encoded !== undefined) out?.push(encoded)
      }
      return out ?? from
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
      const from = value as Readonly<Record<string, unknown>>
      const keys = Object.keys(from)
      let out: Record<string, unknown> | undefined
      for (let i = 0; i < keys.length; i++) {
        const key = keys[i] as string
        const item = from[key]
        const member = members.get(key)
        const encoded = item === null || item === undefined ? undefined : member?.encode(item)
        if (out === undefined && (encoded !== item || item === undefined || member?.name !== key)) {
          out = {}
          for (const same of keys.slice(0, i)) out[same] = from[same]
        }
        if (out && member && encoded !== undefined) out[member.name] = encoded
      }
      return out ?? from
    }
  }

  return (type) => encoderOf(type, {})
}
