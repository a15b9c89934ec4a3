// CBOR values against the model: which CBOR items a member of a kind may be. The bytes are in cbor-read.ts and cbor-write.ts.
import { serializationException } from "./malformed.ts"
import { fromEpochSeconds } from "./timestamp.ts"
import { type ReadLeaf, treeDecoder } from "./tree-decode.ts"
import { treeEncoder, type WriteLeaf } from "./tree-encode.ts"

const readLeaf: ReadLeaf = (value, kind) => {
  switch (kind) {
    case "string":
      return typeof value === "string" ? value : undefined
    case "boolean":
      return typeof value === "boolean" ? value : undefined
    case "number":
      // No record could hold NaN or an infinity; JSON and forms refuse them too.
      return typeof value === "bigint" ? Number(value) : Number.isFinite(value) ? value : undefined
    case "bigInteger":
      return typeof value === "bigint" ? value : Number.isInteger(value) ? BigInt(value as number) : undefined
    case "bigDecimal":
      return typeof value === "number" || typeof value === "string" ? value : undefined
    case "timestamp":
      if (value instanceof Date) return value
      return typeof value === "number" ? fromEpochSeconds(value) : undefined
    case "blob":
      return value instanceof Uint8Array ? value : undefined
    case "document":
      return value
    default:
      return kind satisfies never
  }
}

const writeLeaf: WriteLeaf = (value) => value

export const cborDecoder = treeDecoder({ readLeaf, complain: serializationException, nameOf: (m) => m.name })
export const cborEncoder = treeEncoder(writeLeaf, (m) => m.name)
