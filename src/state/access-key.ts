// New access keys and unique ids, in the forms that AWS gives them. Who they are for is decided by the caller.
import type { Ids } from "../kernel/index.ts"

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

/** A number as `length` digits of base 32. */
const base32 = (value: bigint, length: number): string => {
  let text = ""
  for (let left = value, i = 0; i < length; i++, left >>= 5n) text = `${alphabet[Number(left & 31n)]}${text}`
  return text
}

/**
 * An id and a secret. As on AWS the account can be read from the id: of its sixteen digits, 80 bits, the first is set, the
 * next forty are the account, and the rest is chance.
 */
export const newAccessKey = (
  ids: Ids,
  account: string,
  kind: "long-term" | "temporary",
): { readonly accessKeyId: string; readonly secretAccessKey: string } => {
  const chance = BigInt(`0x${ids.hex(10)}`) & ((1n << 39n) - 1n)
  const bits = (1n << 79n) | (BigInt(account) << 39n) | chance
  return {
    accessKeyId: `${kind === "long-term" ? "AKIA" : "ASIA"}${base32(bits, 16)}`,
    secretAccessKey: Buffer.from(ids.hex(60), "hex").toString("base64"),
  }
}

/** The account that an id was made for, or undefined when nobody made it as above. */
export const accountOfKey = (accessKeyId: string): string | undefined => {
  if (!/^A(KIA|SIA)[A-Z2-7]{16}$/.test(accessKeyId)) return undefined
  let bits = 0n
  for (const digit of accessKeyId.slice(4)) bits = (bits << 5n) | BigInt(alphabet.indexOf(digit))
  const account = (bits >> 39n) & ((1n << 40n) - 1n)
  return account < 1_000_000_000_000n ? String(account).padStart(12, "0") : undefined
}

/** What every session token of ours begins with, so that one is known even when its session is forgotten. */
const tokenMark = Buffer.from("\u0001roadstead:").toString("base64")

/** A session token: of the length that AWS's have, and nothing in it to read. */
export const newSessionToken = (ids: Ids): string => tokenMark + Buffer.from(ids.hex(400), "hex").toString("base64")

/** Whether a session token was handed out here, or by another Roadstead. */
export const isOurToken = (token: string): boolean => token.startsWith(tokenMark)

/** `AROA` and seventeen more: what a thing of IAM is called for ever. */
export const newUniqueId = (ids: Ids, prefix: "AIDA" | "AGPA" | "AROA" | "AIPA" | "ANPA"): string =>
  `${prefix}${base32((1n << 84n) | (BigInt(`0x${ids.hex(21)}`) & ((1n << 84n) - 1n)), 17)}`
