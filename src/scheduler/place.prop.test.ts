// Placement against its specification: for every task all hosts are filtered and scored anew, and the best is taken.
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import fc from "fast-check"
import {
  type Constraint,
  filters,
  type Host,
  type Obstacle,
  parseQuery,
  placeAll,
  type Strategy,
  type TaskNeeds,
  withTask,
} from "./index.ts"

const group = "service:web"
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

const strategy: fc.Arbitrary<Strategy> = fc.oneof(
  fc.constant<Strategy>({ kind: "random" }),
  fc.constantFrom<Strategy>({ kind: "binpack", of: "cpu" }, { kind: "binpack", of: "memory" }),
  fc.constantFrom<Strategy>(
    { kind: "spread", over: "instanceId" },
    { kind: "spread", over: { attribute: "ecs.availability-zone" } },
    { kind: "spread", over: { attribute: "rack" } },
    { kind: "spread", over: { attribute: "nobody-has-it" } },
  ),
)
const constraint: fc.Arbitrary<Constraint> = fc.oneof(
  fc.constant<Constraint>({ kind: "distinctInstance" }),
  fc
    .constantFrom(
      "attribute:rack == 1",
      "not(task:group == service:web)",
      "task:group == service:db",
      "attribute:rack exists",
    )
    .map((text): Constraint => ({ kind: "memberOf", query: parseQuery(text) })),
)
const anyHost = fc.record({
  connected: fc.nat({ max: 5 }).map((n) => n > 0),
  zone: fc.constantFrom("a", "b", "c"),
  rack: fc.option(fc.constantFrom("1", "2", "3", "4"), { nil: undefined }),
  cpu: fc.constantFrom<number>(0, 256, 512, 1024, 4096),
  memory: fc.constantFrom<number>(128, 512, 1024, 4096),
  port: fc.boolean(),
  mine: fc.nat({ max: 2 }),
  others: fc.nat({ max: 2 }),
})
type AnyHost = typeof anyHost extends fc.Arbitrary<infer T> ? T : never

const hostOf = (one: AnyHost, index: number): Host => {
  const attributes = new Map([["ecs.availability-zone", one.zone], ...(one.rack ? [["rack", one.rack] as const] : [])])
  const groups = new Map([
    ...(one.mine > 0 ? [[group, one.mine] as const] : []),
    ...(one.others > 0 ? [["service:db", one.others] as const] : []),
  ])
  return {
    id: `h${index}`,
    connected: one.connected,
    networks: new Set(),
    attributes,
    groups,
    queried: {
      agentConnected: one.connected,
      attributes,
      registeredAt: 0,
      runningTasksCount: 0,
      taskGroups: new Set(groups.keys()),
    },
    tasks: one.mine + one.others,
    left: { cpu: one.cpu, memory: one.memory, gpus: 0, ports: new Set(one.port ? ["80/tcp"] : []) },
  }
}
const anyNeeds = fc.record({
  strategies: fc.array(strategy, { maxLength: 5 }),
  constraints: fc.array(constraint, { maxLength: 2 }),
  cpu: fc.constantFrom(0, 128, 256),
  memory: fc.constantFrom(64, 128, 500),
  ports: fc.constantFrom<readonly string[]>([], [], ["80/tcp"]),
  seed: fc.nat(),
})

describe("placing many tasks at once", () => {
  test("places each as if all hosts were filtered and scored anew for it", () => {
    fc.assert(
      fc.property(fc.array(anyHost, { maxLength: 14 }), anyNeeds, fc.nat({ max: 40 }), (given, asked, count) => {
        const hosts = given.map(hostOf)
        const { cpu, memory, ports, ...rest } = asked
        const needs: TaskNeeds = {
          attributes: [],
          group,
          ...rest,
          room: { cpu, memory, gpus: 0, ports: new Set(ports) },
        }
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
