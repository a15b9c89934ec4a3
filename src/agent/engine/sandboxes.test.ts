// Prepared sandboxes on simulated containers and virtual time.
import assert from "node:assert/strict"
import { test } from "node:test"
import { container, fargateTask, stopOf, testNetwork } from "../../../test/support/acs-task.ts"
import { type SimulatedHost, simulatedHost } from "../../../test/support/simulated-host.ts"
import type { AcsTask, PreparedSandbox } from "../../protocol/index.ts"
import { sandboxLabel } from "./names.ts"

const task = (number: number) => fargateTask(number, [container("web")])
const sandboxOf = ({ elasticNetworkInterfaces: [networkInterface] = [] }: AcsTask): PreparedSandbox => {
  assert.ok(networkInterface)
  return { network: testNetwork, networkInterface }
}
/** A host that has made sandboxes for the interfaces of these tasks. */
const prepared = async (...tasks: readonly AcsTask[]): Promise<SimulatedHost> => {
  const host = await simulatedHost()
  host.engine.prepare(tasks.map(sandboxOf))
  await host.clock.advance(2000)
  return host
}
const sandboxes = async (host: SimulatedHost) => {
  const all = await host.driver.list({})
  return all.filter((one) => one.labels[sandboxLabel] !== undefined)
}
const pauseOf = (host: SimulatedHost, of: AcsTask) => host.container(of, "~internal~ecs~pause")

test("a task starts only its own container in the sandbox of its interface, under the pause container's name", async () => {
  const host = await prepared(task(5))
  const [sandbox] = await sandboxes(host)
  assert.equal(sandbox?.status, "running")
  host.calls.length = 0
  await host.accept(task(5))
  assert.equal(host.task(task(5)).known, "RUNNING")
  assert.deepEqual(host.calls, ["pull busybox:test", "create web", "start web"])
  const pause = pauseOf(host, task(5))
  assert.equal(pause.runtimeId, sandbox?.id)
  assert.equal((await host.driver.inspect(pause.runtimeName ?? ""))?.id, sandbox?.id)
  assert.match(host.task(task(5)).linkAddresses[0] ?? "", /^169\.254\.16[89]\./)
})

test("a sandbox is given away once, and never to the task of another interface", async () => {
  const tasks = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(task)
  const host = await prepared(...tasks.slice(0, 4))
  await host.accept(...tasks)
  const ids = tasks.map((one) => pauseOf(host, one).runtimeId)
  assert.equal(new Set(ids).size, 10)
  const all = await host.driver.list({})
  for (const one of tasks.slice(0, 4)) {
    const state = all.find(({ id }) => id === pauseOf(host, one).runtimeId)
    assert.equal(state?.labels[sandboxLabel], one.elasticNetworkInterfaces?.[0]?.ec2Id)
  }
  assert.ok(tasks.every((one) => host.task(one).known === "RUNNING"))
})

test("a task whose sandbox is just being made waits for it", async () => {
  const host = await simulatedHost()
  host.engine.prepare([sandboxOf(task(5))])
  await host.clock.advance(200)
  await host.accept(task(5))
  assert.equal(host.task(task(5)).known, "RUNNING")
  assert.equal(host.calls.filter((call) => call.startsWith("create")).length, 2)
  assert.equal((await sandboxes(host)).length, 1)
})

test("a sandbox that is not like its interface any more, or has ended, is removed, and the task makes its own", async () => {
  const host = await prepared(task(5), task(6))
  const [five] = task(5).elasticNetworkInterfaces ?? []
  assert.ok(five)
  await host.accept({ ...task(5), elasticNetworkInterfaces: [{ ...five, privateDnsName: "other.internal" }] })
  assert.equal(host.task(task(5)).known, "RUNNING")
  const [other] = await sandboxes(host)
  await host.driver.kill(other?.id ?? "")
  await host.accept(task(6))
  assert.equal(host.task(task(6)).known, "RUNNING")
  assert.deepEqual(await sandboxes(host), [])
})

test("what is no longer wished for is removed, unless a task has it", async () => {
  const host = await prepared(task(5), task(6))
  await host.accept(task(5))
  host.engine.prepare([])
  await host.clock.advance(2000)
  assert.deepEqual(
    (await sandboxes(host)).map((one) => one.id),
    [pauseOf(host, task(5)).runtimeId],
  )
})

test("sandboxes wait until nothing has happened to a task for a moment", async () => {
  const host = await simulatedHost()
  host.engine.prepare([sandboxOf(task(6))])
  for (let n = 0; n < 5; n += 1) {
    await host.clock.advance(150)
    await host.accept(task(10 + n))
  }
  assert.deepEqual(await sandboxes(host), [])
  await host.clock.advance(200)
  assert.equal((await sandboxes(host)).length, 1)
})

test("sandboxes wait for a container that takes long to start", async () => {
  const host = await simulatedHost()
  const slow = fargateTask(9, [container("web", { environment: { ROADSTEAD_SIM_START_MS: "5000" } })])
  host.engine.prepare([sandboxOf(task(6))])
  await host.accept(slow)
  await host.clock.advance(4900)
  assert.deepEqual(await sandboxes(host), [])
  await host.clock.advance(100)
  assert.equal(host.task(slow).known, "RUNNING")
  assert.deepEqual(await sandboxes(host), [])
  await host.clock.advance(200)
  assert.equal((await sandboxes(host)).length, 1)
})

test("after a crash those of tasks go on, and the others are swept", async () => {
  const host = await prepared(task(5), task(6), task(7))
  await host.accept(task(5))
  await host.restart()
  assert.deepEqual(
    (await sandboxes(host)).map((one) => one.id),
    [pauseOf(host, task(5)).runtimeId],
  )
  assert.equal(host.task(task(5)).known, "RUNNING")
  await host.accept(task(6))
  assert.equal(host.task(task(6)).known, "RUNNING")
})

test("a sandbox ends with its task", async () => {
  const host = await prepared(task(5))
  await host.accept(task(5))
  await host.accept(stopOf(task(5)))
  await host.clock.advance(60_000)
  host.engine.settled(task(5).arn)
  host.engine.logsDone(task(5).arn, "web")
  await host.clock.advance(1000)
  assert.deepEqual(await sandboxes(host), [])
})

test("where the pause container publishes ports nothing is prepared", async () => {
  const host = await simulatedHost({ options: { publish: "127.0.0.1" } })
  host.engine.prepare([sandboxOf(task(5))])
  await host.clock.advance(2000)
  assert.deepEqual(await sandboxes(host), [])
})
