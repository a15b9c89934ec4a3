// DER (X.690): the few elements that a certificate is made of, written, and read back one by one.

/** One element: its tag, and what is in it. */
export interface Element {
  readonly tag: number
  readonly body: Buffer
  /** The whole element, its tag and length included. */
  readonly whole: Buffer
}

const sizeOf = (length: number): readonly number[] => {
  if (length < 0x80) return [length]
  if (length < 0x100) return [0x81, length]
  return length < 0x10000
    ? [0x82, length >> 8, length & 0xff]
    : [0x83, length >> 16, (length >> 8) & 0xff, length & 0xff]
}

/** An element of any tag. */
export const element = (tag: number, ...contents: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(contents)
  return Buffer.concat([Buffer.from([tag, ...sizeOf(body.length)]), body])
}

export const sequence = (...contents: readonly Uint8Array[]): Buffer => element(0x30, ...contents)
export const set = (...contents: readonly Uint8Array[]): Buffer => element(0x31, ...contents)
export const octets = (bytes: Uint8Array): Buffer => element(0x04, bytes)
export const utf8 = (text: string): Buffer => element(0x0c, Buffer.from(text))
export const yes = (): Buffer => element(0x01, Buffer.from([0xff]))

/** A whole number from its bytes, the highest first; it is never negative. */
export const integer = (bytes: Uint8Array): Buffer =>
  element(0x02, (bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes)

/** Bits, of which the last `unused` of the last byte are none. */
export const bits = (bytes: Uint8Array, unused = 0): Buffer => element(0x03, Buffer.from([unused]), bytes)

/** `1.2.840.10045.4.3.2`. */
export const oid = (dotted: string): Buffer => {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number)
  const base128 = (value: number): number[] => {
    const bytes = [value & 0x7f]
    for (let left = value >>> 7; left > 0; left >>>= 7) bytes.unshift((left & 0x7f) | 0x80)
    return bytes
  }
  return element(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

/** RFC 5280 section 4.1.2.5: two digits of the year until 2049, four from then on. */
export const time = (at: number): Buffer => {
  const digits = `${new Date(at).toISOString().replace(/[-:T]/g, "").slice(0, 14)}Z`
  return digits < "2050" ? element(0x17, Buffer.from(digits.slice(2))) : element(0x18, Buffer.from(digits))
}

/** The elements that stand in `bytes` one after the other. Throws a RangeError for what is no DER. */
export const elements = (bytes: Buffer): readonly Element[] => {
  const found: Element[] = []
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes.readUInt8(at)
    const first = bytes.readUInt8(at + 1)
    const more = first < 0x80 ? 0 : first & 0x7f
    if (first === 0x80 || (tag & 0x1f) === 0x1f) throw new RangeError("An element is not of the forms of certificates.")
    if (more > 4) throw new RangeError("An element of DER is too long.")
    const length = more === 0 ? first : bytes.readUIntBE(at + 2, more)
    const start = at + 2 + more
    if (start + length > bytes.length) throw new RangeError("An element of DER ends behind its bytes.")
    found.push({ tag, body: bytes.subarray(start, start + length), whole: bytes.subarray(at, start + length) })
    at = start + length
  }
  return found
}
