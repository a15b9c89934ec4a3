// Writes plain values as CBOR: definite lengths, shortest forms, floats as 64 bits, Dates as tag 1 over epoch seconds.

/** Encodes a value made of null, booleans, numbers, bigints, strings, Dates, Uint8Arrays, arrays and objects. */
export const writeCbor = (value: unknown): Uint8Array => {
  const out: Sink = { bytes: Buffer.allocUnsafe(1024), at: 0 }
  put(out, value)
  return new Uint8Array(out.bytes.subarray(0, out.at))
}

interface Sink {
  bytes: Buffer
  at: number
}

/** Makes room for `n` more bytes and answers where they start. */
const room = (out: Sink, n: number): number => {
  if (out.at + n > out.bytes.length) {
    const larger = Buffer.allocUnsafe(Math.max(out.bytes.length * 2, out.at + n))
    out.bytes.copy(larger, 0, 0, out.at)
    out.bytes = larger
  }
  const at = out.at
  out.at += n
  return at
}

const byte = (out: Sink, n: number): void => {
  // The position first: making room may replace the buffer.
  const at = room(out, 1)
  out.bytes[at] = n
}

const head = (out: Sink, major: number, n: number): void => {
  const top = major << 5
  if (n < 24) byte(out, top | n)
  else if (n < 0x100) {
    byte(out, top | 24)
    byte(out, n)
  } else if (n < 0x10000) {
    byte(out, top | 25)
    const at = room(out, 2)
    out.bytes.writeUInt16BE(n, at)
  } else if (n < 0x100000000) {
    byte(out, top | 26)
    const at = room(out, 4)
    out.bytes.writeUInt32BE(n, at)
  } else {
    byte(out, top | 27)
    const at = room(out, 8)
    out.bytes.writeBigUInt64BE(BigInt(n), at)
  }
}

const put = (out: Sink, value: unknown): void => {
  if (value === null || value === undefined) byte(out, 0xf6)
  else if (typeof value === "boolean") byte(out, value ? 0xf5 : 0xf4)
  else if (typeof value === "number") number(out, value)
  else if (typeof value === "bigint") big(out, value)
  else if (typeof value === "string") {
    const length = Buffer.byteLength(value)
    head(out, 3, length)
    const at = room(out, length)
    out.bytes.write(value, at)
  } else if (value instanceof Date) {
    byte(out, 0xc1)
    number(out, value.getTime() / 1000)
  } else if (value instanceof Uint8Array) {
    head(out, 2, value.length)
    const at = room(out, value.length)
    out.bytes.set(value, at)
  } else if (Array.isArray(value)) {
    head(out, 4, value.length)
    for (const one of value) put(out, one)
  } else {
    const entries = Object.entries(value as object)
    head(out, 5, entries.length)
    for (const [key, one] of entries) {
      put(out, key)
      put(out, one)
    }
  }
}

const number = (out: Sink, n: number): void => {
  if (Number.isSafeInteger(n) && !Object.is(n, -0)) head(out, n >= 0 ? 0 : 1, n >= 0 ? n : -1 - n)
  else {
    byte(out, 0xfb)
    const at = room(out, 8)
    out.bytes.writeDoubleBE(n, at)
  }
}

const big = (out: Sink, n: bigint): void => {
  byte(out, n >= 0n ? 0xc2 : 0xc3)
  const hex = (n >= 0n ? n : -1n - n).toString(16)
  put(out, new Uint8Array(Buffer.from(hex.length % 2 ? `0${hex}` : hex, "hex")))
}
