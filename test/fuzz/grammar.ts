// Messages from nothing: values by a grammar, and how each format writes them. For what no mutation of a good message
// reaches: other nestings, other types, other keys. A third of the inputs of a byte target is made like this.
import { writeCbor } from "../../src/wire/codec/cbor-write.ts"
import type { Roll } from "./roll.ts"

const deepest = 6
const texts = [
  "",
  "a",
  "true",
  "0",
  "ü漢😀",
  "\u0000",
  "__proto__",
  "constructor",
  "a&b=c%20+",
  "<a>&amp;</a>",
  "]]>",
  "\r\n\r\n",
  "2020-01-01T00:00:00Z",
  "YQ==",
]
/** Names that mean something to the language itself. */
const hostile = ["__proto__", "constructor", "toString", "valueOf", "toJSON", "then", "length", "", "0"]
const numbers = [0, -0, 1, -1, 0.5, 255, 65_536, 2 ** 31, 2 ** 53, 1e308, 5e-324, Number.NaN, Number.POSITIVE_INFINITY]

/** A value of no type at all; `keys` are the names that mean something to the reader. */
export const anyValue = (roll: Roll, keys: readonly string[], depth = 0): unknown => {
  switch (roll.below(depth >= deepest ? 4 : 8)) {
    case 0:
      return roll.pick(texts)
    case 1:
      return roll.pick(numbers)
    case 2:
      return roll.once(2)
    case 3:
      return null
    case 4:
      return Array.from({ length: roll.below(4) }, () => anyValue(roll, keys, depth + 1))
    default: {
      const out: Record<string, unknown> = {}
      for (let i = roll.below(4); i > 0; i--) {
        const key = roll.once(3) ? roll.pick(hostile) : roll.pick(keys)
        Object.defineProperty(out, key, {
          value: anyValue(roll, keys, depth + 1),
          enumerable: true,
          configurable: true,
        })
      }
      return out
    }
  }
}

/** A copy of a value with something else in one place of it: of another type, gone, or twice. */
export const withOther = (roll: Roll, value: unknown, keys: readonly string[]): unknown => {
  if (
    typeof value !== "object" ||
    value === null ||
    value instanceof Date ||
    value instanceof Uint8Array ||
    roll.once(8)
  ) {
    return anyValue(roll, keys, deepest - 2)
  }
  if (Array.isArray(value)) {
    const at = roll.below(value.length + 1)
    return at === value.length ? [...value, value[0] ?? 1] : value.with(at, withOther(roll, value[at], keys))
  }
  const own = Object.keys(value)
  const key = own[roll.below(own.length + 1)] ?? roll.pick(keys)
  const { [key]: was, ...rest } = value as Record<string, unknown>
  return roll.once(8) ? rest : { ...rest, [key]: withOther(roll, was, keys) }
}

/** Writes a value in a format. */
export type Writer = (value: unknown) => Uint8Array

export const asJson: Writer = (value) => Buffer.from(JSON.stringify(value))
export const asCbor: Writer = (value) => writeCbor(value)
export const asForm: Writer = (value) => Buffer.from(formLines("", value).join("&"))
export const asXml: Writer = (value) => Buffer.from(xmlOf("a", value))

const formLines = (name: string, value: unknown): string[] => {
  if (typeof value !== "object" || value === null) return [`${name}=${escapePart(String(value))}`]
  const entries = Array.isArray(value) ? value.map((item, i) => [String(i + 1), item] as const) : Object.entries(value)
  return entries.flatMap(([key, item]) => formLines(name === "" ? key : `${name}.${key}`, item))
}

/** Lone surrogates have no percent form; what is broken stays broken. */
const escapePart = (text: string): string => {
  try {
    return encodeURIComponent(text)
  } catch {
    return text
  }
}

const xmlOf = (name: string, value: unknown): string => {
  if (typeof value !== "object" || value === null) return `<${name}>${String(value)}</${name}>`
  const inner = Array.isArray(value)
    ? value.map((item) => xmlOf("member", item)).join("")
    : Object.entries(value)
        .map(([key, item]) => xmlOf(key, item))
        .join("")
  return `<${name}>${inner}</${name}>`
}
