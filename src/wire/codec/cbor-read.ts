// CBOR (RFC 8949) as Smithy RPC v2 uses it: reading bytes into plain values. Lengths are checked against what is there before
// anything is allocated; tags other than epoch time and big integers are passed over.
import { fromEpochSeconds } from "./timestamp.ts"
import { setOwn } from "./tree-decode.ts"

const maxDepth = 128
const utf8 = new TextDecoder("utf-8", { fatal: true })
const stop = Symbol("break")

interface Cursor {
  readonly bytes: Uint8Array
  readonly view: DataView
  at: number
}

/** Reads one value; undefined when the bytes are not exactly one well-formed value. (CBOR's own undefined reads as null.) */
export const readCbor = (bytes: Uint8Array): unknown => {
  const cursor: Cursor = { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), at: 0 }
  try {
    const value = item(cursor, 0)
    return cursor.at === bytes.length && value !== stop ? value : undefined
  } catch {
    // RangeError of the DataView, broken UTF-8, or one of the checks below: all mean "not CBOR".
    return undefined
  }
}

const bad = (why: string): Error => new Error(`not CBOR: ${why}`)

const item = (c: Cursor, depth: number): unknown => {
  if (depth > maxDepth) throw bad("too deep")
  const head = c.view.getUint8(c.at++)
  const major = head >> 5
  const info = head & 31
  if (major === 7) return simple(c, info)
  if (info === 31) return indefinite(c, major, depth)
  const n = argument(c, info)
  switch (major) {
    case 0:
      return narrow(n)
    case 1:
      return narrow(-1n - BigInt(n))
    case 2:
      return c.bytes.slice(c.at, advance(c, n))
    case 3:
      return utf8.decode(c.bytes.subarray(c.at, advance(c, n)))
    case 4:
      return list(c, fitting(c, n), depth)
    case 5:
      return object(c, fitting(c, n), depth)
    default:
      return tagged(n, value(c, depth))
  }
}

/** An item that must not be a break. */
const value = (c: Cursor, depth: number): unknown => {
  const read = item(c, depth + 1)
  if (read === stop) throw bad("break in a definite item")
  return read
}

const argument = (c: Cursor, info: number): number | bigint => {
  if (info < 24) return info
  const at = c.at
  // 24 to 27 say how many bytes follow: 1, 2, 4 or 8.
  c.at += 1 << (info - 24)
  switch (info) {
    case 24:
      return c.view.getUint8(at)
    case 25:
      return c.view.getUint16(at)
    case 26:
      return c.view.getUint32(at)
    case 27:
      return c.view.getBigUint64(at)
    default:
      throw bad("reserved length")
  }
}

const narrow = (n: number | bigint): number | bigint =>
  typeof n === "number" || (n <= Number.MAX_SAFE_INTEGER && n >= Number.MIN_SAFE_INTEGER) ? Number(n) : n

/** Moves over `n` bytes and answers the new position. */
const advance = (c: Cursor, n: number | bigint): number => {
  c.at += fitting(c, n)
  return c.at
}

/** Every byte and every item takes at least one byte, so a length beyond the rest is a lie. */
const fitting = (c: Cursor, n: number | bigint): number => {
  if (n > c.bytes.length - c.at) throw bad("longer than the input")
  return Number(n)
}

/** Grown as items come: a length is only believed item by item, or nested lists would claim the whole input each. */
const list = (c: Cursor, count: number, depth: number): unknown[] => {
  const out: unknown[] = []
  for (let i = 0; i < count; i++) out.push(value(c, depth))
  return out
}

const object = (c: Cursor, count: number, depth: number): object => {
  const out: Record<string, unknown> = {}
  for (let i = 0; i < count; i++) {
    const key = value(c, depth)
    if (typeof key !== "string") throw bad("a key that is no text")
    setOwn(out, key, value(c, depth))
  }
  return out
}

const indefinite = (c: Cursor, major: number, depth: number): unknown => {
  if (major === 2 || major === 3) {
    const parts: Uint8Array[] = []
    for (;;) {
      const head = c.view.getUint8(c.at++)
      if (head === 0xff) break
      if (head >> 5 !== major || (head & 31) === 31) throw bad("a chunk of another kind")
      const n = argument(c, head & 31)
      parts.push(c.bytes.subarray(c.at, advance(c, n)))
    }
    const whole = new Uint8Array(Buffer.concat(parts))
    return major === 2 ? whole : utf8.decode(whole)
  }
  if (major === 4) {
    const out: unknown[] = []
    for (let next = item(c, depth + 1); next !== stop; next = item(c, depth + 1)) out.push(next)
    return out
  }
  if (major !== 5) throw bad("indefinite number or tag")
  const out: Record<string, unknown> = {}
  for (let key = item(c, depth + 1); key !== stop; key = item(c, depth + 1)) {
    if (typeof key !== "string") throw bad("a key that is no text")
    setOwn(out, key, value(c, depth))
  }
  return out
}

const simple = (c: Cursor, info: number): unknown => {
  const at = c.at
  switch (info) {
    case 20:
      return false
    case 21:
      return true
    case 22:
    case 23:
      return null
    case 25:
      c.at += 2
      return half(c.view.getUint16(at))
    case 26:
      c.at += 4
      return c.view.getFloat32(at)
    case 27:
      c.at += 8
      return c.view.getFloat64(at)
    case 31:
      return stop
    default:
      throw bad("an unknown simple value")
  }
}

const half = (bits: number): number => {
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  const sign = bits & 0x8000 ? -1 : 1
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

const tagged = (tag: number | bigint, inner: unknown): unknown => {
  if (tag === 1 && (typeof inner === "number" || typeof inner === "bigint")) {
    const date = fromEpochSeconds(Number(inner))
    if (!date) throw bad("a time that no Date can hold")
    return date
  }
  // Tags 2 and 3: big integers as bytes.
  if ((tag === 2 || tag === 3) && inner instanceof Uint8Array) {
    const n = inner.length === 0 ? 0n : BigInt(`0x${Buffer.from(inner).toString("hex")}`)
    return tag === 2 ? n : -1n - n
  }
  return inner
}
