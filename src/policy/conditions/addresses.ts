// IP addresses and ranges of conditions, version 4 and 6.

/** The bytes of an address: four or sixteen; an IPv4 address in IPv6 form is an IPv4 address. Undefined when it is none. */
export const addressBytes = (text: string): readonly number[] | undefined => {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(text)?.[1] ?? text
  return mapped.includes(":") ? sixteen(mapped) : four(mapped)
}

const four = (text: string): readonly number[] | undefined => {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return undefined
  const bytes = text.split(".").map(Number)
  return bytes.every((byte) => byte < 256) ? bytes : undefined
}

const sixteen = (text: string): readonly number[] | undefined => {
  const halves = text.split("::")
  if (halves.length > 2) return undefined
  const words = halves.map((half) => (half === "" ? [] : half.split(":")))
  const [head = [], tail = []] = words
  const missing = 8 - head.length - tail.length
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined
  const all = [...head, ...Array.from({ length: missing }, () => "0"), ...tail]
  if (!all.every((word) => /^[0-9a-f]{1,4}$/i.test(word))) return undefined
  return all.flatMap((word) => {
    const value = Number.parseInt(word, 16)
    return [value >> 8, value & 255]
  })
}

/** A test for addresses of `192.0.2.0/24`, or of one address. Undefined when the text is no range. */
export const addressRange = (text: string): ((bytes: readonly number[]) => boolean) | undefined => {
  const [address = "", length, ...rest] = text.split("/")
  const base = addressBytes(address)
  if (!base || rest.length > 0 || (length !== undefined && !/^\d{1,3}$/.test(length))) return undefined
  const bits = length === undefined ? base.length * 8 : Number(length)
  if (bits > base.length * 8) return undefined
  return (bytes) => bytes.length === base.length && samePrefix(base, bytes, bits)
}

const samePrefix = (a: readonly number[], b: readonly number[], bits: number): boolean => {
  const whole = bits >> 3
  for (let i = 0; i < whole; i++) if (a[i] !== b[i]) return false
  const rest = bits & 7
  return rest === 0 || ((a[whole] ?? 0) ^ (b[whole] ?? 0)) >> (8 - rest) === 0
}
