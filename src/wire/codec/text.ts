// Leaves in text, as forms, XML, headers and query strings carry them.
import type { SimpleKind, Traits } from "../../model/index.ts"
import { base64, toBase64 } from "./json.ts"
import { readTimestamp, type TimestampFormat, writeTimestamp } from "./timestamp.ts"

/** Reads a leaf from text; undefined when the text is not one of that kind. */
export const readText = (text: string, kind: SimpleKind): unknown => {
  switch (kind) {
    case "string":
      return text
    case "number":
      return readNumber(text.trim())
    case "boolean":
      return readBoolean(text.trim().toLowerCase())
    case "timestamp":
      return readTimestamp(text.trim())
    case "blob":
      return base64(text.replace(/\s+/g, ""))
    case "bigInteger":
      return /^\s*-?\d+\s*$/.test(text) ? BigInt(text.trim()) : undefined
    case "bigDecimal":
      return readNumber(text.trim()) === undefined ? undefined : text.trim()
    case "document":
      return text
    default:
      return kind satisfies never
  }
}

/** Writes a leaf as text. `format` is what the place on the wire uses for timestamps unless the member says otherwise. */
export const writeText = (value: unknown, kind: SimpleKind, traits: Traits, format: TimestampFormat): string => {
  if (kind === "timestamp" && value instanceof Date)
    return String(writeTimestamp(value, traits.timestampFormat ?? format))
  if (kind === "blob") return String(toBase64(value))
  return String(value)
}

/** Finite numbers only, as in JSON: no page has NaN members, and no record could hold one. */
const readNumber = (text: string): number | undefined => {
  const number = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined
  return Number.isFinite(number) ? number : undefined
}

const readBoolean = (text: string): boolean | undefined =>
  text === "true" ? true : text === "false" ? false : undefined
