// What the control plane hears about tasks: at once, in order, until it is acknowledged, and nothing twice.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { type TestContext, test } from "node:test"
import { TestClock } from "../../../../test/support/test-clock.ts"
import { fault, silentLog } from "../../../kernel/index.ts"
import { memoryCheckpoint } from "../../checkpoint/index.ts"
import { type FakeEngine, fakeEngine } from "../../testing/engine.ts"
import { aContainer, aTask, taskArn } from "../../testing/tasks.ts"
import { fakeEcs } from "../../testing/wire.ts"
import type { ContainerSnapshot, TaskSnapshot } from "../../types.ts"
import { createReporter } from "./reporter.ts"

const setUp = (
  t: TestContext,
  {
    engine = fakeEngine(),
    checkpoint = memoryCheckpoint("default"),
    logsDelivered = (_arn: string): Promise<void> | undefined => undefined,
  } = {},
) => {
  const clock = new TestClock()
  const ecs = fakeEcs()
  const reporter = createReporter({
    cluster: "default",
    ecs: ecs.call,
    engine,
    checkpoint,
    clock,
    log: silentLog,
    logsDelivered,
  })
  t.after(() => reporter.close())
  const said = () =>
    ecs.inputs("SubmitTaskStateChange").map(({ task, status, containers = [] }) => ({
      task: task as string,
      status: status as string,
      steps: (containers as { containerName: string; status: string; exitCode?: number }[]).map(
        (c) => `${c.containerName} ${c.status}${c.exitCode === undefined ? "" : ` ${c.exitCode}`}`,
      ),
    }))
  return { clock, ecs, reporter, engine, checkpoint, said }
}

/** Stores the task as the engine does, then tells of it. */
const put = (engine: FakeEngine, checkpoint: ReturnType<typeof memoryCheckpoint>, task: TaskSnapshot) => {
  checkpoint.saveTask({ arn: task.arn, snapshot: task })
  engine.put(task)
}
const at = (known: TaskSnapshot["known"], container: Partial<Omit<ContainerSnapshot, "definition">> = {}) =>
  aTask({ known, containers: [aContainer({ known: known === "NONE" ? "NONE" : known, ...container })] })

test("a task is reported as it goes, and the engine may clean up when its end is acknowledged", async (t) => {
  const { reporter, engine, checkpoint, clock, said } = setUp(t)
  reporter.start()
  put(engine, checkpoint, at("NONE"))
  await clock.settle()
  assert.deepEqual(said(), [])
  put(engine, checkpoint, { ...at("NONE"), pullStartedAt: 1_000 })
  await clock.settle()
  put(engine, checkpoint, at("RUNNING"))
  await clock.settle()
  assert.deepEqual(engine.settledTasks, [])
  put(engine, checkpoint, at("STOPPED", { exitCode: 3 }))
  await clock.settle()
  assert.deepEqual(said(), [
    { task: taskArn, status: "PENDING", steps: [] },
    { task: taskArn, status: "RUNNING", steps: ["web RUNNING"] },
    { task: taskArn, status: "STOPPED", steps: ["web STOPPED 3"] },
  ])
  assert.deepEqual(engine.settledTasks, [taskArn])
  assert.deepEqual(checkpoint.tasks()[0]?.reported, { status: "STOPPED", containers: { web: "STOPPED" } })
})

test("what happens while a report is under way goes with the next one, in order", async (t) => {
  const { reporter, engine, checkpoint, clock, ecs, said } = setUp(t)
  let release: () => void = () => {}
  ecs.answer = () =>
    new Promise((resolve) => {
      release = () => resolve({})
    })
  reporter.start()
  put(
    engine,
    checkpoint,
    aTask({ known: "CREATED", containers: [aContainer({ name: "init" }), aContainer({ known: "CREATED" })] }),
  )
  await clock.settle()
  put(
    engine,
    checkpoint,
    aTask({
      known: "CREATED",
      containers: [aContainer({ name: "init", known: "STOPPED", exitCode: 0 }), aContainer({ known: "CREATED" })],
    }),
  )
  put(
    engine,
    checkpoint,
    aTask({ containers: [aContainer({ name: "init", known: "STOPPED", exitCode: 0 }), aContainer()] }),
  )
  await clock.settle()
  assert.equal(said().length, 1)
  release()
  await clock.settle()
  assert.deepEqual(said()[1], { task: taskArn, status: "RUNNING", steps: ["init STOPPED 0", "web RUNNING"] })
})

test("a report is tried again until it is taken, and at once when the control plane is back", async (t) => {
  const { reporter, engine, checkpoint, clock, ecs, said } = setUp(t)
  const fine = ecs.answer
  ecs.answer = () => {
    throw new Error("ECONNREFUSED")
  }
  reporter.start()
  put(engine, checkpoint, at("RUNNING"))
  await clock.advance(10_000)
  const tries = said().length
  assert.ok(tries >= 5 && tries <= 8, `${tries} tries in ten seconds`)
  ecs.answer = fine
  reporter.kick()
  await clock.settle()
  assert.equal(said().length, tries + 1)
  await clock.advance(60_000)
  assert.equal(said().length, tries + 1)
})

test("what the control plane refuses as invalid is dropped, and the next report goes on", async (t) => {
  const { reporter, engine, checkpoint, clock, ecs, said } = setUp(t)
  const fine = ecs.answer
  ecs.answer = () => {
    throw fault("InvalidParameterException", "no")
  }
  reporter.start()
  put(engine, checkpoint, at("RUNNING"))
  await clock.settle()
  ecs.answer = fine
  put(engine, checkpoint, at("STOPPED"))
  await clock.advance(60_000)
  assert.deepEqual(
    said().map((s) => s.status),
    ["RUNNING", "STOPPED"],
  )
})

test("after a restart only what was not acknowledged is said again", async (t) => {
  const checkpoint = memoryCheckpoint("default")
  const running = at("RUNNING")
  const over = { ...at("STOPPED"), arn: `${taskArn}2` }
  const unsaid = { ...at("STOPPED", { exitCode: 9 }), arn: `${taskArn}3` }
  for (const task of [running, over, unsaid]) checkpoint.saveTask({ arn: task.arn, snapshot: task })
  checkpoint.saveReported(running.arn, { status: "RUNNING", containers: { web: "RUNNING" } })
  checkpoint.saveReported(over.arn, { status: "STOPPED", containers: { web: "STOPPED" } })
  checkpoint.saveReported(unsaid.arn, { status: "RUNNING", containers: { web: "RUNNING" } })
  const engine = fakeEngine(running, over, unsaid)
  const { reporter, clock, said } = setUp(t, { engine, checkpoint })
  reporter.start()
  await clock.settle()
  assert.deepEqual(said(), [{ task: unsaid.arn, status: "STOPPED", steps: ["web STOPPED 9"] }])
  assert.deepEqual(engine.settledTasks.toSorted(), [over.arn, unsaid.arn].toSorted())
})

test("the end of a container is told at once, the end of its task after the last log lines", async (t) => {
  let deliver: () => void = () => {}
  const delivered = new Promise<void>((resolve) => {
    deliver = resolve
  })
  const { reporter, engine, checkpoint, clock, said } = setUp(t, { logsDelivered: () => delivered })
  reporter.start()
  put(engine, checkpoint, at("STOPPED", { startedAt: 1, exitCode: 0 }))
  await clock.settle()
  assert.deepEqual(said(), [{ task: taskArn, status: "RUNNING", steps: ["web STOPPED 0"] }])
  deliver()
  await clock.settle()
  assert.deepEqual(said()[1], { task: taskArn, status: "STOPPED", steps: [] })
})

test("log lines that cannot be delivered hold the end of a task for five seconds at most", async (t) => {
  const { reporter, engine, checkpoint, clock, said } = setUp(t, { logsDelivered: () => new Promise(() => {}) })
  reporter.start()
  put(engine, checkpoint, at("STOPPED", { startedAt: 1 }))
  await clock.advance(4_999)
  assert.deepEqual(
    said().map((s) => s.status),
    ["RUNNING"],
  )
  await clock.advance(1)
  assert.deepEqual(
    said().map((s) => s.status),
    ["RUNNING", "STOPPED"],
  )
})

test("at most ten reports are under way, one for each task", async (t) => {
  const { reporter, engine, checkpoint, clock, ecs, said } = setUp(t)
  let underWay = 0
  let most = 0
  const releases: (() => void)[] = []
  ecs.answer = async () => {
    most = Math.max(most, ++underWay)
    await new Promise<void>((resolve) => releases.push(resolve))
    underWay--
    return {}
  }
  reporter.start()
  for (let i = 0; i < 25; i++) put(engine, checkpoint, { ...at("RUNNING"), arn: `${taskArn}-${i}` })
  for (let round = 0; round < 6; round++) {
    await clock.settle()
    for (const release of releases.splice(0)) release()
  }
  await clock.settle()
  assert.equal(most, 10)
  assert.equal(said().length, 25)
  assert.equal(new Set(said().map((s) => s.task)).size, 25)
})

test("a report has the members of the official agent's, and never names the container that holds the network", async (t) => {
  const { reporter, engine, checkpoint, clock, ecs } = setUp(t)
  const golden = JSON.parse(
    readFileSync(new URL("../../../../test/golden/agent/messages.json", import.meta.url), "utf8"),
  )
  const pause = aContainer({ name: "~internal~ecs~pause", type: "CNI_PAUSE", known: "STOPPED" })
  reporter.start()
  put(engine, checkpoint, {
    ...at("STOPPED", { exitCode: 143, reason: "x".repeat(2_000) }),
    containers: [pause, aContainer({ known: "STOPPED", exitCode: 143, reason: "x".repeat(2_000) })],
    executionStoppedAt: 1_795_433_477_459,
  })
  await clock.settle()
  const [input = {}] = ecs.inputs("SubmitTaskStateChange")
  assert.deepEqual(Object.keys(input).sort(), Object.keys(golden["api-SubmitTaskStateChange"]).sort())
  const containers = input.containers as { containerName: string; reason: string }[]
  assert.deepEqual(
    containers.map((c) => c.containerName),
    ["web"],
  )
  assert.equal(containers[0]?.reason.length, 1_024)
  assert.equal((input.executionStoppedAt as Date).getTime(), 1_795_433_477_459)
})
