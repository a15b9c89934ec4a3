// A control plane that starts over 100,000 running tasks answers as it does over one: every task is there, each is as it
// was, the counts are right, and it goes on from there.
import assert from "node:assert/strict"
import { rmSync } from "node:fs"
import { after, test } from "node:test"
import {
  DescribeClustersCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  paginateListTasks,
  StopTaskCommand,
} from "@aws-sdk/client-ecs"
import { makeLargeStore, newFolder } from "../support/large-store.ts"
import { startLoneControlPlane } from "../support/lone-control-plane.ts"

const count = 100_000
const data = newFolder()
const arns = await makeLargeStore(data, count)
const controlPlane = await startLoneControlPlane(data)
const ecs = new ECSClient({
  endpoint: `http://127.0.0.1:${controlPlane.port}`,
  region: "us-east-1",
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
})
after(async () => {
  ecs.destroy()
  await controlPlane.stop()
  rmSync(data, { recursive: true, force: true })
})

test("the first questions are answered rightly while the keys are still looked at", async () => {
  const asked = [0, 1, 4_999, 5_000, 77_777, count - 1].map((i) => arns[i] ?? "")
  const { tasks, failures } = await ecs.send(new DescribeTasksCommand({ tasks: asked }))
  assert.deepEqual(failures, [])
  assert.deepEqual(
    tasks?.map((task) => [task.taskArn, task.lastStatus, task.desiredStatus, task.containers?.length]),
    asked.map((arn) => [arn, "RUNNING", "RUNNING", 1]),
  )
  const { clusters } = await ecs.send(new DescribeClustersCommand({}))
  assert.deepEqual([clusters?.[0]?.runningTasksCount, clusters?.[0]?.pendingTasksCount], [count, 0])
})

test("the pages of ListTasks show every task once", async () => {
  const listed: string[] = []
  for await (const { taskArns = [] } of paginateListTasks({ client: ecs, pageSize: 100 }, {})) listed.push(...taskArns)
  assert.equal(listed.length, count)
  assert.deepEqual(listed.toSorted(), arns.toSorted())
})

test("filters find their tasks and no others", async () => {
  const family = async (name: string) => (await ecs.send(new ListTasksCommand({ family: name }))).taskArns ?? []
  assert.equal((await family("bench")).length, 100)
  assert.deepEqual(await family("other"), [])
  assert.deepEqual((await ecs.send(new ListTasksCommand({ desiredStatus: "STOPPED" }))).taskArns, [])
})

test("a task that is stopped leaves the list of running ones at once, and the others stay", async () => {
  const [, arn] = arns
  await ecs.send(new StopTaskCommand({ task: arn }))
  const { taskArns } = await ecs.send(new ListTasksCommand({ desiredStatus: "STOPPED" }))
  assert.deepEqual(taskArns, [arn])
  const { clusters } = await ecs.send(new DescribeClustersCommand({}))
  assert.equal(clusters?.[0]?.runningTasksCount, count - 1)
})

test("memory stays within 10 kB a task", () => {
  assert.ok(controlPlane.memory() < 100 + count / 100, `${controlPlane.memory().toFixed(0)} MB`)
})
