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
import type { ContainerSnapshot } from "../types.ts"
import { createLogs, machineService } from "./index.ts"
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
  const logs = createLogs({
    service: machineService(service.call),
    checkpoint,
    clock,
    log,
    endpoint: "http://127.0.0.1:4566",
  })
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
  return { logs, hooks: logs.hooks, service, checkpoint, clock, path, container, until, errors }
}

const missing =
  "failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist."
const onFargate = (container: ContainerSnapshot) => {
  const task = aTask({ containers: [container] })
  return { ...task, definition: { ...task.definition, launchType: "FARGATE" } }
}

test("a missing group fails a Fargate task before anything is made, in the words of AWS", async (t) => {
  const { hooks, service, container } = setUp(t)
  service.groups.clear()
  await assert.rejects(hooks.beforeStart(onFargate(container("CREATED"))), {
    message: `ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: ${missing} : exit status 1`,
  })
})

test("a missing group fails a container on EC2 when it starts, in the words of Docker, whatever its mode", async (t) => {
  const { hooks, service, container } = setUp(t)
  service.groups.clear()
  for (const mode of ["blocking", "non-blocking"]) {
    const one = container("CREATED", { mode })
    const task = aTask({ containers: [one] })
    await hooks.beforeStart(task)
    hooks.beforeCreateContainer(task, one)
    await assert.rejects(hooks.beforeStartContainer(task, one), {
      message: `CannotStartContainerError: Error response from daemon: failed to initialize logging driver: ${missing}`,
    })
  }
})

test("a group that may not be made is said to be the trouble", async (t) => {
  const { hooks, service, container } = setUp(t)
  service.groups.clear()
  service.refuseGroups = true
  await assert.rejects(hooks.beforeStart(onFargate(container("CREATED", { "awslogs-create-group": "true" }))), {
    message:
      "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log group: AccessDeniedException: no : exit status 1",
  })
})

test("options that Docker refuses fail a task on Fargate as a whole, and a container on EC2 where Docker would", async (t) => {
  const { hooks, container } = setUp(t)
  const fargate = (text: string) =>
    `ResourceInitializationError: failed to validate logger args: ${text} : exit status 1`
  const start = "CannotStartContainerError: Error response from daemon: failed to initialize logging driver: "
  const atStart: readonly (readonly [Record<string, string>, string])[] = [
    [
      { "awslogs-multiline-pattern": "(" },
      'awslogs could not parse multiline pattern key "(": error parsing regexp: missing closing ): `(`',
    ],
    [
      { "awslogs-endpoint": "https://logs.example.com" },
      "awslogs-endpoint https://logs.example.com is not supported by this host: it delivers to Roadstead's own CloudWatch Logs",
    ],
    [
      { "awslogs-credentials-endpoint": "/creds" },
      "awslogs-credentials-endpoint is not supported by this host: it delivers with its own credentials",
    ],
    [{ tag: "{{split .Name}}" }, "log opt 'tag': {{split .Name}} is not supported by this host"],
  ]
  for (const [options, text] of atStart) {
    const one = container("CREATED", options)
    await assert.rejects(hooks.beforeStart(onFargate(one)), { message: fargate(text) })
    const task = aTask({ containers: [one] })
    hooks.beforeCreateContainer(task, one)
    await assert.rejects(hooks.beforeStartContainer(task, one), { message: `${start}${text}` })
  }
  const unknown = container("CREATED", { colour: "red" })
  const text = "unknown log opt 'colour' for awslogs log driver"
  await assert.rejects(hooks.beforeStart(onFargate(unknown)), { message: fargate(text) })
  assert.throws(() => hooks.beforeCreateContainer(aTask({ containers: [unknown] }), unknown), {
    message: `CannotCreateContainerError: Error response from daemon: ${text}`,
  })
})

test("AWS's other doors to CloudWatch Logs, and our own, lead to ours", async (t) => {
  const { hooks, container, service } = setUp(t)
  for (const endpoint of [
    "https://logs.us-east-1.amazonaws.com",
    "logs-fips.us-gov-west-1.amazonaws.com",
    "https://vpce-0a1b-c2d3.logs.eu-west-1.vpce.amazonaws.com",
    "http://127.0.0.1:4566",
  ])
    await hooks.beforeStart(onFargate(container("CREATED", { "awslogs-endpoint": endpoint })))
  assert.equal(service.streams.size, 1)
})

test("FireLens fails clearly until it is there", async (t) => {
  const { hooks } = setUp(t)
  const one = aContainer({ known: "CREATED", logDriver: "awsfirelens" })
  await assert.rejects(hooks.beforeStart(onFargate(one)), /ResourceInitializationError: .*awsfirelens.* not supported/)
  assert.throws(
    () => hooks.beforeCreateContainer(aTask({ containers: [one] }), one),
    /CannotCreateContainerError: .*awsfirelens.* not supported/,
  )
})

test("the group is made when the options say so, and the stream may be there already", async (t) => {
  const { hooks, service, container } = setUp(t)
  service.groups.clear()
  for (let i = 0; i < 2; i++)
    await hooks.beforeStart(onFargate(container("CREATED", { "awslogs-create-group": "True" })))
  assert.deepEqual([...service.streams.keys()], [`${group} ${stream}`])
})

test("a group may be in another region than its task", async (t) => {
  const { hooks, service, container } = setUp(t)
  service.groups.add(group.replace("us-east-1", "eu-west-1"))
  await hooks.beforeStart(onFargate(container("CREATED", { "awslogs-region": "eu-west-1" })))
  assert.deepEqual([...service.streams.keys()], [`${group.replace("us-east-1", "eu-west-1")} ${stream}`])
})

test("without a prefix a stream on EC2 is named after the container, or as its tag says", async (t) => {
  const { hooks, service } = setUp(t)
  const made = async (options: Record<string, string>) => {
    const one = aContainer({ known: "CREATED", logDriver: "awslogs", logOptions: { "awslogs-group": "g", ...options } })
    const named = { ...one, runtimeId: "0123456789abcdef", runtimeName: "ecs-web-1" }
    await hooks.beforeStartContainer(aTask({ containers: [named] }), named)
    return [...service.streams.keys()].at(-1)?.slice(group.length + 1)
  }
  assert.equal(await made({}), "0123456789abcdef")
  assert.equal(await made({ tag: "{{.Name}}/{{ .ID }}" }), "ecs-web-1/0123456789ab")
  assert.equal(await made({ "awslogs-stream": "mine", tag: "{{.ID}}" }), "mine")
  const before = service.streams.size
  assert.equal(await made({ "awslogs-stream": "there already", "awslogs-create-stream": "false" }), "mine")
  assert.equal(service.streams.size, before)
})

test("a start waits for a control plane that is away", async (t) => {
  const { service, container, clock, checkpoint } = setUp(t)
  let away = true
  const call = ((operation: never, input: never) =>
    away ? Promise.reject(new Error("ECONNREFUSED")) : service.call(operation, input)) as typeof service.call
  const logs = createLogs({ service: machineService(call), checkpoint, clock, log: silentLog })
  const prepared = logs.hooks.beforeStart(onFargate(container("CREATED")))
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
