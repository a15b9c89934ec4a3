// Chance for the whole process: random bytes of the kernel, taken in pieces, since each request needs a few.
import { getRandomValues } from "node:crypto"

const pool = new Uint8Array(16 * 1024)
let used = pool.length

/** Fills `bytes` with random values, each used once. */
export const random = (bytes: Uint8Array): void => {
  if (bytes.length > pool.length) {
    getRandomValues(bytes)
    return
  }
  if (used + bytes.length > pool.length) {
    getRandomValues(pool)
    used = 0
  }
  bytes.set(pool.subarray(used, used + bytes.length))
  used += bytes.length
}
