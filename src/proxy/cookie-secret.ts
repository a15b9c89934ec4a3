// The key with which the values of stickiness cookies are sealed: kept beside the configuration, so that clients find their
// targets again after a restart of the proxy.
import { readFileSync, writeFileSync } from "node:fs"
import type { RandomSource } from "../kernel/index.ts"

const keyBytes = 32

/** What is kept at `path`; made and kept there when there is none. */
export const cookieSecret = (path: string, random: RandomSource): Uint8Array => {
  try {
    const kept = readFileSync(path)
    if (kept.length === keyBytes) return kept
  } catch {
    // The first start.
  }
  const made = new Uint8Array(keyBytes)
  random(made)
  try {
    writeFileSync(path, made, { mode: 0o600 })
  } catch {
    // It holds for this process then.
  }
  return made
}
