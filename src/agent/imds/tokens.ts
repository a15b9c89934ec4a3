// The session tokens of version 2 of the instance metadata service: kept in memory, bounded, and gone with the process, as
// a token of an instance is of no use on another.
import type { Clock, Ids } from "../../kernel/index.ts"

/** Six hours: the most that a token may live, in seconds. */
export const longestToken = 21_600

/** More than anybody holds at once: the oldest goes first. */
const mostTokens = 4_096

export interface Tokens {
  /** A new token for so many seconds. */
  issue(seconds: number): string
  isValid(token: string): boolean
}

/** An empty store. `clock` is the wall's. */
export const newTokens = (clock: Clock, ids: Ids): Tokens => {
  const expiries = new Map<string, number>()
  return {
    issue: (seconds) => {
      for (const oldest of expiries.keys()) {
        if (expiries.size < mostTokens) break
        expiries.delete(oldest)
      }
      const token = Buffer.from(ids.hex(84), "hex").toString("base64url")
      expiries.set(token, clock.now() + seconds * 1000)
      return token
    },
    isValid: (token) => {
      const expiry = expiries.get(token)
      if (expiry === undefined) return false
      if (clock.now() < expiry) return true
      expiries.delete(token)
      return false
    },
  }
}
