import assert from "node:assert/strict"
import { test } from "node:test"
import type { Target } from "../../pools/pool.ts"
import { chooseGroup, TargetChoice } from "./choice.ts"

const target = (id: string, over: Partial<Target> = {}): Target => ({
  ...{ id, address: "10.0.0.1", port: 80, zone: undefined, draining: false, healthy: true, active: 0 },
  warmth: () => 1,
  onGone: () => () => {},
  onChange: () => () => {},
  ...over,
})

/** Chances that go evenly from 0 to 1. */
const evenly = () => {
  let at = 0
  return () => {
    at = (at + 0.618034) % 1
    return at
  }
}
const shares = (targets: readonly Target[], algorithm: "round_robin" | "weighted_random") => {
  const choice = new TargetChoice(evenly())
  const counts: Record<string, number> = {}
  for (let i = 0; i < 1000; i++) {
    const { id } = choice.choose(targets, { pool: "p", algorithm, now: 0 }) ?? { id: "none" }
    counts[id] = (counts[id] ?? 0) + 1
  }
  return counts
}

test("a target that starts slowly gets its share of its turns", () => {
  const counts = shares([target("old"), target("new", { warmth: () => 0.2 })], "round_robin")
  const share = (counts.new ?? 0) / 1000
  assert.ok(share > 0.05 && share < 0.2, `${share}`)
})

test("when all start slowly each request still has a target", () => {
  const counts = shares([target("a", { warmth: () => 0.02 }), target("b", { warmth: () => 0.02 })], "round_robin")
  assert.equal((counts.a ?? 0) + (counts.b ?? 0), 1000)
})

test("weighted at random targets get about the same", () => {
  const counts = shares([target("a"), target("b"), target("c"), target("d")], "weighted_random")
  for (const count of Object.values(counts)) assert.ok(count > 200 && count < 300, JSON.stringify(counts))
})

test("groups get their weights, none a weight of zero", () => {
  const chance = evenly()
  const counts = { a: 0, b: 0, c: 0 }
  const groups = [{ id: "a", weight: 90 } as const, { id: "b", weight: 0 } as const, { id: "c", weight: 10 } as const]
  for (let i = 0; i < 1000; i++) {
    const group = chooseGroup(groups, chance)
    if (group) counts[group.id]++
  }
  assert.ok(counts.a > 870 && counts.a < 930 && counts.b === 0 && counts.a + counts.c === 1000, JSON.stringify(counts))
  assert.equal(chooseGroup([{ weight: 0 }, { weight: 0 }], chance), undefined)
})
