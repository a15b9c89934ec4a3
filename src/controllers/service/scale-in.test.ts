// Which tasks are stopped first, by the placement strategy of the service.
// Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-strategies.html
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import type { ServiceRow } from "../../state/index.ts"
import { pickToStop } from "./scale-in.ts"
import type { LiveTask, Seen } from "./seen.ts"
import { aService } from "./testing.ts"

const now = 1_000_000
const task = (name: string, instance: string, more: Partial<LiveTask> = {}): LiveTask => ({
  arn: name,
  deployment: "ecs-svc/1",
  running: true,
  createdAt: 0,
  startedAt: 0,
  checked: false,
  health: "UNKNOWN",
  draining: false,
  instance,
  size: { cpu: 100, memory: 100 },
  ...more,
})
const host = (memory: number, rack = "") => ({ left: { cpu: memory, memory }, attributes: new Map([["rack", rack]]) })

const picks = (
  placementStrategy: ServiceRow["placementStrategy"],
  live: readonly LiveTask[],
  count: number,
  hosts: NonNullable<Seen["hosts"]> = new Map(),
) => {
  const seen: Seen = {
    service: aService({ placementStrategy }),
    older: [],
    live,
    rollingBack: [],
    leaving: new Set(),
    lingering: false,
    ended: [],
    said: new Set(),
    hosts,
  }
  return pickToStop(live, count, { seen, all: live, now }).map(({ arn }) => arn)
}

describe("scale-in", () => {
  test("takes first what does not run, then what is not healthy yet", () => {
    const live = [
      task("healthy", "i"),
      task("young", "i", { startedAt: now }),
      task("pending", "i", { running: false, createdAt: now - 5 }),
    ]
    assert.deepEqual(picks([], live, 2), ["pending", "young"])
  })

  test("without a strategy keeps zones even, and instances in a zone, and takes the newest", () => {
    const live = [
      task("a1", "i-1", { zone: "a" }),
      task("a2", "i-1", { zone: "a", startedAt: 5 }),
      task("a3", "i-2", { zone: "a" }),
      task("b1", "i-3", { zone: "b" }),
    ]
    assert.deepEqual(picks([], live, 2), ["a2", "a1"])
  })

  test("of a packed service empties the instance that has most left, one after the other", () => {
    const live = [task("1", "full"), task("2", "full"), task("3", "half"), task("4", "half"), task("5", "free")]
    const hosts = new Map([
      ["full", host(0)],
      ["half", host(500)],
      ["free", host(550)],
    ])
    const packed = [{ type: "binpack", field: "memory" }] as const
    assert.deepEqual(picks(packed, live, 3, hosts), ["5", "3", "4"])
  })

  test("of a spread service takes from where there are most by the field of its strategy", () => {
    const live = [task("1", "i-1"), task("2", "i-2"), task("3", "i-3"), task("4", "i-3")]
    const hosts = new Map([
      ["i-1", host(0, "left")],
      ["i-2", host(0, "left")],
      ["i-3", host(0, "right")],
    ])
    assert.deepEqual(picks([{ type: "spread", field: "instanceId" }], live, 1, hosts), ["3"])
    const odd = [...live, task("5", "i-1")]
    assert.deepEqual(picks([{ type: "spread", field: "attribute:rack" }], odd, 1, hosts), ["1"])
  })

  test("follows a chain of strategies in their order", () => {
    const live = [task("a1", "i-1", { zone: "a" }), task("a2", "i-2", { zone: "a" }), task("b1", "i-3", { zone: "b" })]
    const hosts = new Map([
      ["i-1", host(0)],
      ["i-2", host(300)],
      ["i-3", host(900)],
    ])
    const chain = [
      { type: "spread", field: "attribute:ecs.availability-zone" },
      { type: "binpack", field: "cpu" },
    ] as const
    assert.deepEqual(picks(chain, live, 2, hosts), ["a2", "b1"])
  })
})
