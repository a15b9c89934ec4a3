// Container logs on a real engine: what a container writes is in its stream once and in order, whoever dies meanwhile.
import assert from "node:assert/strict"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { delay } from "../../src/kernel/index.ts"
import { engineWithImage, fargateUser, idOf, shell } from "../support/live-fargate.ts"
import { withEngine } from "../support/namespace.ts"
import { killProcess } from "../support/processes.ts"
import { realClock } from "../support/real-clock.ts"
import { type RunningRoadstead, startUp } from "../support/up.ts"

const engine = await withEngine(import.meta.filename)
const docker = await engineWithImage(engine.socketPath)
let roadstead: RunningRoadstead
let user: ReturnType<typeof fargateUser>

before(async () => {
  roadstead = await startUp([
    ...["--port", "4566", "--data", join(engine.folder, "data"), "--docker-host", `unix://${engine.socketPath}`],
    ...["--log-format", "json"],
  ])
  user = fargateUser(roadstead.endpoint)
  await user.createCluster()
})
after(async () => {
  user?.close()
  await roadstead?.stop()
  docker.close()
})

const awslogs = (group: string) => ({
  logConfiguration: {
    logDriver: "awslogs" as const,
    options: { "awslogs-group": group, "awslogs-region": "us-east-1", "awslogs-stream-prefix": "p" },
  },
})

/** The control plane that was killed is back. */
const answers = async () => {
  const end = realClock.now() + 60_000
  while (realClock.now() < end) {
    if (await user.createCluster().catch(() => undefined)) return
    await delay(realClock, 100)
  }
  throw new Error("the control plane did not come back")
}

/** Asks for a stream's lines, also while the control plane is away, until `enough` of them are there. */
const linesOf = async (group: string, stream: string, enough: number): Promise<string[]> => {
  const many = enough > 1000
  const end = realClock.now() + (many ? 180_000 : 60_000)
  for (;;) {
    const lines = await user.lines(group, stream).catch(() => [] as string[])
    if (lines.length >= enough || realClock.now() > end) return lines
    // To read so many takes from those who write them.
    await delay(realClock, many ? 2_000 : 100)
  }
}

/** That nobody lost or doubled or changed places; shows the first line that did. */
const assertNumbered = (lines: readonly string[], total: number) => {
  const wrong = lines.findIndex((line, i) => line.split(" ")[0] !== String(i + 1))
  assert.equal(wrong, -1, `line ${wrong + 1} is ${lines[wrong]}, after ${lines[wrong - 1]}`)
  assert.equal(lines.length, total)
}

const numbered =
  "100,000 numbered lines are there once and in order, with the agent and the control plane killed meanwhile"
test(numbered, { timeout: 270_000 }, async () => {
  await user.createLogGroup("/live/many")
  const padding = "x".repeat(300)
  const arn = await user.start([
    shell(
      "main",
      `i=0; while [ $i -lt 100 ]; do seq $((i * 1000 + 1)) $((i * 1000 + 1000)) | sed "s/$/ ${padding}/"; sleep 0.1; i=$((i + 1)); done`,
      awslogs("/live/many"),
    ),
  ])
  await user.running(arn)
  const victims = ["agent-process", "control-plane-process", "agent-process", "control-plane-process"]
  for (const victim of victims) {
    await delay(realClock, 1_500)
    await killProcess(roadstead, victim)
  }
  await answers()
  const task = await user.stopped(arn)
  assert.equal(task.containers?.[0]?.exitCode, 0)
  assertNumbered(await linesOf("/live/many", `p/main/${idOf(arn)}`, 100_000), 100_000)
})

test("lines appear while the container runs", async () => {
  await user.createLogGroup("/live/slow")
  const arn = await user.start([shell("main", "echo one; sleep 3; echo two; sleep 1000", awslogs("/live/slow"))])
  const stream = `p/main/${idOf(arn)}`
  await user.running(arn)
  // A slow machine may have the second by then, but not the end of the container.
  assert.equal((await linesOf("/live/slow", stream, 1))[0], "one")
  assert.equal((await user.describe(arn)).lastStatus, "RUNNING")
  assert.deepEqual(await linesOf("/live/slow", stream, 2), ["one", "two"])
  await user.stop(arn)
})

test("a line of 300 kB and lines of both streams come through whole", async () => {
  await user.createLogGroup("/live/long")
  const arn = await user.start([
    shell("main", "head -c 300000 /dev/zero | tr '\\0' y; echo; echo err >&2; printf end", awslogs("/live/long")),
  ])
  await user.stopped(arn)
  const lines = await linesOf("/live/long", `p/main/${idOf(arn)}`, 4)
  // The two streams are pipes of their own: which of them Docker reads first is not ours to say.
  assert.ok(lines.includes("err"))
  const out = lines.filter((line) => line !== "err")
  assert.deepEqual(
    out.map((line) => line.length),
    [262_118, 300_000 - 262_118, 3],
  )
  assert.equal(out[2], "end")
})
