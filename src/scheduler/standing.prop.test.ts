// Hosts that are kept against hosts that are given anew: whatever happened to them in between, both place the same.
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import fc from "fast-check"
import { anyHost, anyNeeds, hostOf } from "../../test/support/any-hosts.ts"
import { type Host, Standing, withTask } from "./index.ts"

const index = fc.nat({ max: 13 })
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("put" as const), index, host: anyHost }) },
  fc.record({ kind: fc.constant("drop" as const), index }),
  fc.record({ kind: fc.constant("place" as const), count: fc.nat({ max: 8 }), seed: fc.nat(), keep: fc.boolean() }),
)

describe("hosts that are kept for tasks of one kind", () => {
  test("place what hosts that are given anew would, through any changes", () => {
    fc.assert(
      fc.property(
        fc.array(anyHost, { maxLength: 14 }),
        anyNeeds,
        fc.array(step, { maxLength: 25 }),
        (given, needs, steps) => {
          const known = new Map<number, Host>(given.map(hostOf).entries())
          const sorted = () => [...known].sort(([a], [b]) => a - b)
          const kept = new Standing(needs, sorted())
          for (const one of steps) {
            switch (one.kind) {
              case "put": {
                const host = hostOf(one.host, one.index)
                known.set(one.index, host)
                kept.put(one.index, host)
                break
              }
              case "drop":
                known.delete(one.index)
                kept.drop(`h${one.index}`)
                break
              case "place": {
                const anew = new Standing(needs, sorted())
                const expected = anew.place(one.count, one.seed)
                const placed = kept.place(one.count, one.seed)
                assert.deepEqual(
                  placed.hosts.map(({ id }) => id),
                  expected.hosts.map(({ id }) => id),
                )
                assert.deepEqual([...placed.obstacles], [...expected.obstacles])
                for (const { id } of placed.hosts) {
                  // Placed for good, or nothing came of it: either way the host is put anew before the next call.
                  const at = Number(id.slice(1))
                  const host = known.get(at) as Host
                  const now = one.keep ? withTask(host, needs) : { ...host }
                  known.set(at, now)
                  kept.put(at, now)
                }
              }
            }
          }
        },
      ),
      { numRuns: 3000 },
    )
  })
})
