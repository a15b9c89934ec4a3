// Placement against its specification: for every task all hosts are filtered and scored anew, and the best is taken.
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import fc from "fast-check"
import { anyHost, anyNeeds, group, hostOf } from "../../test/support/any-hosts.ts"
import { filters, type Host, type Obstacle, placeAll, type Strategy, type TaskNeeds, withTask } from "./index.ts"

const groupOn = (host: Host) => host.groups?.get(group) ?? 0

const scoreOf = (strategy: Strategy, hosts: readonly Host[], host: Host): number => {
  if (strategy.kind === "random") return 0
  if (strategy.kind === "binpack") return host.left?.[strategy.of] ?? 0
  if (strategy.over === "instanceId") return groupOn(host)
  const { attribute } = strategy.over
  return hosts
    .filter((other) => other.attributes.get(attribute) === host.attributes.get(attribute))
    .reduce((sum, other) => sum + groupOn(other), 0)
}

/** The hosts that may get the next task: several only where chance decides. */
const bestOf = (hosts: readonly Host[], needs: TaskNeeds): readonly Host[] => {
  let left = hosts.filter((host) => filters.every((filter) => filter.passes(host, needs)))
  const strategies: readonly Strategy[] = needs.strategies?.length
    ? needs.strategies
    : [
        { kind: "spread", over: { attribute: "ecs.availability-zone" } },
        { kind: "spread", over: "instanceId" },
      ]
  const keepLowest = (score: (host: Host) => number) => {
    const lowest = Math.min(...left.map(score))
    left = left.filter((host) => score(host) === lowest)
  }
  for (const strategy of strategies) {
    if (strategy.kind === "random") return left
    keepLowest((host) => scoreOf(strategy, hosts, host))
  }
  keepLowest((host) => host.tasks)
  return left.slice(0, 1)
}

describe("placing many tasks at once", () => {
  test("places each as if all hosts were filtered and scored anew for it", () => {
    fc.assert(
      fc.property(fc.array(anyHost, { maxLength: 14 }), anyNeeds, fc.nat({ max: 40 }), (given, needs, count) => {
        const hosts = given.map(hostOf)
        const left = [...hosts]
        const { hosts: placed, obstacles } = placeAll(hosts, needs, count)
        for (const { id } of placed) {
          assert.ok(bestOf(left, needs).some((best) => best.id === id))
          const at = left.findIndex((host) => host.id === id)
          left[at] = withTask(left[at] as Host, needs)
        }
        const expected = new Map<string, Obstacle | undefined>()
        if (placed.length < count) {
          assert.deepEqual(bestOf(left, needs), [])
          for (const host of left) {
            expected.set(host.id, filters.find((filter) => !filter.passes(host, needs))?.obstacle)
          }
        }
        assert.deepEqual(obstacles, expected)
      }),
      { numRuns: 3000 },
    )
  })

  test("by lot every host gets a share that is about as large", () => {
    const host = (_: unknown, i: number) =>
      hostOf({ connected: true, zone: "a", rack: undefined, cpu: 1e9, memory: 1e9, port: false, mine: 0, others: 0 }, i)
    const hosts = Array.from({ length: 10 }, host)
    for (const strategies of [
      [{ kind: "random" as const }],
      [{ kind: "spread" as const, over: { attribute: "rack" } }, { kind: "random" as const }],
    ]) {
      const { hosts: placed } = placeAll(hosts, { attributes: [], group, strategies, seed: 7 }, 10_000)
      const counts = Map.groupBy(placed, (one) => one.id)
      assert.equal(counts.size, 10)
      for (const [, tasks] of counts) assert.ok(tasks.length > 800 && tasks.length < 1200)
    }
  })
})
