// The seam through which chance enters the program: identifiers in the forms that AWS gives them.
// The source of random bytes is handed in, so that tests repeat.

/** Fills `bytes` with random values. */
export type RandomSource = (bytes: Uint8Array) => void

/** Makes identifiers; see {@link newIds}. */
export interface Ids {
  /** A version 4 UUID: request ids, attachment ids, container ids in ARNs. */
  uuid(): string
  /** `length` lower-case hexadecimal digits: task ids (32), load balancer ids (16). */
  hex(length: number): string
  /** `length` decimal digits, the first not 0: `ecs-svc/<19 digits>`. */
  digits(length: number): string
  /** An EC2-style id, `<prefix>-<17 hex>`: `vpc-…`, `subnet-…`, `eni-…`. */
  ec2(prefix: string): string
  /** A whole number from 0 up to, not including, `limit`. */
  below(limit: number): number
}

/** Builds an {@link Ids} over a source of random bytes. */
export const newIds = (random: RandomSource): Ids => {
  const take = (n: number) => {
    const bytes = new Uint8Array(n)
    random(bytes)
    return bytes
  }
  const hex = (length: number) =>
    Buffer.from(take(Math.ceil(length / 2)))
      .toString("hex")
      .slice(0, length)
  const below = (limit: number) => new DataView(take(4).buffer).getUint32(0) % limit
  return {
    hex,
    below,
    uuid: () => {
      const bytes = take(16)
      bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
      bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
      const h = Buffer.from(bytes).toString("hex")
      return `${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20)}`
    },
    digits: (length) => Array.from(take(length), (b, i) => (i === 0 ? 1 + (b % 9) : b % 10)).join(""),
    ec2: (prefix) => `${prefix}-${hex(17)}`,
  }
}
