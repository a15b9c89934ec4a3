// A container's lines arrive in its stream once and in order, whatever happens to the file, the service and the follower.
import assert from "node:assert/strict"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type TestContext, test } from "node:test"
import { TestClock } from "../../../../test/support/test-clock.ts"
import { testIds } from "../../../../test/support/test-ids.ts"
import { type Log, silentLog } from "../../../kernel/index.ts"
import { memoryCheckpoint } from "../../checkpoint/index.ts"
import type { ContainerSnapshot, TaskSnapshot } from "../../types.ts"
import type { Follower } from "../follower.ts"
import { jsonFileWriter } from "../testing/json-file-writer.ts"
import { fakeLogService } from "../testing/log-service.ts"
import { followAwslogs } from "./follower.ts"
import { machineService } from "./log-service.ts"

const group = "arn:aws:logs:us-east-1:000000000000:log-group:g"
const streamKey = `${group} web/app/abc`
const container = (logOptions: Record<string, string> = {}): ContainerSnapshot => ({
  name: "app",
  definition: {
    name: "app",
    image: "i",
    cpu: 0,
    memory: 0,
    essential: true,
    dockerConfig: { config: "{}", hostConfig: "{}" },
  },
  type: "NORMAL",
  known: "RUNNING",
  desired: "RUNNING",
  metadataId: "m",
  runtimeId: "r1",
  labels: {},
  mounts: [],
  logDriver: "awslogs",
  logOptions: { "awslogs-group": "g", "awslogs-stream-prefix": "web", ...logOptions },
})
const arn = "arn:aws:ecs:us-east-1:000000000000:task/c/abc"
const task: TaskSnapshot = {
  arn,
  definition: { arn, desiredStatus: "RUNNING" },
  known: "RUNNING",
  desired: "RUNNING",
  containers: [],
  linkAddresses: [],
}

const setUp = (t: TestContext, rotation?: { maxSize: number; maxFiles: number }) => {
  const folder = mkdtempSync(join(tmpdir(), "follower-"))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, "r1-json.log")
  const clock = new TestClock()
  const service = fakeLogService([group])
  const checkpoint = memoryCheckpoint("c")
  const said: { message: string; lines?: unknown }[] = []
  const note: Log["warn"] = (message, fields) => void said.push({ message, lines: fields?.lines })
  const log: Log = { ...silentLog, warn: note, error: note, child: () => log }
  const follow = (options: Record<string, string> = {}): Follower => {
    const follower = followAwslogs(
      { task, container: container(options), runtimeId: "r1", path },
      { service: machineService(service.call), checkpoint, clock, log },
    )
    assert.ok(follower)
    t.after(() => follower.close())
    return follower
  }
  const arrived = () => service.streams.get(streamKey) ?? []
  /** File reads are real and take turns of the event loop; virtual time goes on until they led to what we want. */
  const until = async (condition: () => boolean) => {
    for (let turn = 0; turn < 200_000; turn++) {
      if (condition()) return
      await clock.advance(20)
    }
    assert.fail(`not reached; ${arrived().length} lines arrived`)
  }
  const finished = async (follower: Follower) => {
    let done = false
    const end = follower.finish().then(() => {
      done = true
    })
    await until(() => done)
    await end
  }
  return {
    path,
    clock,
    service,
    checkpoint,
    follow,
    until,
    arrived,
    finished,
    said,
    writer: jsonFileWriter(path, rotation),
  }
}

test("lines appear while the container runs, and the last one without a newline at its end", async (t) => {
  const { writer, follow, until, arrived, finished } = setUp(t)
  writer.write("one")
  const follower = follow()
  await until(() => arrived().length === 1)
  writer.write("two")
  await until(() => arrived().length === 2)
  writer.write("three", { newline: false })
  await finished(follower)
  assert.deepEqual(arrived(), ["one", "two", "three"])
})

test("a message that Docker split is one event again, and stderr may come in between", async (t) => {
  const { writer, follow, arrived, finished } = setUp(t)
  const long = "x".repeat(40_000)
  writer.write(long.slice(0, 16_384), { newline: false })
  writer.write("error", { stream: "stderr" })
  writer.write(long.slice(16_384))
  writer.write("")
  await finished(follow())
  assert.deepEqual(arrived(), ["error", long])
})

test("a message of more than 256 KiB is split where AWS splits it, and no character is cut", async (t) => {
  const { writer, follow, arrived, finished } = setUp(t)
  const long = "é".repeat(200_000)
  writer.write(long)
  await finished(follow())
  assert.ok(arrived().length >= 2)
  assert.equal(arrived().join(""), long)
  assert.equal(Buffer.byteLength(arrived()[0] ?? ""), 262_118)
})

test("times that go back are lifted, because the service takes only batches in order", async (t) => {
  const { writer, follow, arrived, finished, service } = setUp(t)
  writer.write("a", { time: 2_000 })
  writer.write("b", { time: 1_000, stream: "stderr" })
  await finished(follow())
  assert.deepEqual(arrived(), ["a", "b"])
  assert.deepEqual(service.calls.at(-1)?.input.logEvents, [
    { timestamp: 2_000, message: "a" },
    { timestamp: 2_000, message: "b" },
  ])
})

test("a batch holds at most 10,000 events and 1 MiB with 26 bytes for each", async (t) => {
  const { writer, follow, arrived, finished, service } = setUp(t)
  for (let i = 0; i < 10_050; i++) writer.write("s")
  for (let i = 0; i < 30; i++) writer.write("y".repeat(100_000))
  await finished(follow())
  assert.equal(arrived().length, 10_080)
  for (const { operation, input } of service.calls) {
    if (operation !== "PutLogEvents") continue
    const events = input.logEvents as { message: string }[]
    assert.ok(events.length <= 10_000)
    assert.ok(events.reduce((sum, e) => sum + e.message.length + 26, 0) <= 1_048_576)
  }
})

test("lines written while nobody followed arrive afterwards, also across a rotation", async (t) => {
  const { writer, follow, until, arrived, finished } = setUp(t)
  writer.write("before")
  const first = follow()
  await until(() => arrived().length === 1)
  first.close()
  writer.write("meanwhile")
  writer.rotate()
  writer.write("after rotation")
  await finished(follow())
  assert.deepEqual(arrived(), ["before", "meanwhile", "after rotation"])
})

test("an answer that was lost does not double its lines", async (t) => {
  const { writer, follow, arrived, finished, service } = setUp(t)
  const fates = ["unanswered", "lost", "unanswered"] as const
  let n = 0
  service.fate = () => fates[n++] ?? "fine"
  for (let i = 0; i < 50; i++) writer.write(`line ${i}`)
  await finished(follow())
  assert.deepEqual(
    arrived(),
    Array.from({ length: 50 }, (_, i) => `line ${i}`),
  )
})

test("a stream that was deleted is made again, and what it had is not sent again", async (t) => {
  const { writer, follow, until, arrived, finished, service } = setUp(t)
  writer.write("one")
  const follower = follow()
  await until(() => arrived().length === 1)
  service.streams.delete(streamKey)
  writer.write("two")
  await finished(follower)
  assert.deepEqual(arrived(), ["two"])
})

test("when the group is gone for good the last lines are given up and the follower ends", async (t) => {
  const { writer, follow, arrived, finished, service } = setUp(t)
  service.groups.clear()
  writer.write("nowhere")
  await finished(follow())
  assert.deepEqual(arrived(), [])
})

test("100,000 numbered lines arrive once and in order through rotation, lost answers and followers killed at any moment", async (t) => {
  const { path, writer, follow, until, arrived, finished, service, checkpoint } = setUp(t, {
    maxSize: 1_000_000,
    maxFiles: 40,
  })
  const ids = testIds(7)
  service.fate = () => (["lost", "unanswered"] as const)[ids.below(12)] ?? "fine"
  const total = 100_000
  let written = 0
  let follower = follow()
  let kills = 0
  // A checkpoint that lags, as a crash of the machine leaves it.
  let older = checkpoint.logPosition("r1")
  while (written < total) {
    const burst = Math.min(total - written, 1 + ids.below(4_000))
    for (let i = 0; i < burst; i++)
      writer.write(`${written++} ${"z".repeat(written % 97 === 0 ? 20_000 : 40)}`, {
        stream: i % 3 === 0 ? "stderr" : "stdout",
      })
    const wanted = arrived().length + ids.below(burst + 1)
    if (ids.below(3) > 0) await until(() => arrived().length >= Math.min(wanted, written))
    if (ids.below(3) > 0) continue
    follower.close()
    kills++
    if (ids.below(4) === 0 && older) checkpoint.saveLogPosition("r1", older)
    older = checkpoint.logPosition("r1")
    follower = follow()
  }
  await finished(follower)
  assert.ok(kills > 5, `only ${kills} kills`)
  assert.ok(existsSync(`${path}.5`), "the file was rotated")
  assert.equal(arrived().length, total)
  const numbers = arrived().map((line) => line.slice(0, line.indexOf(" ")))
  assert.equal(
    numbers.findIndex((number, i) => number !== String(i)),
    -1,
  )
})

const multiline = { "awslogs-multiline-pattern": "^START" }

test("lines of one event arrive as one, when the next begins, when it has waited long enough, or at the end", async (t) => {
  const { writer, follow, until, arrived, finished, clock } = setUp(t)
  // Written before anybody reads: a read in the middle would let virtual time pass before the rest.
  for (const line of ["START 1", " at a", "", " at b", "START 2"]) writer.write(line)
  const follower = follow(multiline)
  await until(() => arrived().length === 1)
  assert.deepEqual(arrived(), ["START 1\n at a\n\n at b\n"])
  const since = clock.now()
  await until(() => arrived().length === 2)
  assert.ok(clock.now() - since >= 4_000, "it was kept back for Docker's five seconds")
  writer.write("late")
  await until(() => arrived().length === 3)
  follower.close()
  writer.write("START 3")
  writer.write("end", { newline: false })
  await finished(follow(multiline))
  assert.deepEqual(arrived().slice(1), ["START 2\n", "late\n", "START 3\nend\n"])
})

test("an event is finished after the interval that was asked for", async (t) => {
  const { writer, follow, until, arrived, clock } = setUp(t)
  writer.write("START")
  follow({ ...multiline, "awslogs-force-flush-interval-seconds": "60" })
  const since = clock.now()
  await until(() => arrived().length === 1)
  assert.ok(clock.now() - since >= 60_000)
})

test("no line of events is lost or doubled when followers are killed and the service forgets to answer", async (t) => {
  const { writer, follow, until, arrived, finished, service, checkpoint } = setUp(t, { maxSize: 200_000, maxFiles: 40 })
  const ids = testIds(11)
  service.fate = () => (["lost", "unanswered"] as const)[ids.below(10)] ?? "fine"
  const total = 6_000
  let written = 0
  let follower = follow(multiline)
  let older = checkpoint.logPosition("r1")
  while (written < total) {
    const burst = Math.min(total - written, 1 + ids.below(300))
    for (let i = 0; i < burst; i++) {
      const number = written++
      writer.write(`${ids.below(5) === 0 ? "START" : " at"} ${number} ${"z".repeat(number % 89 === 0 ? 30_000 : 20)}`, {
        stream: ids.below(3) === 0 ? "stderr" : "stdout",
      })
    }
    if (ids.below(2) > 0) await until(() => arrived().join("").length > written * 10)
    if (ids.below(2) > 0) continue
    follower.close()
    if (ids.below(3) === 0 && older) checkpoint.saveLogPosition("r1", older)
    older = checkpoint.logPosition("r1")
    follower = follow(multiline)
  }
  await finished(follower)
  const lines = arrived().flatMap((event) => event.trimEnd().split("\n"))
  assert.equal(
    lines.findIndex((line, i) => line.trim().split(" ")[1] !== String(i)),
    -1,
  )
  assert.equal(lines.length, total)
})

const numbers = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => `${from + i} ${"n".repeat(90)}`)

test("a non-blocking logger drops the newest lines while it is refused, counts them, and goes on afterwards", async (t) => {
  const { writer, follow, until, arrived, finished, service, said } = setUp(t)
  const follower = follow({ mode: "non-blocking", "max-buffer-size": "10k" })
  writer.write("first")
  await until(() => arrived().length === 1)
  service.fate = () => "denied"
  writer.write("second")
  await until(() => said.filter(({ message }) => message.startsWith("Log lines could not")).length >= 2)
  for (const line of numbers(0, 1_000)) writer.write(line)
  await until(() => said.some(({ message }) => message.startsWith("Log lines are dropped")))
  // All of it is read: what the file still holds is nobody's buffer.
  const puts = () => service.calls.filter(({ operation }) => operation === "PutLogEvents")
  const before = puts().length
  await until(() => puts().length > before + 8)
  service.fate = () => "fine"
  await until(() => arrived().length > 1)
  writer.write("after")
  await finished(follower)
  const kept = arrived().slice(2, -1)
  assert.deepEqual([...arrived().slice(0, 2), arrived().at(-1)], ["first", "second", "after"])
  assert.deepEqual(kept, numbers(0, 1_000).slice(0, kept.length))
  assert.ok(kept.length > 50 && kept.join("").length <= 10 * 1024, `${kept.length} were kept`)
  assert.deepEqual(
    said.filter(({ message }) => message === "Log lines were dropped").map(({ lines }) => lines),
    [1_000 - kept.length],
  )
})

test("a non-blocking logger loses nothing to a control plane that is away for a while, and drops after a minute", async (t) => {
  const { writer, follow, until, arrived, finished, service, said, clock } = setUp(t)
  const follower = follow({ mode: "non-blocking", "max-buffer-size": "1k" })
  service.fate = () => "lost"
  for (const line of numbers(0, 500)) writer.write(line)
  await clock.advance(30_000)
  service.fate = () => "fine"
  await until(() => arrived().length === 500)
  assert.deepEqual(arrived(), numbers(0, 500))
  service.fate = () => "lost"
  const before = said.length
  writer.write("last")
  await until(() => said.length > before)
  const since = clock.now()
  await until(() => clock.now() - since > 75_000)
  for (const line of numbers(500, 100)) writer.write(line)
  await until(() => said.some(({ message }) => message.startsWith("Log lines are dropped")))
  service.fate = () => "fine"
  await finished(follower)
  assert.ok(arrived().length < 600 && arrived().includes("last"))
})

test("a blocking logger loses nothing while it is refused: the file keeps what comes", async (t) => {
  const { writer, follow, arrived, until, finished, service, said } = setUp(t)
  service.fate = () => "denied"
  const follower = follow({ mode: "blocking" })
  const lines = Array.from({ length: 120 }, (_, i) => `${i} ${"b".repeat(100_000)}`)
  for (const line of lines) writer.write(line)
  await until(() => said.length > 5)
  service.fate = () => "fine"
  await finished(follower)
  assert.deepEqual(arrived(), lines)
})

test("lines written while the group was gone arrive when somebody has made it again", async (t) => {
  const { writer, follow, until, arrived, finished, service, said } = setUp(t)
  const follower = follow()
  writer.write("one")
  await until(() => arrived().length === 1)
  service.groups.clear()
  service.streams.clear()
  writer.write("two")
  await until(() => said.length > 4)
  assert.match(said[0]?.message ?? "", /could not be delivered/)
  service.groups.add(group)
  await finished(follower)
  assert.deepEqual(arrived(), ["two"])
})
