// IPv4 blocks: reading them, whether two share an address, whether one holds the other. Pure.

/** `base` and `size` as numbers; `base` has no bits below the prefix. */
export interface Block {
  readonly base: number
  readonly prefix: number
}

/** The address as a number, or undefined when `text` is not a dotted quad. */
export const parseAddress = (text: string): number | undefined => {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)
  if (!match) return undefined
  const bytes = match.slice(1).map(Number)
  return bytes.every((byte) => byte <= 255) ? bytes.reduce((sum, byte) => sum * 256 + byte, 0) : undefined
}

export const formatAddress = (address: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".")

const sizeOf = (prefix: number): number => 2 ** (32 - prefix)

/** The block around an address. */
export const blockOf = (address: number, prefix: number): Block => ({
  base: address - (address % sizeOf(prefix)),
  prefix,
})

/** Reads `172.31.0.0/16`; bits below the prefix are cut off. Undefined when `text` is not an IPv4 block. */
export const parseBlock = (text: string): Block | undefined => {
  const [quad = "", bits = ""] = text.split("/")
  const address = parseAddress(quad)
  if (address === undefined || !/^\d{1,2}$/.test(bits) || Number(bits) > 32) return undefined
  return blockOf(address, Number(bits))
}

export const formatBlock = (block: Block): string => `${formatAddress(block.base)}/${block.prefix}`

/** Whether some address is in both. */
export const overlap = (a: Block, b: Block): boolean =>
  a.base < b.base + sizeOf(b.prefix) && b.base < a.base + sizeOf(a.prefix)

/** Whether every address of `inner` is in `outer`. */
export const holds = (outer: Block, inner: Block): boolean => outer.prefix <= inner.prefix && overlap(outer, inner)
