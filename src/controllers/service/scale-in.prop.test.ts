// Scale-in against its specification: for every task that is to go all that are left are ranked anew.
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { isHealthy } from "./health.ts"
import { pickToStop } from "./scale-in.ts"
import type { LiveTask, Seen } from "./seen.ts"
import { aService } from "./testing.ts"

const now = 1_000_000
const hosts: NonNullable<Seen["hosts"]> = new Map(
  [100, 100, 300].map((memory, n) => [`i-${n}`, { left: { cpu: 0, memory }, attributes: new Map() }]),
)

const anyTask = fc.record({
  running: fc.boolean(),
  startedAt: fc.constantFrom(1, 2, 3, now),
  zone: fc.constantFrom("a", "b"),
  instance: fc.constantFrom("i-0", "i-1", "i-2"),
  size: fc.constantFrom({ cpu: 1, memory: 100 }, { cpu: 1, memory: 200 }),
})

type Rank = (task: LiveTask, left: readonly LiveTask[], all: readonly LiveTask[]) => readonly number[]
const most = (left: readonly LiveTask[], of: (task: LiveTask) => unknown, task: LiveTask) =>
  -left.filter((other) => of(other) === of(task)).length
/** What is left of an instance once this task and those that have gone before are gone. */
const emptied: Rank = (task, left, all) => {
  const gone = all.filter((one) => one === task || !left.includes(one))
  const freed = gone
    .filter((one) => one.instance === task.instance)
    .reduce((sum, one) => sum + (one.size?.memory ?? 0), 0)
  return [-((hosts.get(task.instance ?? "")?.left.memory ?? 0) + freed)]
}
const cases: readonly (readonly [strategy: NonNullable<Seen["service"]["placementStrategy"]>, rank: Rank])[] = [
  [[], (task, left) => [most(left, (one) => one.zone, task), most(left, (one) => one.instance, task)]],
  [[{ type: "spread", field: "instanceId" }], (task, left) => [most(left, (one) => one.instance, task)]],
  [[{ type: "binpack", field: "memory" }], emptied],
]

/** The indexes of the tasks that go, in order. */
const specified = (all: readonly LiveTask[], count: number, rank: Rank): readonly string[] => {
  let left = all
  const picked: string[] = []
  while (picked.length < count && left.length > 0) {
    const ranked = left.map((task) => {
      const ready = isHealthy(task, now) ? 2 : Number(task.running)
      return [ready, ...rank(task, left, all), -(task.startedAt ?? 0), all.indexOf(task)]
    })
    const isLess = (a: readonly number[], b: readonly number[]) => {
      const at = a.findIndex((value, i) => value !== b[i])
      return (a[at] ?? 0) < (b[at] ?? 0)
    }
    const best = ranked.reduce((one, other) => (isLess(other, one) ? other : one))
    const next = left[ranked.indexOf(best)]
    if (!next) break
    picked.push(next.arn)
    left = left.filter((task) => task !== next)
  }
  return picked
}

test("tasks go in the order of a ranking that is made anew for each; when all go, all do", () => {
  fc.assert(
    fc.property(
      fc.array(anyTask, { maxLength: 12 }),
      fc.nat({ max: 12 }),
      fc.constantFrom(...cases),
      (given, count, one) => {
        const [placementStrategy, rank] = one
        const live = given.map(
          (task, n): LiveTask => ({
            ...{ arn: `task-${n}`, deployment: "ecs-svc/1", createdAt: 0, checked: false, health: "UNKNOWN" },
            ...{ draining: false, ...task },
          }),
        )
        const seen: Seen = {
          ...{
            service: aService({ placementStrategy }),
            older: [],
            live,
            rollingBack: [],
            leaving: new Set(),
            lingering: false,
            ended: [],
          },
          ...{ said: new Set(), hosts },
        }
        const picked = pickToStop(live, count, { seen, all: live, now }).map(({ arn }) => arn)
        const expected = specified(live, count, rank)
        if (count < live.length) assert.deepEqual(picked, expected)
        else assert.deepEqual(picked.toSorted(), expected.toSorted())
      },
    ),
    { numRuns: 1000 },
  )
})
