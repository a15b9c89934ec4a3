// X-Amzn-Trace-Id: a root that is kept over all hops, and where a root came in, a Self for this one. Reference 5.4.
import type { RandomSource } from "../../kernel/index.ts"

export type TraceIds = (incoming: string | undefined, now: number) => string

const blockBytes = 12 * 256

export const traceIds = (random: RandomSource): TraceIds => {
  const block = Buffer.alloc(blockBytes)
  let at = blockBytes
  const fresh = (now: number): string => {
    if (at === blockBytes) {
      random(block)
      at = 0
    }
    const time = Math.floor(now / 1000)
      .toString(16)
      .padStart(8, "0")
    at += 12
    return `1-${time}-${block.toString("hex", at - 12, at)}`
  }
  return (incoming, now) => {
    if (incoming === undefined || incoming === "") return `Root=${fresh(now)}`
    const fields = incoming.split(";").filter((field) => field !== "" && !field.startsWith("Self="))
    const isTraced = fields.some((field) => field.startsWith("Root="))
    // Other fields of an application pass through with the root in front or, without one, behind a new one.
    return isTraced ? [`Self=${fresh(now)}`, ...fields].join(";") : [`Root=${fresh(now)}`, ...fields].join(";")
  }
}
