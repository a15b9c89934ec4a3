// The records of the crash test: pairs whose two sides are always equal, and a total that is always their sum.
import { defineTable } from "../../src/state/index.ts"

export interface Side {
  readonly pair: string
  readonly side: string
  readonly count: number
  readonly ballast: string
}

export interface Total {
  readonly name: string
  readonly count: number
}

export const schema = {
  sides: defineTable<Side>()({
    name: "sides",
    version: 1,
    key: (s) => `${s.pair} ${s.side}`,
    indexes: { side: (s) => s.side },
  }),
  totals: defineTable<Total>()({ name: "totals", version: 1, key: (t) => t.name, indexes: {} }),
} as const

export const pairs: readonly string[] = Array.from({ length: 24 }, (_, i) => `p${i}`)

export const files = { journal: "state.db", bulk: "bulk.db" } as const
