// Logs as the rest of the agent sees them: streams before a start, the word that a container's log is through, and
// what is said when lines are lost.
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type TestContext, test } from "node:test"
import { TestClock } from "../../../test/support/test-clock.ts"
import { type Log, silentLog } from "../../kernel/index.ts"
import { memoryCheckpoint } from "../checkpoint/index.ts"
import { fakeEngine } from "../testing/engine.ts"
import { aContainer, aTask, taskArn } from "../testing/tasks.ts"
import { createLogs } from "./index.ts"
import { jsonFileWriter } from "./testing/json-file-writer.ts"
import { fakeLogService } from "./testing/log-service.ts"

const group = "arn:aws:logs:us-east-1:123456789012:log-group:g"
const stream = "p/web/11111111111111111111111111111111"

const setUp = (t: TestContext) => {
  const folder = mkdtempSync(join(tmpdir(), "logs-"))
  t.after(() => rmSync(folder, { recursive: true }))
  const clock = new TestClock()
  const service = fakeLogService([group])
  const checkpoint = memoryCheckpoint("default")
  const errors: string[] = []
  const log: Log = { ...silentLog, error: (message) => void errors.push(message), child: () => log }
  const logs = createLogs({ logs: service.call, checkpoint, clock, log })
  t.after(() => logs.close())
  const path = join(folder, "c-json.log")
  const container = (known: "CREATED" | "RUNNING" | "STOPPED", options: Record<string, string> = {}) =>
    aContainer({
      known,
      logDriver: "awslogs",
      logOptions: { "awslogs-group": "g", "awslogs-stream-prefix": "p", ...options },
      ...(known !== "CREATED" && { logPath: path }),
    })
  const until = async (condition: () => boolean) => {
    for (let turn = 0; turn < 100_000 && !condition(); turn++) await clock.advance(20)
    assert.ok(condition())
  }
  return { logs, service, checkpoint, clock, path, container, until, errors }
}

test("a missing group fails the task before it starts, in the words of AWS", async (t) => {
  const { logs, service, container } = setUp(t)
  service.groups.clear()
  await assert.rejects(logs.prepare(aTask({ containers: [container("CREATED")] })), {
    message:
      "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist. : exit status 1",
  })
})

test("the group is made when the options say so, and the stream may be there already", async (t) => {
  const { logs, service, container } = setUp(t)
  service.groups.clear()
  const task = aTask({ containers: [container("CREATED", { "awslogs-create-group": "true" })] })
  await logs.prepare(task)
  await logs.prepare(task)
  assert.deepEqual([...service.streams.keys()], [`${group} ${stream}`])
})

test("a start waits for a control plane that is away", async (t) => {
  const { service, container, clock, checkpoint } = setUp(t)
  let away = true
  const call = ((operation: never, input: never) =>
    away ? Promise.reject(new Error("ECONNREFUSED")) : service.call(operation, input)) as typeof service.call
  const logs = createLogs({ logs: call, checkpoint, clock, log: silentLog })
  const prepared = logs.prepare(aTask({ containers: [container("CREATED")] }))
  await clock.advance(30_000)
  away = false
  await clock.advance(5_000)
  await prepared
  assert.equal(service.streams.size, 1)
})

test("the log of a container that has ended is read to its end, and then the engine is told, once", async (t) => {
  const { logs, service, path, container, until, checkpoint } = setUp(t)
  const writer = jsonFileWriter(path)
  const engine = fakeEngine(aTask({ containers: [container("RUNNING")] }))
  logs.follow(engine)
  assert.equal(logs.delivered(taskArn), undefined)
  writer.write("last")
  engine.put(aTask({ known: "STOPPED", containers: [container("STOPPED")] }))
  const delivered = logs.delivered(taskArn)
  assert.ok(delivered)
  await until(() => engine.doneLogs.length > 0)
  await delivered
  assert.deepEqual(service.streams.get(`${group} ${stream}`), ["last"])
  engine.put(aTask({ known: "STOPPED", containers: [container("STOPPED")] }))
  assert.deepEqual(engine.doneLogs, [`${taskArn} web`])
  assert.equal(logs.delivered(taskArn), undefined)
  assert.ok((checkpoint.logPosition("runtime-web")?.committed ?? 0) > 0)
})

test("a container with another log driver, or without a file, holds nobody up", (t) => {
  const { logs } = setUp(t)
  const engine = fakeEngine(
    aTask({ known: "STOPPED", containers: [aContainer({ known: "STOPPED", logDriver: "json-file", logPath: "/x" })] }),
  )
  logs.follow(engine)
  assert.equal(logs.delivered(taskArn), undefined)
  assert.deepEqual(engine.doneLogs, [`${taskArn} web`])
})

test("lines that were rotated away unread are lost with a line in the log, and the rest arrives", async (t) => {
  const { logs, service, path, container, until, checkpoint, errors } = setUp(t)
  const writer = jsonFileWriter(path, { maxFiles: 2 })
  writer.write("read before")
  checkpoint.saveLogPosition("runtime-web", {
    committed: 70,
    decodeFrom: 70,
    file: { base: 0, mark: "of a file that is gone" },
  })
  writer.write("kept")
  const engine = fakeEngine(aTask({ known: "STOPPED", containers: [container("STOPPED")] }))
  logs.follow(engine)
  await until(() => engine.doneLogs.length > 0)
  assert.deepEqual(errors, ["Log lines are lost: the container wrote more than its rotated log files keep"])
  assert.equal(service.streams.get(`${group} ${stream}`)?.at(-1), "kept")
})
