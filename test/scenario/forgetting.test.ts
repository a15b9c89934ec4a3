// What ECS forgets on the virtual clock: deleted clusters, and task definitions whose deletion was asked for.
import assert from "node:assert/strict"
import { test } from "node:test"
import { controllers, startControllers } from "../../src/controllers/index.ts"
import { silentLog } from "../../src/kernel/index.ts"
import { ecsArn, fargateDefinition, runWeb, scope, withWeb } from "../support/ecs-harness.ts"

const hour = 60 * 60 * 1000

const setUp = async () => {
  const harness = await withWeb()
  const { state, gate, clock } = harness
  startControllers({ state, gate, clock, log: silentLog, controllers: controllers(scope) })
  await clock.advance(0)
  return harness
}

test("a deleted cluster is described as INACTIVE for an hour, and is MISSING then", async () => {
  const { call, refuses, clock } = await setUp()
  await call("DeleteCluster", { cluster: "default" })
  await clock.advance(hour - 1)
  assert.equal((await call("DescribeClusters", {})).clusters?.[0]?.status, "INACTIVE")
  await refuses("ListTasks", {}, "ClusterNotFoundException", "The referenced cluster was inactive.")
  await clock.advance(1)
  assert.deepEqual((await call("DescribeClusters", {})).failures, [
    { arn: ecsArn("cluster/default"), reason: "MISSING" },
  ])
  await refuses("ListTasks", {}, "ClusterNotFoundException", "Cluster not found.")
})

test("a cluster that was made again is not forgotten with the one that was deleted", async () => {
  const { call, clock } = await setUp()
  await call("DeleteCluster", { cluster: "default" })
  await clock.advance(hour / 2)
  await call("CreateCluster", {})
  await clock.advance(hour)
  assert.equal((await call("DescribeClusters", {})).clusters?.[0]?.status, "ACTIVE")
  await call("DeleteCluster", { cluster: "default" })
  await clock.advance(hour - 1)
  assert.equal((await call("DescribeClusters", {})).clusters?.[0]?.status, "INACTIVE")
})

test("a deleted task definition is DELETE_IN_PROGRESS for an hour and as long as a task uses it", async () => {
  const { call, refuses, clock, patchTask } = await setUp()
  const { tasks: [task] = [] } = await call("RunTask", runWeb())
  await call("RegisterTaskDefinition", fargateDefinition())
  for (const taskDefinition of ["web:1", "web:2"]) {
    await call("DeregisterTaskDefinition", { taskDefinition })
    await call("DeleteTaskDefinitions", { taskDefinitions: [taskDefinition] })
  }
  const listed = async () => (await call("ListTaskDefinitions", { status: "DELETE_IN_PROGRESS" })).taskDefinitionArns
  const [first, second] = [ecsArn("task-definition/web:1"), ecsArn("task-definition/web:2")]
  await clock.advance(hour - 1)
  assert.deepEqual(await listed(), [first, second])
  await clock.advance(1)
  assert.deepEqual(await listed(), [first])
  patchTask(task?.taskArn, { lastStatus: "STOPPED", desiredStatus: "STOPPED", stoppedAt: clock.now() })
  await clock.advance(0)
  assert.deepEqual(await listed(), [])
  const gone = "Unable to describe task definition."
  await refuses("DescribeTaskDefinition", { taskDefinition: "web:1" }, "ClientException", gone)
  assert.equal((await call("RegisterTaskDefinition", fargateDefinition())).taskDefinition?.revision, 3)
})

test("a deleted task definition stays as long as a service is to start its tasks from it", async () => {
  const { call, clock } = await setUp()
  const { networkConfiguration } = runWeb()
  const asked = { serviceName: "s", taskDefinition: "web:1", desiredCount: 0, networkConfiguration } as const
  await call("CreateService", { ...asked, launchType: "FARGATE" })
  await call("DeregisterTaskDefinition", { taskDefinition: "web:1" })
  await call("DeleteTaskDefinitions", { taskDefinitions: ["web:1"] })
  const listed = async () => (await call("ListTaskDefinitions", { status: "DELETE_IN_PROGRESS" })).taskDefinitionArns
  await clock.advance(2 * hour)
  assert.deepEqual(await listed(), [ecsArn("task-definition/web:1")])
  await call("DeleteService", { service: "s" })
  await clock.advance(hour)
  assert.deepEqual(await listed(), [])
})

test("an INACTIVE task definition stays", async () => {
  const { call, clock } = await setUp()
  await call("DeregisterTaskDefinition", { taskDefinition: "web:1" })
  await clock.advance(1000 * hour)
  const { taskDefinition } = await call("DescribeTaskDefinition", { taskDefinition: "web:1" })
  assert.equal(taskDefinition?.status, "INACTIVE")
})
