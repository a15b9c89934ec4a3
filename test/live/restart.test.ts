// Roadstead's own processes die and come back while tasks run: containers go on, and what happened meanwhile is told.
import assert from "node:assert/strict"
import { rmSync } from "node:fs"
import { join } from "node:path"
import { after, describe, test } from "node:test"
import { delay } from "../../src/kernel/index.ts"
import { engineWithImage, fargateUser, idOf, shell } from "../support/live-fargate.ts"
import { withEngine } from "../support/namespace.ts"
import { killAll, killProcess } from "../support/processes.ts"
import { realClock } from "../support/real-clock.ts"
import { type RunningRoadstead, startUp } from "../support/up.ts"

const engine = await withEngine(import.meta.filename)
const docker = await engineWithImage(engine.socketPath)
const up = () =>
  startUp([
    ...["--port", "4570", "--data", join(engine.folder, "data"), "--docker-host", `unix://${engine.socketPath}`],
    ...["--log-format", "json"],
  ])

let roadstead: RunningRoadstead = await up()
const user = fargateUser(roadstead.endpoint)
await user.createCluster()
after(async () => {
  user.close()
  await roadstead.stop()
  docker.close()
})

/** The runtime ids of all user containers on the engine. */
const containerIds = async (): Promise<string[]> => {
  const { body } = await docker.request<{ Id: string; Names: string[] }[]>("GET", "/containers/json")
  return body
    .filter((c) => !c.Names[0]?.includes("internalecspause"))
    .map((c) => c.Id)
    .toSorted()
}
const runtimeIds = async (arns: readonly string[]): Promise<string[]> =>
  (await Promise.all(arns.map(user.describe))).map((task) => task.containers?.[0]?.runtimeId ?? "").toSorted()

const sleeper = shell("main", "trap 'exit 0' TERM; while true; do sleep 0.1; done")

describe("with everything killed while five tasks run", () => {
  test("the next start has the same containers, and knows how one died meanwhile", async () => {
    const arns = await user.run(await user.register([sleeper]), 5)
    await Promise.all(arns.map(user.running))
    const before = await containerIds()
    assert.equal(before.length, 5)
    assert.deepEqual(await runtimeIds(arns), before)

    await killAll(roadstead)
    const victim = (await docker.request<{ Id: string }[]>("GET", "/containers/json")).body.find(
      (c) => c.Id === before[0],
    )
    assert.ok(victim, "containers go on without Roadstead")
    await docker.request("POST", `/containers/${victim.Id}/kill`)

    roadstead = await up()
    const tasks = await Promise.all(arns.map(user.describe))
    const killed = tasks.find((task) => task.containers?.[0]?.runtimeId === before[0])
    assert.ok(killed?.taskArn, "the same task has the same container")
    const stopped = await user.stopped(killed.taskArn)
    assert.deepEqual([stopped.stopCode, stopped.containers?.[0]?.exitCode], ["EssentialContainerExited", 137])
    for (const task of tasks) {
      if (task.taskArn === killed.taskArn) continue
      assert.equal(task.lastStatus, "RUNNING")
    }
    assert.deepEqual(await containerIds(), before.slice(1))
    for (const arn of arns) await user.stop(arn)
    await Promise.all(arns.map(user.stopped))
  })
})

test("tasks of an agent that has lost its memory are stopped, in the records and on the engine", async () => {
  const [arn = ""] = await user.run(await user.register([sleeper]))
  await user.running(arn)
  await killAll(roadstead)
  rmSync(join(engine.folder, "data", "agent"), { recursive: true })
  roadstead = await up()
  const task = await user.stopped(arn)
  assert.equal(task.stopCode, "InfrastructureHealth")
  // The records know it when the agent registers anew; the engine is cleaned up beside that.
  await retried(async () => assert.deepEqual(await containerIds(), []))
})

for (const name of ["agent-process", "control-plane-process"] as const) {
  test(`a ${name} that is killed comes back, and tasks started meanwhile or before are as they should be`, async () => {
    const definition = await user.register([sleeper])
    const [first = ""] = await user.run(definition)
    const running = await user.running(first)
    await killProcess(roadstead, name)
    // The SDK tries again while the control plane is away.
    const [second = ""] = await retried(() => user.run(definition))
    await user.running(second)
    const again = await user.describe(first)
    assert.deepEqual(
      [again.lastStatus, again.containers?.[0]?.runtimeId],
      ["RUNNING", running.containers?.[0]?.runtimeId],
    )
    assert.equal((await containerIds()).length, 2, "nothing runs twice")
    for (const arn of [first, second]) await user.stop(arn)
    for (const arn of [first, second]) await user.stopped(arn)
  })
}

test("100,000 numbered lines arrive once and in order across kills of agent and control plane", async () => {
  await user.createLogGroup("/live/many")
  const awslogs = { "awslogs-group": "/live/many", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "n" }
  const count = 100_000
  const arn = await user.start([
    shell("main", `i=0; while [ $i -lt ${count} ]; do i=$((i+1)); echo "line $i"; done; echo done`, {
      logConfiguration: { logDriver: "awslogs", options: awslogs },
    }),
  ])
  const end = realClock.now() + 120_000
  const kills = ["agent-process", "control-plane-process", "agent-process", "control-plane-process"] as const
  for (const name of kills) {
    await delay(realClock, 400)
    await killProcess(roadstead, name)
  }
  const stream = `n/main/${idOf(arn)}`
  for (;;) {
    const task = await retried(() => user.describe(arn))
    if (task.lastStatus === "STOPPED") break
    assert.ok(realClock.now() < end, `the task is still ${task.lastStatus}`)
    await delay(realClock, 200)
  }
  const lines = await user.lines("/live/many", stream)
  assert.equal(lines.length, count + 1)
  const wrong = lines.findIndex((line, i) => line !== (i === count ? "done" : `line ${i + 1}`))
  assert.equal(wrong, -1, `line ${wrong + 1} is ${lines[wrong]}`)
})

/** Repeats what fails because nobody listens for a moment. */
async function retried<T>(work: () => Promise<T>): Promise<T> {
  const end = realClock.now() + 60_000
  for (;;) {
    try {
      return await work()
    } catch (thrown) {
      if (realClock.now() > end) throw thrown
      await delay(realClock, 100)
    }
  }
}
