// Log drivers that are Docker's own, on a real engine: lines arrive where the task definition says, and what Docker cannot
// do fails the container in its words.
import assert from "node:assert/strict"
import { createSocket } from "node:dgram"
import { once } from "node:events"
import { existsSync, readFileSync } from "node:fs"
import { type AddressInfo, createServer } from "node:net"
import { join } from "node:path"
import { after, type TestContext, test } from "node:test"
import { gunzipSync } from "node:zlib"
import { openCheckpoint } from "../../src/agent/checkpoint/index.ts"
import { newCredentialsStore } from "../../src/agent/credentials.ts"
import { createTaskEngine } from "../../src/agent/engine/index.ts"
import type { ContainerSnapshot, TaskEngine, TaskSnapshot } from "../../src/agent/types.ts"
import { compileLogConfig } from "../../src/fleet/compile/log-drivers.ts"
import { silentLog } from "../../src/kernel/index.ts"
import { pauseImage } from "../../src/machines/index.ts"
import type { AcsTask } from "../../src/protocol/index.ts"
import { bridgeTask, container } from "../support/acs-task.ts"
import { withEngine } from "../support/namespace.ts"
import { realClock } from "../support/real-clock.ts"
import { owner, prepareHost } from "../support/task-host.ts"
import { testIds } from "../support/test-ids.ts"

const { socketPath, folder } = await withEngine(import.meta.filename)
const host = await prepareHost(socketPath)
const driver = host.driver()
const checkpoint = openCheckpoint(join(folder, "agent"), "default")
const engine: TaskEngine = createTaskEngine({
  driver,
  checkpoint,
  clock: realClock,
  ids: testIds(),
  log: silentLog,
  credentials: newCredentialsStore(),
  options: { owner, host: "logs", pauseImage, region: "us-east-1", stopTimeoutSeconds: 2, openFiles: 1024 },
})
await engine.start()
after(async () => {
  await engine.close()
  await driver.close()
  checkpoint.close()
  host.docker.close()
})

let tasks = 0
/** Runs `script` with a log driver until its task has stopped. */
const ended = async (
  logDriver: string,
  options: Record<string, string>,
  script: string,
): Promise<ContainerSnapshot> => {
  const LogConfig = compileLogConfig({ logDriver, options } as never, { suffix: "unused" })
  tasks += 1
  const hostConfig = { LogConfig, NetworkMode: "none" }
  const task = bridgeTask(100 + tasks, [container("main", { command: ["sh", "-c", script], hostConfig })], {
    networkMode: "none",
  })
  await engine.accept([task])
  const over = await stopped(task)
  const [main] = over.containers
  assert.equal(over.reason, undefined)
  assert.ok(main)
  return main
}
const stopped = ({ arn }: AcsTask): Promise<TaskSnapshot> =>
  new Promise((resolve) => {
    const look = (task: TaskSnapshot | undefined) => {
      if (task?.arn !== arn || task.known !== "STOPPED") return
      cancel()
      resolve(task)
    }
    const cancel = engine.onChange(({ task }) => look(task))
    look(engine.task(arn))
  })

/** A TCP server that keeps what it is sent. */
const tcp = async (t: TestContext) => {
  const chunks: Buffer[] = []
  let changed = () => {}
  const server = createServer((socket) => {
    socket.on("data", (data) => {
      chunks.push(data)
      changed()
    })
    socket.on("error", () => {})
  }).listen(0, "127.0.0.1")
  await once(server, "listening")
  t.after(() => server.close())
  return {
    port: (server.address() as AddressInfo).port,
    /** What has come, when it matches. */
    received: (what: RegExp): Promise<string> =>
      new Promise((resolve) => {
        changed = () => {
          const text = Buffer.concat(chunks).toString("utf8")
          if (what.test(text)) resolve(text)
        }
        changed()
      }),
  }
}

test("syslog gets lines with the tag and the facility that were asked for", { timeout: 120_000 }, async (t) => {
  const { port, received } = await tcp(t)
  const options = {
    "syslog-address": `tcp://127.0.0.1:${port}`,
    "syslog-facility": "local3",
    "syslog-format": "rfc5424",
    tag: "shop/{{.Name}}",
  }
  const main = await ended("syslog", options, "echo to syslog; echo trouble >&2")
  assert.equal(main.exitCode, 0)
  const text = await received(/to syslog[\s\S]*trouble|trouble[\s\S]*to syslog/)
  // local3 is 19: informational 19×8+6, error 19×8+3.
  assert.match(text, /^<158>1 .* shop\/ecs-.* to syslog$/m)
  assert.match(text, /^<155>1 .* trouble$/m)
})

test("gelf gets messages", { timeout: 120_000 }, async (t) => {
  const socket = createSocket("udp4")
  const messages: { short_message: string; _container_name: string; _env: string }[] = []
  const first = new Promise<void>((resolve) => {
    socket.on("message", (data) => {
      messages.push(JSON.parse(gunzipSync(data).toString("utf8")))
      resolve()
    })
  })
  socket.bind(0, "127.0.0.1")
  await once(socket, "listening")
  t.after(() => socket.close())
  await ended("gelf", { "gelf-address": `udp://127.0.0.1:${socket.address().port}` }, "echo to gelf")
  await first
  assert.equal(messages[0]?.short_message, "to gelf")
  assert.match(messages[0]?._container_name ?? "", /^ecs-/)
})

test("fluentd gets records with their tag, also through a non-blocking logger", { timeout: 120_000 }, async (t) => {
  const { port, received } = await tcp(t)
  const options = { "fluentd-address": `127.0.0.1:${port}`, tag: "shop.web", mode: "non-blocking" }
  const main = await ended("fluentd", options, "echo to fluentd")
  const text = await received(/to fluentd/)
  // A record is an array that begins with its tag; strings of MessagePack stand there as they are.
  assert.ok(text.includes("shop.web") && text.includes("container_name") && text.includes("stdout"))
  const { body } = await host.docker.request<{ HostConfig: { LogConfig: object } }>(
    "GET",
    `/containers/${main.runtimeId}/json`,
  )
  assert.deepEqual(body.HostConfig.LogConfig, {
    Type: "fluentd",
    Config: { ...options, "max-buffer-size": "10m" },
  })
})

test("json-file keeps as many files of the size that was asked for", { timeout: 120_000 }, async () => {
  const main = await ended("json-file", { "max-size": "10k", "max-file": "3" }, "seq 1 2000")
  const path = main.logPath ?? ""
  assert.ok(existsSync(`${path}.2`) && !existsSync(`${path}.3`))
  assert.match(readFileSync(path, "utf8"), /"2000\\n"/)
})

test("local keeps lines, and none keeps nothing", { timeout: 120_000 }, async () => {
  const logs = async ({ runtimeId }: ContainerSnapshot) =>
    host.docker.request("GET", `/containers/${runtimeId}/logs?stdout=true`).then(
      ({ body }) => JSON.stringify(body),
      (error: Error) => error.message,
    )
  assert.match(await logs(await ended("local", {}, "echo to local")), /to local/)
  const none = await ended("none", {}, "echo to nowhere")
  assert.equal(none.exitCode, 0)
  assert.match(await logs(none), /does not support reading/)
})

test("what Docker refuses when it makes a container, or cannot do when it starts one, is the reason", async () => {
  const unknown = await ended("syslog", { colour: "red" }, "true")
  assert.equal(
    unknown.reason,
    "CannotCreateContainerError: Error response from daemon: unknown log opt 'colour' for syslog log driver",
  )
  const nobody = await ended("no-such-driver", {}, "true")
  assert.match(
    nobody.reason ?? "",
    /^CannotCreateContainerError: Error response from daemon: .*no-such-driver.*not found/,
  )
  const away = await ended("syslog", { "syslog-address": "tcp://127.0.0.1:9" }, "true")
  assert.match(
    away.reason ?? "",
    /^CannotStartContainerError: Error response from daemon: .*failed to initialize logging driver: .*connection refused/,
  )
  const journal = await ended("journald", {}, "true")
  if (existsSync("/run/systemd/journal/socket")) assert.equal(journal.exitCode, 0)
  else assert.match(journal.reason ?? "", /^CannotStartContainerError: .*journald is not enabled on this host/)
})
