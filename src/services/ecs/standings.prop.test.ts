// Instances that are kept from call to call against instances that are all looked at: both place the same.
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import fc from "fast-check"
import { anyNeeds } from "../../../test/support/any-hosts.ts"
import { aDefinition, aHost, aTask } from "../../../test/support/rows.ts"
import { placeAll } from "../../scheduler/index.ts"
import { type ContainerInstanceRow, memoryStore, type TaskStatus, type Tx, type View } from "../../state/index.ts"
import { asHost, zoneOf } from "./instance-room.ts"
import { type Kind, placeOnInstances } from "./standings.ts"

const names = Array.from({ length: 12 }, (_, n) => aHost().arn + n)
const arn = fc.constantFrom(...names)
const id = fc.nat({ max: 9 }).map((n) => String(n).repeat(32))
const group = fc.constantFrom("service:web", "service:db")
const attributes = fc
  .record({ zone: fc.constantFrom("a", "b", "c"), rack: fc.option(fc.constantFrom("1", "2", "3")) })
  .map(({ zone, rack }) => [
    { name: "ecs.availability-zone", value: zone },
    ...(rack === null ? [] : [{ name: "rack", value: rack }]),
  ])
const instance = fc.record({
  arn,
  attributes,
  status: fc.constantFrom("ACTIVE" as const, "ACTIVE" as const, "DRAINING" as const, "INACTIVE" as const),
  connected: fc.nat({ max: 4 }).map((n) => n > 0),
  cpu: fc.constantFrom(256, 512, 4096),
  cluster: fc.constantFrom(aHost().clusterArn, aHost().clusterArn, "other"),
})
type AnyInstance = typeof instance extends fc.Arbitrary<infer T> ? T : never

const rowOf = ({ connected, cpu, cluster, ...rest }: AnyInstance): ContainerInstanceRow => {
  const { pool: _, ...row } = aHost()
  return {
    ...row,
    ...rest,
    clusterArn: cluster,
    session: { connected, since: 0 },
    registeredResources: [
      { name: "CPU", type: "INTEGER", integerValue: cpu },
      { name: "MEMORY", type: "INTEGER", integerValue: 2048 },
    ],
  }
}

const change = fc.oneof(
  fc.record({ kind: fc.constant("instance" as const), instance }),
  fc.record({ kind: fc.constant("gone" as const), arn }),
  fc.record({ kind: fc.constant("session" as const), arn, connected: fc.boolean() }),
  fc.record({
    kind: fc.constant("drain" as const),
    arn,
    status: fc.constantFrom("ACTIVE" as const, "DRAINING" as const),
  }),
  fc.record({ kind: fc.constant("attributes" as const), arn, attributes }),
  fc.record({ kind: fc.constant("task" as const), id, arn, group, cpu: fc.constantFrom("64", "256") }),
  fc.record({ kind: fc.constant("stop" as const), id }),
  fc.record({ kind: fc.constant("status" as const), id, to: fc.constantFrom<TaskStatus>("RUNNING", "STOPPED") }),
  fc.record({ kind: fc.constant("delete" as const), id }),
)
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never

const apply = (tx: Tx, one: Change): unknown => {
  const has = "arn" in one && tx.containerInstances.has(one.arn)
  const task = "id" in one ? aTask({ id: one.id }).arn : ""
  switch (one.kind) {
    case "instance":
      return tx.containerInstances.put(rowOf(one.instance))
    case "gone":
      return tx.containerInstances.delete(one.arn)
    case "session":
      return has && tx.containerInstances.patch(one.arn, { session: { connected: one.connected, since: 0 } })
    case "drain":
      return has && tx.containerInstances.patch(one.arn, { status: one.status })
    case "attributes":
      return has && tx.containerInstances.patch(one.arn, { attributes: one.attributes })
    case "task":
      return tx.tasks.put(aTask({ id: one.id, containerInstanceArn: one.arn, group: one.group, cpu: one.cpu }))
    case "stop":
      return tx.tasks.has(task) && tx.tasks.patch(task, { desiredStatus: "STOPPED" })
    case "status":
      return tx.tasks.has(task) && tx.tasks.patch(task, { lastStatus: one.to })
    case "delete":
      return tx.tasks.delete(task)
  }
}

const call = fc.record({
  /** One of a few kinds: each is asked several times. */
  kind: fc.nat({ max: 2 }),
  count: fc.nat({ max: 5 }),
  seed: fc.nat(),
  /** Whether records of the placed tasks are written. */
  write: fc.boolean(),
})
const step = fc.record({
  changes: fc.array(change, { maxLength: 3 }),
  call,
  /** The transaction is taken back. */
  back: fc.nat({ max: 4 }).map((n) => n === 0),
})

/** The same from all instances of the cluster. */
const fresh = (view: View, { cluster, zone, needs }: Kind, count: number) =>
  placeAll(
    view.containerInstances
      .by("cluster", cluster)
      .filter((row) => row.status === "ACTIVE" && (zone === undefined || zoneOf(row) === zone))
      .map((row) => asHost(view, row)),
    needs,
    count,
  )

describe("container instances that are kept for tasks of one kind", () => {
  test("give tasks the places that all instances looked at anew would, through any changes, taken back or not", () => {
    const kind = fc.record({ needs: anyNeeds, zone: fc.constantFrom(undefined, undefined, "a") })
    fc.assert(
      fc.property(
        fc.array(instance, { maxLength: 16 }),
        fc.array(kind, { minLength: 3, maxLength: 3 }),
        fc.array(step, { maxLength: 12 }),
        (given, kinds, steps) => {
          const state = memoryStore()
          state.transact((tx) => {
            tx.taskDefinitions.insert(aDefinition())
            for (const one of given) tx.containerInstances.put(rowOf(one))
          })
          let next = 0
          for (const { changes, call, back } of steps) {
            const isBack = new Error("taken back")
            try {
              state.transact((tx) => {
                for (const one of changes) apply(tx, one)
                const { needs, zone } = kinds[call.kind] ?? assert.fail()
                const asked: Kind = {
                  cluster: aHost().clusterArn,
                  zone,
                  key: String(call.kind),
                  needs: { ...needs, seed: call.seed },
                }
                const expected = fresh(tx, asked, call.count)
                const placed = placeOnInstances(tx, asked, call.count)
                assert.deepEqual(
                  placed.hosts.map((host) => host.id),
                  expected.hosts.map((host) => host.id),
                )
                assert.deepEqual([...placed.obstacles], [...expected.obstacles])
                for (const host of call.write ? placed.hosts : []) {
                  next += 1
                  const written = {
                    id: `f${next}`.padStart(32, "0"),
                    containerInstanceArn: host.id,
                    group: needs.group,
                  }
                  tx.tasks.insert(aTask({ ...written, group: needs.group ?? "", cpu: "128" }))
                }
                if (back) throw isBack
              })
            } catch (thrown) {
              if (thrown !== isBack) throw thrown
            }
          }
        },
      ),
      { numRuns: 1000 },
    )
  })
})
