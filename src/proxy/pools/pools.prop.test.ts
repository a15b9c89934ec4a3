import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { aHealthCheck, aPool, aTarget } from "../../../test/support/proxy-configuration.ts"
import { TestClock } from "../../../test/support/test-clock.ts"
import type { Target } from "./pool.ts"
import { ProxyPools } from "./pools.ts"

const ids = ["a:1", "b:1", "c:1", "d:1"]
const zones = ["za", "zb", undefined]

const registered = fc.uniqueArray(
  fc.record({ id: fc.constantFrom(...ids), zone: fc.constantFrom(...zones), draining: fc.boolean() }),
  { selector: ({ id }) => id },
)
const step = fc.oneof(
  fc.record({ apply: registered }),
  fc.record({ observe: fc.constantFrom(...ids), state: fc.constantFrom("healthy", "unhealthy", "initial") }),
)

const configured = (some: readonly { id: string; zone: string | undefined; draining: boolean }[]) =>
  aPool({
    healthCheck: aHealthCheck(),
    targets: some.map(({ id, zone, draining }) => aTarget(id, { draining, ...(zone !== undefined && { zone }) })),
  })

test("whatever is registered and observed: nothing goes to who drains, nor to who is sick beside who is not, and nobody is forgotten", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const pools = new ProxyPools(new TestClock())
      pools.apply([configured([])])
      const gone = new Set<Target>()
      const known = new Map<string, Target>()
      for (const one of steps) {
        if ("apply" in one) {
          pools.apply([configured(one.apply)])
          const there = new Set(one.apply.map(({ id }) => id))
          for (const [id, target] of known) {
            assert.equal(gone.has(target), !there.has(id), "who leaves is told so, who stays is not")
            if (!there.has(id)) known.delete(id)
          }
        } else pools.observe({ pool: "arn:pool", target: one.observe, state: one.state })
        const pool = pools.get("arn:pool")
        for (const target of pool?.targets ?? []) {
          if (!known.has(target.id)) target.onGone(() => gone.add(target))
          assert.equal(known.get(target.id) ?? target, target, "a target that stays is the same one")
          known.set(target.id, target)
        }
        for (const zone of zones) {
          const there = (pool?.targets ?? []).filter(
            (target) => !target.draining && (zone === undefined || (target.zone ?? zone) === zone),
          )
          const healthy = there.filter((target) => target.healthy)
          assert.deepEqual(pool?.available(zone, false), healthy.length > 0 ? healthy : there)
        }
      }
    }),
  )
})
