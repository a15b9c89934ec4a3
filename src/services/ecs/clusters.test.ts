// Clusters as their callers see them.
import assert from "node:assert/strict"
import { test } from "node:test"
import { ecsArn, ecsHarness, runWeb, withWeb } from "../../../test/support/ecs-harness.ts"

const arn = ecsArn("cluster/default")

test("a cluster is made once and answered unchanged the second time", async () => {
  const { call } = ecsHarness()
  const first = await call("CreateCluster", { tags: [{ key: "team", value: "a" }] })
  const again = await call("CreateCluster", { clusterName: "default", tags: [{ key: "team", value: "b" }] })
  assert.deepEqual(again, first)
  assert.deepEqual(first.cluster, {
    clusterArn: arn,
    clusterName: "default",
    status: "ACTIVE",
    registeredContainerInstancesCount: 0,
    runningTasksCount: 0,
    pendingTasksCount: 0,
    activeServicesCount: 0,
    statistics: [],
    tags: [{ key: "team", value: "a" }],
    settings: [{ name: "containerInsights", value: "disabled" }],
    capacityProviders: [],
    defaultCapacityProviderStrategy: [],
  })
})

test("the default cluster does not exist until somebody makes it", async () => {
  const { call, refuses } = ecsHarness()
  assert.deepEqual(await call("DescribeClusters", {}), { clusters: [], failures: [{ arn, reason: "MISSING" }] })
  await refuses("ListTasks", {}, "ClusterNotFoundException", "Cluster not found.")
})

test("clusters are described by name and ARN, and unknown ones are failures with a full ARN", async () => {
  const { call } = ecsHarness()
  await call("CreateCluster", { clusterName: "a" })
  const { clusters, failures } = await call("DescribeClusters", { clusters: ["a", ecsArn("cluster/b"), "c"] })
  assert.deepEqual(
    clusters?.map((cluster) => cluster.clusterName),
    ["a"],
  )
  assert.deepEqual(failures, [
    { arn: ecsArn("cluster/b"), reason: "MISSING" },
    { arn: ecsArn("cluster/c"), reason: "MISSING" },
  ])
})

test("what describes a cluster further comes only when it is asked for", async () => {
  const { call } = ecsHarness()
  const configuration = { executeCommandConfiguration: { logging: "DEFAULT" } } as const
  await call("CreateCluster", { configuration, tags: [{ key: "k", value: "v" }] })
  const [plain] = (await call("DescribeClusters", {})).clusters ?? []
  assert.deepEqual([plain?.tags, plain?.settings, plain?.statistics, plain?.configuration], [[], [], [], undefined])
  const include = ["TAGS", "SETTINGS", "STATISTICS", "CONFIGURATIONS", "ATTACHMENTS"] as const
  const [full] = (await call("DescribeClusters", { include: [...include] })).clusters ?? []
  assert.deepEqual(full?.tags, [{ key: "k", value: "v" }])
  assert.deepEqual(full?.configuration, configuration)
  assert.deepEqual(full?.attachments, [])
  assert.equal(full?.statistics?.find((count) => count.name === "runningFargateTasksCount")?.value, "0")
})

test("tasks are counted as pending until they run, and by launch type", async () => {
  const { call, patchTask } = await withWeb()
  const { tasks = [] } = await call("RunTask", runWeb({ count: 3 }))
  patchTask(tasks[0]?.taskArn, { lastStatus: "RUNNING" })
  patchTask(tasks[1]?.taskArn, { lastStatus: "STOPPED", desiredStatus: "STOPPED", stoppedAt: 0 })
  const [cluster] = (await call("DescribeClusters", { include: ["STATISTICS"] })).clusters ?? []
  assert.deepEqual([cluster?.runningTasksCount, cluster?.pendingTasksCount], [1, 1])
  const statistics = Object.fromEntries((cluster?.statistics ?? []).map(({ name, value }) => [name, value]))
  assert.equal(statistics.runningFargateTasksCount, "1")
  assert.equal(statistics.pendingFargateTasksCount, "1")
  assert.equal(statistics.runningEC2TasksCount, "0")
})

test("a cluster with tasks is not deleted; once they have stopped it becomes INACTIVE and stays describable", async () => {
  const { call, refuses, patchTask } = await withWeb()
  const { tasks = [] } = await call("RunTask", runWeb())
  await refuses(
    "DeleteCluster",
    { cluster: "default" },
    "ClusterContainsTasksException",
    "The Cluster cannot be deleted while Tasks are active.",
  )
  patchTask(tasks[0]?.taskArn, { lastStatus: "STOPPED", stoppedAt: 0 })
  const { cluster } = await call("DeleteCluster", { cluster: arn })
  assert.equal(cluster?.status, "INACTIVE")
  assert.equal((await call("DescribeClusters", {})).clusters?.[0]?.status, "INACTIVE")
  assert.deepEqual((await call("ListClusters", {})).clusterArns, [])
  await refuses("RunTask", runWeb(), "ClusterNotFoundException", "The referenced cluster was inactive.")
  assert.equal((await call("CreateCluster", {})).cluster?.status, "ACTIVE")
})

test("a cluster with container instances is not deleted", async () => {
  const { call, refuses } = ecsHarness()
  await call("CreateCluster", {})
  await call("RegisterContainerInstance", {})
  await refuses(
    "DeleteCluster",
    { cluster: "default" },
    "ClusterContainsContainerInstancesException",
    "The Cluster cannot be deleted while Container Instances are active or draining.",
  )
})

test("clusters are listed page by page, each once, with tokens that only this list takes", async () => {
  const { call, refuses } = ecsHarness()
  for (const clusterName of ["e", "b", "d", "a", "c"]) await call("CreateCluster", { clusterName })
  const seen: string[] = []
  let nextToken: string | undefined
  do {
    const page = await call("ListClusters", { maxResults: 2, nextToken })
    seen.push(...(page.clusterArns ?? []))
    nextToken = page.nextToken
  } while (nextToken !== undefined)
  assert.deepEqual(
    seen,
    ["a", "b", "c", "d", "e"].map((name) => ecsArn(`cluster/${name}`)),
  )
  const { nextToken: token } = await call("ListClusters", { maxResults: 1 })
  for (const bad of ["x", "bm9wZQ", `${token}x`]) {
    await refuses("ListClusters", { nextToken: bad }, "InvalidParameterException", "Invalid token.")
  }
  await refuses("ListTaskDefinitions", { nextToken: token }, "InvalidParameterException", "Invalid token.")
})

test("bad clusters are refused and nothing is made", async () => {
  const { call, refuses } = ecsHarness()
  await refuses("CreateCluster", { clusterName: "a b" }, "InvalidParameterException", "Invalid cluster name.")
  await refuses("CreateCluster", { clusterName: "x".repeat(256) }, "InvalidParameterException", "Invalid cluster name.")
  const strategy = [{ capacityProvider: "FARGATE", weight: 1 }]
  await refuses(
    "CreateCluster",
    { defaultCapacityProviderStrategy: strategy },
    "InvalidParameterException",
    "The specified capacity provider strategy cannot contain a capacity provider that is not associated with the cluster. Associate the capacity provider with the cluster and try again.",
  )
  // source: awslabs/amazon-ecs-nodejs-microservices#18
  await refuses(
    "ListTasks",
    { cluster: "a.b" },
    "InvalidParameterException",
    "Cluster must match ^[a-zA-Z0-9\\-_]{1,255}$, but was a.b",
  )
  assert.deepEqual((await call("ListClusters", {})).clusterArns, [])
})
