import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { bridgeTask, container, stopOf } from "../../../test/support/acs-task.ts"
import { simulatedHost } from "../../../test/support/simulated-host.ts"

const pauseName = "~internal~ecs~pause~namespace"

describe("a task in bridge mode whose containers share namespaces", () => {
  test("has a container that holds them: there first, and gone last", async () => {
    const host = await simulatedHost()
    const task = bridgeTask(1, [container("web"), container("side")], { pidMode: "task", ipcMode: "task" })
    await host.accept(task)
    assert.equal(host.task(task).known, "RUNNING")
    const order = host.calls.filter((call) => /^(create|start) /.test(call))
    assert.deepEqual(order.slice(0, 1), [`create ${pauseName}`])
    assert.ok(order.indexOf(`start ${pauseName}`) < order.indexOf("start web"))
    const state = await host.driver.inspect(host.container(task, pauseName).runtimeId ?? "")
    assert.equal(state?.status, "running")

    await host.accept(stopOf(task))
    await host.clock.advance(60_000)
    assert.equal(host.task(task).known, "STOPPED")
    const ends = host.calls.filter((call) => /^(stop|kill) /.test(call))
    assert.equal(ends.at(-1), `kill ${pauseName}`)
  })

  test("has none when nothing is the task's", async () => {
    const host = await simulatedHost()
    const task = bridgeTask(1, [container("web")], { pidMode: "host", ipcMode: "none" })
    await host.accept(task)
    assert.deepEqual(
      host.task(task).containers.map((one) => one.name),
      ["web"],
    )
  })
})

test("a task in bridge mode does not start on an engine without a bridge: it would have no network", async () => {
  const host = await simulatedHost({ wrap: (driver) => ({ ...driver, hasDefaultBridge: async () => false }) })
  const task = bridgeTask(1, [container("web")])
  await host.accept(task)
  assert.equal(host.task(task).known, "STOPPED")
  assert.match(host.task(task).reason ?? "", /^ResourceInitializationError: .* has no default bridge network/)
})
