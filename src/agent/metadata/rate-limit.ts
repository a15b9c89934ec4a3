// How often one address may ask: 40 requests a second, 60 at once, as ECS's agent has it. Per address, so that one task
// cannot silence the endpoint for the others.
import type { Clock } from "../../kernel/index.ts"

export const steadyRate = 40
const burst = 60
/** Addresses whose bucket is full again are forgotten when there are more than this. */
const mostAddresses = 1_000

/** Says whether one more request of `address` is within the limit, and counts it. */
export type RateLimit = (address: string) => boolean

/** Token buckets over `clock`. */
export const rateLimit = (clock: Clock): RateLimit => {
  const buckets = new Map<string, { tokens: number; at: number }>()
  const filled = (bucket: { tokens: number; at: number }, now: number) =>
    Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * steadyRate)
  return (address) => {
    const now = clock.now()
    if (buckets.size > mostAddresses)
      for (const [known, bucket] of buckets) if (filled(bucket, now) >= burst) buckets.delete(known)
    const bucket = buckets.get(address)
    const tokens = bucket ? filled(bucket, now) : burst
    buckets.set(address, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now })
    return tokens >= 1
  }
}
