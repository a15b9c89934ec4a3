// What must never lie in plain in a file: values sealed with a key, each bound to the record that it belongs to. Where the
// key comes from is main's business.
import { createCipheriv, createDecipheriv, createHmac } from "node:crypto"
import type { RandomSource } from "./ids.ts"

/** Seals and opens values. The identity is the record's own: what was sealed for another record does not open. */
export interface Vault {
  /** Names the key; stands in every sealed text. */
  readonly keyId: string
  seal(plain: Uint8Array | string, identity: string): string
  /** @throws VaultError when the text was sealed with another key or for another record, or was changed. */
  open(sealed: string, identity: string): Buffer
}

/** Says only that a value does not open: neither the value nor the key is in it. */
export class VaultError extends Error {
  override readonly name = "VaultError"
}

const form = "v1"
export const vaultKeyBytes = 32
// NIST SP 800-38D: a nonce of 96 bits, and the longest tag. Random nonces are good for 2^32 values under one key.
const nonceBytes = 12
const tagBytes = 16

/** The name of a key: cannot be turned back into it, and differs for another. */
export const vaultKeyId = (key: Uint8Array): string =>
  createHmac("sha256", key).update("roadstead: the name of this key").digest("hex").slice(0, 16)

/** A vault of AES-256-GCM over a key of 32 bytes. */
export const newVault = (key: Uint8Array, random: RandomSource): Vault => {
  if (key.length !== vaultKeyBytes) throw new VaultError(`A key of a vault has ${vaultKeyBytes} bytes.`)
  const keyId = vaultKeyId(key)
  const head = `${form}.${keyId}.`
  const about = (identity: string) => Buffer.from(`${head}${identity}`)
  return {
    keyId,
    seal: (plain, identity) => {
      const nonce = new Uint8Array(nonceBytes)
      random(nonce)
      const cipher = createCipheriv("aes-256-gcm", key, nonce)
      cipher.setAAD(about(identity))
      const bytes = typeof plain === "string" ? Buffer.from(plain) : plain
      const sealed = Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()])
      return `${head}${sealed.toString("base64url")}`
    },
    open: (sealed, identity) => {
      if (!sealed.startsWith(head)) throw new VaultError("A stored value was sealed with another key.")
      const bytes = Buffer.from(sealed.slice(head.length), "base64url")
      if (bytes.length < nonceBytes + tagBytes) throw new VaultError("A stored value is damaged.")
      const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes })
      decipher.setAAD(about(identity))
      decipher.setAuthTag(bytes.subarray(-tagBytes))
      const plain = decipher.update(bytes.subarray(nonceBytes, -tagBytes))
      try {
        return Buffer.concat([plain, decipher.final()])
      } catch {
        throw new VaultError("A stored value is damaged, or belongs to another record.")
      }
    },
  }
}
