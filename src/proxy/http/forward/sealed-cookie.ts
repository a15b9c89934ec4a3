// The values of stickiness cookies: what a load balancer wants to know again, encrypted and authenticated, so that clients
// neither read it nor make one up.
import { createCipheriv, createDecipheriv } from "node:crypto"
import type { RandomSource } from "../../../kernel/index.ts"

export interface CookieSeal {
  /** `what` binds the value to its use: one cookie's value does not open as another's. */
  seal(what: string, parts: readonly string[]): string
  /** Undefined for anything that was not sealed for this use with this key. */
  open(what: string, value: string): readonly string[] | undefined
}

const ivBytes = 12
const tagBytes = 16
/** Longer ones are nobody's of ours. */
const mostChars = 2048

/** `key`: 32 bytes that outlive the process, else clients lose their targets with it. */
export const cookieSeal = (key: Uint8Array, random: RandomSource): CookieSeal => ({
  seal: (what, parts) => {
    const iv = new Uint8Array(ivBytes)
    random(iv)
    const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(Buffer.from(what))
    const body = Buffer.concat([cipher.update(JSON.stringify(parts), "utf8"), cipher.final()])
    return Buffer.concat([iv, body, cipher.getAuthTag()]).toString("base64")
  },
  open: (what, value) => {
    if (value.length > mostChars) return undefined
    const bytes = Buffer.from(value, "base64")
    if (bytes.length <= ivBytes + tagBytes) return undefined
    const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, ivBytes), { authTagLength: tagBytes })
      .setAAD(Buffer.from(what))
      .setAuthTag(bytes.subarray(-tagBytes))
    try {
      const text = decipher.update(bytes.subarray(ivBytes, -tagBytes), undefined, "utf8") + decipher.final("utf8")
      return JSON.parse(text) as readonly string[]
    } catch {
      // Of another key, or made up.
      return undefined
    }
  },
})

/** The value of a cookie in a Cookie header. */
export const cookieValue = (header: string, name: string): string | undefined => {
  for (let from = 0; from < header.length; ) {
    let end = header.indexOf(";", from)
    if (end < 0) end = header.length
    const equals = header.indexOf("=", from)
    if (equals >= 0 && equals < end && header.slice(from, equals).trim() === name)
      return header.slice(equals + 1, end).trim()
    from = end + 1
  }
  return undefined
}
