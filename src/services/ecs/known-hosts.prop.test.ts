import assert from "node:assert/strict"
import { describe, test } from "node:test"
import fc from "fast-check"
import { aDefinition, aHost, aTask } from "../../../test/support/rows.ts"
import { memoryStore, type TaskStatus } from "../../state/index.ts"
import { asHost } from "./instance-room.ts"
import { knownHost } from "./known-hosts.ts"

const instances = ["1", "2"].map((n) => aHost({ arn: aHost().arn + n }))
const on = fc.constantFrom(...instances.map(({ arn }) => arn))
const id = fc.nat({ max: 5 }).map((n) => String(n).repeat(32))

const change = fc.oneof(
  fc.record({ kind: fc.constant("put" as const), id, on, group: fc.constantFrom("family:a", "service:b") }),
  fc.record({ kind: fc.constant("status" as const), id, to: fc.constantFrom<TaskStatus>("RUNNING", "STOPPED") }),
  fc.record({ kind: fc.constant("stop" as const), id }),
  fc.record({ kind: fc.constant("delete" as const), id }),
  fc.record({ kind: fc.constant("session" as const), on, connected: fc.boolean() }),
  fc.record({ kind: fc.constant("attributes" as const), on, value: fc.constantFrom("x", "y") }),
)
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never

describe("hosts that are known from an earlier look", () => {
  test("are what they would be worked out anew, through any changes, taken back or not", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ change, back: fc.boolean(), look: fc.boolean() }), { maxLength: 30 }),
        (steps) => {
          const state = memoryStore()
          state.transact((tx) => {
            tx.taskDefinitions.insert(aDefinition())
            for (const row of instances) tx.containerInstances.insert(row)
          })
          const compare = (view: Parameters<typeof asHost>[0]) => {
            for (const { arn } of instances) {
              const row = view.containerInstances.get(arn)
              if (row) assert.deepEqual(knownHost(view, row), asHost(view, row))
            }
          }
          const taskArn = (of: string) => aTask({ id: of }).arn
          const apply = (tx: Parameters<Parameters<typeof state.transact>[0]>[0], one: Change) => {
            switch (one.kind) {
              case "put":
                return tx.tasks.put(aTask({ id: one.id, containerInstanceArn: one.on, group: one.group, cpu: "256" }))
              case "status":
                return tx.tasks.has(taskArn(one.id)) && tx.tasks.patch(taskArn(one.id), { lastStatus: one.to })
              case "stop":
                return tx.tasks.has(taskArn(one.id)) && tx.tasks.patch(taskArn(one.id), { desiredStatus: "STOPPED" })
              case "delete":
                return tx.tasks.delete(taskArn(one.id))
              case "session":
                return tx.containerInstances.patch(one.on, { session: { connected: one.connected, since: 0 } })
              case "attributes":
                return tx.containerInstances.patch(one.on, { attributes: [{ name: "a", value: one.value }] })
            }
          }
          for (const step of steps) {
            const isBack = new Error("taken back")
            try {
              state.transact((tx) => {
                apply(tx, step.change)
                if (step.look) compare(tx)
                if (step.back) throw isBack
              })
            } catch (thrown) {
              if (thrown !== isBack) throw thrown
            }
            if (step.look) state.view(compare)
          }
          state.view(compare)
        },
      ),
      { numRuns: 500 },
    )
  })
})
