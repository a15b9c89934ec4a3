import assert from "node:assert/strict"
import { test } from "node:test"
import { aBalancer, aListener, aPool, aTarget } from "../../../test/support/proxy-configuration.ts"
import { TestClock } from "../../../test/support/test-clock.ts"
import { ProxyPools } from "../pools/pools.ts"
import { type FlowKey, newChooser } from "./choose.ts"

const key = (i: number): FlowKey => ({ sourceAddress: "10.0.0.9", sourcePort: 40_000 + i, port: 80, seed: i })
const targets = (...ids: string[]) => ids.map((id) => aTarget(`${id}:1`))

const world = (attributes: Record<string, string>, ...ids: string[]) => {
  const pools = new ProxyPools(new TestClock(0))
  const apply = (...some: string[]) => pools.apply([aPool({ attributes, targets: targets(...some) })])
  apply(...ids)
  return { pools, apply, chooser: newChooser(aBalancer(), aListener(), pools) }
}

const tally = (choose: (i: number) => string | undefined, n: number) => {
  const counts = new Map<string | undefined, number>()
  for (let i = 0; i < n; i++) counts.set(choose(i), (counts.get(choose(i)) ?? 0) + 1)
  return counts
}

test("flows of one client from ports that follow one another are spread evenly", () => {
  const { chooser } = world({}, "a", "b", "c", "d")
  const counts = tally((i) => chooser.choose(key(i), undefined)?.target.id, 4000)
  for (const count of counts.values()) assert.ok(count > 850 && count < 1150, `${count} of 4000`)
})

test("a sticky group moves only the clients of the target that went", () => {
  const { chooser, apply } = world({ "stickiness.enabled": "true" }, "a", "b", "c", "d")
  const choose = (i: number) => chooser.choose({ ...key(i), sourceAddress: `10.0.${i >> 8}.${i & 255}` }, undefined)
  const before = Array.from({ length: 1000 }, (_, i) => choose(i)?.target.id)
  apply("a", "b", "d")
  const moved = before.filter((id, i) => choose(i)?.target.id !== id)
  assert.deepEqual(new Set(moved), new Set(["c:1"]))
})

test("groups get new flows by their weights, one of weight 0 none", () => {
  const pools = new ProxyPools(new TestClock(0))
  pools.apply(["a", "b", "c"].map((id) => aPool({ id, targets: targets(id) })))
  const listener = aListener({
    rules: [
      {
        ...{ id: "rule", priority: 0, conditions: [] },
        action: {
          type: "forward",
          pools: [
            { pool: "a", weight: 3 },
            { pool: "b", weight: 1 },
            { pool: "c", weight: 0 },
          ],
        },
      },
    ],
  })
  const chooser = newChooser(aBalancer(), listener, pools)
  const counts = tally((i) => chooser.choose(key(i), undefined)?.pool.id, 4000)
  assert.equal(counts.get("c"), undefined)
  assert.ok(Math.abs((counts.get("a") ?? 0) - 3000) < 200)
})
