// Arithmetic of IPv4 addresses and CIDR blocks, as numbers. Knows no record.

/** A block of addresses. */
export interface Cidr {
  /** The network address as a number. */
  readonly base: number
  readonly prefix: number
  /** How many addresses it spans, the reserved ones included. */
  readonly size: number
}

/** The number of a dotted address, or undefined when `text` is not one. */
export const parseAddress = (text: string): number | undefined => {
  const parts = text.split(".")
  if (parts.length !== 4) return undefined
  let value = 0
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined
    value = value * 256 + Number(part)
  }
  return value
}

/** The dotted form of an address. */
export const formatAddress = (address: number): string =>
  [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".")

/** The block that `text` names, or undefined. Bits below the prefix are cut off. */
export const parseCidr = (text: string): Cidr | undefined => {
  const [address, bits, ...more] = text.split("/")
  const value = address === undefined ? undefined : parseAddress(address)
  if (value === undefined || bits === undefined || more.length > 0 || !/^\d{1,2}$/.test(bits)) return undefined
  const prefix = Number(bits)
  if (prefix > 32) return undefined
  const size = 2 ** (32 - prefix)
  return { base: value - (value % size), prefix, size }
}

/** Whether the block holds the address. */
export const cidrHolds = (cidr: Cidr, address: number): boolean =>
  address >= cidr.base && address < cidr.base + cidr.size

/** Whether some address is in both. */
export const cidrsOverlap = (a: Cidr, b: Cidr): boolean => a.base < b.base + b.size && b.base < a.base + a.size

/** The block in its canonical form. */
export const formatCidr = (cidr: Cidr): string => `${formatAddress(cidr.base)}/${cidr.prefix}`
