// JSON as the AWS protocols use it: leaves, parsing within bounds, writing. `jsonName` only counts in restJson1.
import { Fault } from "../../kernel/index.ts"
import type { Member } from "../../model/index.ts"
import { maxDepth, serializationException } from "./malformed.ts"
import { fromEpochSeconds, readTimestamp, writeTimestamp } from "./timestamp.ts"
import { type ReadLeaf, treeDecoder } from "./tree-decode.ts"
import { treeEncoder, type WriteLeaf } from "./tree-encode.ts"

const readLeaf: ReadLeaf = (value, kind) => {
  switch (kind) {
    case "string":
      // A `mediaType: application/json` string may come as an object from lazy clients; AWS refuses it, and so do we.
      return typeof value === "string" ? value : undefined
    case "number":
      // The model does not tell integers from doubles. "NaN" and "Infinity", which Smithy allows for doubles only, are
      // refused for both, as is `1e999`: no operation takes them, and no record could hold them.
      return typeof value === "number" && Number.isFinite(value) ? value : undefined
    case "boolean":
      return typeof value === "boolean" ? value : undefined
    case "timestamp":
      if (typeof value === "number") return fromEpochSeconds(value)
      return typeof value === "string" ? readTimestamp(value) : undefined
    case "blob":
      return typeof value === "string" ? base64(value) : undefined
    case "bigInteger":
      return typeof value === "number" && Number.isInteger(value) ? BigInt(value) : undefined
    case "bigDecimal":
      return typeof value === "number" || typeof value === "string" ? value : undefined
    case "document":
      return shallowEnough(value, 0) ? value : undefined
    default:
      return kind satisfies never
  }
}

/** Reads base64 in either alphabet; undefined when it is none. */
export const base64 = (text: string): Uint8Array | undefined => {
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(text)) return undefined
  return new Uint8Array(Buffer.from(text, "base64"))
}

const shallowEnough = (value: unknown, depth: number): boolean => {
  if (typeof value !== "object" || value === null) return true
  return depth < maxDepth && Object.values(value).every((v) => shallowEnough(v, depth + 1))
}

const writeLeaf: WriteLeaf = (value, kind, traits) => {
  switch (kind) {
    case "timestamp":
      return value instanceof Date ? writeTimestamp(value, traits.timestampFormat ?? "epoch-seconds") : value
    case "blob":
      return toBase64(value)
    case "number":
      return typeof value === "number" && !Number.isFinite(value) ? String(value) : value
    case "bigInteger":
      return typeof value === "bigint" ? Number(value) : value
    default:
      return value
  }
}

/** Writes bytes as base64; anything else stays what it is. */
export const toBase64 = (value: unknown): unknown =>
  value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64") : value

const plainName = (member: Member): string => member.name
const restName = (member: Member): string => member.traits.jsonName ?? member.name

/** Decoders and encoders of awsJson1.0 and 1.1. */
export const jsonDecoder = treeDecoder({ readLeaf, complain: serializationException, nameOf: plainName })
export const jsonEncoder = treeEncoder(writeLeaf, plainName)
/** The same of restJson1, where members may have a name of their own on the wire. */
export const restJsonDecoder = treeDecoder({ readLeaf, complain: serializationException, nameOf: restName })
export const restJsonEncoder = treeEncoder(writeLeaf, restName)

const text = new TextDecoder("utf-8", { fatal: true })
/** Below this many bytes nesting cannot hurt: JSON.parse does not recurse, and a few thousand empty lists are cheap. */
const surelyShallow = 4096

/** Parses a JSON body; an empty one is an empty object. Throws SerializationException. */
export const parseJson = (body: Uint8Array): unknown => {
  if (body.length === 0) return {}
  if (body.length > surelyShallow && tooDeep(body))
    throw new Fault("SerializationException", "The request is nested too deeply.", { status: 400 })
  try {
    return JSON.parse(text.decode(body))
  } catch {
    throw new Fault("SerializationException", "could not parse request body into json", { status: 400 })
  }
}

const tooDeep = (body: Uint8Array): boolean => {
  let depth = 0
  let quoted = false
  for (let i = 0; i < body.length; i++) {
    const c = body[i]
    if (quoted) {
      if (c === 0x5c) i++
      else if (c === 0x22) quoted = false
    } else if (c === 0x22) quoted = true
    else if (c === 0x7b || c === 0x5b) {
      if (++depth > maxDepth) return true
    } else if (c === 0x7d || c === 0x5d) depth--
  }
  return false
}
