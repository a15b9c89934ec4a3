// Prepared sandboxes on real containers: each goes to one task, none survives its agent, and `down` leaves none.
import assert from "node:assert/strict"
import { join } from "node:path"
import { after, describe, test } from "node:test"
import type { Task } from "@aws-sdk/client-ecs"
import { delay } from "../../src/kernel/index.ts"
import { addressOf, engineWithImage, fargateUser, shell } from "../support/live-fargate.ts"
import { withEngine } from "../support/namespace.ts"
import { killAll } from "../support/processes.ts"
import { realClock } from "../support/real-clock.ts"
import { down, type RunningRoadstead, startUp } from "../support/up.ts"

const engine = await withEngine(import.meta.filename)
const docker = await engineWithImage(engine.socketPath)
const data = join(engine.folder, "data")
const up = () =>
  startUp([
    ...["--port", "4571", "--data", data, "--docker-host", `unix://${engine.socketPath}`],
    "--log-format",
    "json",
  ])

let roadstead: RunningRoadstead = await up()
const user = fargateUser(roadstead.endpoint)
await user.createCluster()
after(async () => {
  user.close()
  await roadstead.stop()
  docker.close()
})

interface Listed {
  readonly Id: string
  readonly Names: readonly string[]
  readonly Labels: Readonly<Record<string, string>>
}
const label = "io.roadstead.sandbox"
const listed = async (): Promise<readonly Listed[]> => {
  const filters = JSON.stringify({ label: [label] })
  return (await docker.request<Listed[]>("GET", "/containers/json", { query: { all: true, filters } })).body
}
const waiting = async () => (await listed()).filter((one) => one.Names[0]?.startsWith("/roadstead-"))
/** Waits until so many are waiting for a task. */
const prepared = async (atLeast: number): Promise<readonly Listed[]> => {
  const end = realClock.now() + 60_000
  for (;;) {
    const all = await waiting()
    if (all.length >= atLeast) return all
    if (realClock.now() > end) assert.fail(`${all.length} sandboxes are ready`)
    await delay(realClock, 100)
  }
}
const eniOf = (task: Task): string =>
  task.attachments?.[0]?.details?.find((detail) => detail.name === "networkInterfaceId")?.value ?? ""
/** The container whose network the task's container is in. */
const sandboxOf = async (task: Task): Promise<string> => {
  const id = task.containers?.[0]?.runtimeId ?? ""
  const { body } = await docker.request<{ HostConfig: { NetworkMode: string } }>("GET", `/containers/${id}/json`)
  return body.HostConfig.NetworkMode.replace("container:", "")
}
/** The address that a task's container has on its VPC's network, asked in the container. */
const checkOwn = async (tasks: readonly Task[]): Promise<void> => {
  assert.equal(new Set(tasks.map(eniOf)).size, tasks.length)
  assert.equal(new Set(tasks.map(addressOf)).size, tasks.length)
  const names = await Promise.all(tasks.map(sandboxOf))
  assert.equal(new Set(names).size, tasks.length, "no two tasks share a sandbox")
  for (const [i, name] of names.entries()) {
    const { body } = await docker.request<{
      Config: { Labels: Record<string, string> }
      NetworkSettings: { Networks: Record<string, { IPAddress: string }> }
    }>("GET", `/containers/${name}/json`)
    const task = tasks[i] ?? assert.fail()
    const sandbox = body.Config.Labels[label]
    if (sandbox !== undefined) assert.equal(sandbox, eniOf(task))
    const addresses = Object.values(body.NetworkSettings.Networks).map((one) => one.IPAddress)
    assert.ok(addresses.includes(addressOf(task)))
  }
}
const sleeper = shell("main", "trap 'exit 0' TERM; while true; do sleep 0.1; done", { stopTimeout: 2 })

describe("prepared sandboxes", () => {
  test("ten tasks one after another and ten at once have one each of their own", async () => {
    const definition = await user.register([sleeper])
    const tasks: Task[] = []
    let used = 0
    for (let n = 0; n < 10; n += 1) {
      const before = n === 0 ? [] : await prepared(1)
      const [arn = ""] = await user.run(definition)
      const task = await user.running(arn)
      if (before.some((one) => one.Labels[label] === eniOf(task))) used += 1
      tasks.push(task)
    }
    assert.equal(used, 9, "every task but the first got one that was ready")
    const arns = await user.run(definition, 10)
    tasks.push(...(await Promise.all(arns.map(user.running))))
    await checkOwn(tasks)
    for (const task of tasks) await user.stop(task.taskArn ?? "")
    await Promise.all(tasks.map((task) => user.stopped(task.taskArn ?? "")))
  })

  test("after everything was killed those of tasks go on, the others are swept, and new tasks get new ones", async () => {
    const definition = await user.register([sleeper])
    const [arn = ""] = await user.run(definition)
    const task = await user.running(arn)
    const before = await prepared(1)
    await killAll(roadstead)
    roadstead = await up()
    assert.equal(await sandboxOf(await user.running(arn)), await sandboxOf(task))
    await prepared(1)
    const ids = new Set((await listed()).map((one) => one.Id))
    assert.ok(
      before.every((one) => !ids.has(one.Id)),
      "those of the agent that was killed are gone",
    )
    const others = await user.run(definition, 10)
    await checkOwn([task, ...(await Promise.all(others.map(user.running)))])
    for (const one of [arn, ...others]) await user.stop(one)
    await Promise.all([arn, ...others].map(user.stopped))
  })

  test("down leaves none", async () => {
    await prepared(1)
    await roadstead.stop()
    assert.equal(await down(data), 0)
    assert.deepEqual(await listed(), [])
  })
})
