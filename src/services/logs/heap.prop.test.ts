import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { Heap } from "./heap.ts"

test("the first is the smallest, whatever came, went or changed", () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant("push" as const), n: fc.nat(20) }),
    fc.record({ kind: fc.constant("shift" as const), n: fc.constant(0) }),
    fc.record({ kind: fc.constant("grow" as const), n: fc.nat(20) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const heap = new Heap<{ n: number }>((a, b) => a.n < b.n)
      const all: { n: number }[] = []
      for (const { kind, n } of steps) {
        const { first } = heap
        if (kind === "push") {
          const item = { n }
          heap.push(item)
          all.push(item)
        } else if (kind === "shift") {
          heap.shift()
          if (first) all.splice(all.indexOf(first), 1)
        } else if (first) {
          first.n += n
          heap.settle()
        }
        assert.equal(heap.first?.n, all.length > 0 ? Math.min(...all.map((item) => item.n)) : undefined)
      }
    }),
  )
})
