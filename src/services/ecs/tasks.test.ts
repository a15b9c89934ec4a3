// Tasks after RunTask: describing, listing, stopping, tagging them, and their event.
import assert from "node:assert/strict"
import { test } from "node:test"
import { ecsArn, fargateDefinition, root, runWeb, withWeb } from "../../../test/support/ecs-harness.ts"
import { taskStateChange } from "./index.ts"

const hour = 60 * 60_000

test("StopTask answers the task that is to stop, and the first reason stays", async () => {
  const { call, refuses, task: row } = await withWeb()
  const { tasks = [] } = await call("RunTask", runWeb({ tags: [{ key: "k", value: "v" }] }))
  const taskArn = tasks[0]?.taskArn ?? ""
  const { task } = await call("StopTask", { task: taskArn, reason: "because" })
  assert.deepEqual(
    [task?.desiredStatus, task?.lastStatus, task?.stopCode, task?.stoppedReason],
    ["STOPPED", "PROVISIONING", "UserInitiated", "because"],
  )
  const again = await call("StopTask", { task: taskArn.split("/").at(-1), reason: "another" })
  assert.equal(again.task?.stoppedReason, "because")
  assert.deepEqual(row(taskArn).tags, [])
  await refuses("StopTask", { task: "f".repeat(32) }, "InvalidParameterException", "The referenced task was not found.")
  await refuses("StopTask", { cluster: "none", task: taskArn }, "ClusterNotFoundException", "Cluster not found.")
})

test("a task is stopped by its user unless it is ECS's own scheduler that stops it", async () => {
  const { call } = await withWeb()
  const { tasks = [] } = await call("RunTask", runWeb({ count: 2 }))
  const byUser = await call("StopTask", { task: tasks[0]?.taskArn })
  assert.equal(byUser.task?.stoppedReason, "Task stopped by user")
  const scheduler = { ...root, kind: "service", servicePrincipal: "ecs.amazonaws.com" } as const
  const byService = await call("StopTask", { task: tasks[1]?.taskArn, reason: "Scaling" }, scheduler)
  assert.equal(byService.task?.stopCode, "ServiceSchedulerInitiated")
})

test("tasks are described by id and ARN, and what is not there is MISSING", async () => {
  const { call, refuses } = await withWeb()
  const { tasks: [first] = [] } = await call("RunTask", runWeb())
  const unknown = "0".repeat(32)
  const { tasks, failures } = await call("DescribeTasks", {
    tasks: [first?.taskArn?.split("/").at(-1) ?? "", unknown],
  })
  assert.deepEqual(
    tasks?.map((task) => task.taskArn),
    [first?.taskArn],
  )
  assert.deepEqual(failures, [{ arn: ecsArn(`task/default/${unknown}`), reason: "MISSING" }])
  await refuses("DescribeTasks", { tasks: [] }, "InvalidParameterException", "Tasks cannot be empty.")
  await refuses(
    "DescribeTasks",
    { tasks: Array.from({ length: 101 }, (_, i) => String(i)) },
    "InvalidParameterException",
    "tasks can have at most 100 items.",
  )
})

test("what cannot be a task of the cluster is refused and says why", async () => {
  const { call, refuses } = await withWeb()
  await call("CreateCluster", { clusterName: "other" })
  const { tasks: [first] = [] } = await call("RunTask", runWeb())
  const taskArn = first?.taskArn ?? ""
  const id = taskArn.split("/").at(-1)
  const no = async (task: string, message: string, cluster = "default") => {
    await refuses("DescribeTasks", { cluster, tasks: [task] }, "InvalidParameterException", message)
    await refuses("StopTask", { cluster, task }, "InvalidParameterException", message)
  }
  // source: see namedTaskArn
  await no("web", "taskId length should be one of [32,36]")
  await no(taskArn, "Invalid identifier: Identifier is for cluster default. Your cluster is other", "other")
  await no(ecsArn("cluster/default"), "Unsupported resource type: cluster")
  const foreign = taskArn.replace("123456789012", "999999999999")
  await no(foreign, "Identifier is for 999999999999. Your accountId is 123456789012")
  await no(taskArn.replace("us-east-1", "eu-west-1"), "Identifier is for eu-west-1. Your region is us-east-1")
  await no("arn:aws:ecs", "Task Identifier is invalid")
  const { tasks } = await call("DescribeTasks", { tasks: [ecsArn(`task/${id}`)] })
  assert.equal(tasks?.[0]?.taskArn, taskArn, "the old form of an ARN names the same task")
})

test("a stopped task is shown with everything that happened to it, for an hour", async () => {
  const { call, clock, patchTask } = await withWeb()
  const { tasks: [first] = [] } = await call("RunTask", runWeb())
  const taskArn = first?.taskArn ?? ""
  const at = clock.now()
  patchTask(taskArn, {
    desiredStatus: "STOPPED",
    lastStatus: "STOPPED",
    stopCode: "EssentialContainerExited",
    stoppedReason: "Essential container in task exited",
    connectivity: "CONNECTED",
    connectivityAt: at + 1,
    startedAt: at + 4,
    executionStoppedAt: at + 5,
    stoppingAt: at + 6,
    stoppedAt: at + 7,
    containerInstanceArn: ecsArn("container-instance/.roadstead-fargate/1"),
    observed: {
      status: "STOPPED",
      pullStartedAt: at + 2,
      pullStoppedAt: at + 3,
      containers: {
        app: { status: "STOPPED", exitCode: 3, reason: "why", runtimeId: "id", imageDigest: "sha256:1" },
      },
    },
  })
  const { tasks: [task] = [] } = await call("DescribeTasks", { tasks: [taskArn] })
  assert.deepEqual(
    [
      task?.pullStartedAt,
      task?.pullStoppedAt,
      task?.startedAt,
      task?.executionStoppedAt,
      task?.stoppingAt,
      task?.stoppedAt,
    ],
    [2, 3, 4, 5, 6, 7].map((ms) => new Date(at + ms)),
  )
  assert.deepEqual([task?.connectivity, task?.connectivityAt], ["CONNECTED", new Date(at + 1)])
  const container = task?.containers?.[0]
  assert.deepEqual(
    [container?.lastStatus, container?.exitCode, container?.reason, container?.runtimeId, container?.imageDigest],
    ["STOPPED", 3, "why", "id", "sha256:1"],
  )
  assert.equal(task !== undefined && "containerInstanceArn" in task, false, "the host of a Fargate task is not shown")

  assert.deepEqual((await call("ListTasks", {})).taskArns, [])
  assert.deepEqual((await call("ListTasks", { desiredStatus: "STOPPED" })).taskArns, [taskArn])
  await clock.advance(hour + 7)
  assert.deepEqual((await call("ListTasks", { desiredStatus: "STOPPED" })).taskArns, [])
  const { failures } = await call("DescribeTasks", { tasks: [taskArn] })
  assert.deepEqual(failures, [{ arn: taskArn, reason: "MISSING" }])
})

test("a task is as healthy as its essential containers", async () => {
  const { call, patchTask } = await withWeb()
  const healthCheck = { command: ["CMD", "true"] }
  const containerDefinitions = [
    { name: "a", image: "a", healthCheck },
    { name: "b", image: "b", healthCheck },
    { name: "side", image: "c", essential: false, healthCheck },
  ]
  await call("RegisterTaskDefinition", fargateDefinition({ family: "checked", containerDefinitions }))
  const { tasks: [task] = [] } = await call("RunTask", runWeb({ taskDefinition: "checked" }))
  const health = async (a: "HEALTHY" | "UNHEALTHY" | "UNKNOWN", b: "HEALTHY" | "UNHEALTHY" | "UNKNOWN") => {
    const seen = (state: typeof a) => ({ status: "RUNNING", health: state }) as const
    patchTask(task?.taskArn, { observed: { containers: { a: seen(a), b: seen(b), side: seen("UNHEALTHY") } } })
    return (await call("DescribeTasks", { tasks: [task?.taskArn ?? ""] })).tasks?.[0]?.healthStatus
  }
  assert.equal(await health("HEALTHY", "HEALTHY"), "HEALTHY")
  assert.equal(await health("HEALTHY", "UNKNOWN"), "UNKNOWN")
  assert.equal(await health("UNKNOWN", "UNHEALTHY"), "UNHEALTHY")
})

test("an address in the attachment is every container's", async () => {
  const { call, patchTask } = await withWeb()
  const { tasks: [first] = [] } = await call("RunTask", runWeb())
  const attachment = { id: "att", type: "ElasticNetworkInterface", status: "ATTACHED" } as const
  patchTask(first?.taskArn, {
    attachments: [{ ...attachment, details: [{ name: "privateIPv4Address", value: "172.31.0.9" }] }],
  })
  const { tasks: [task] = [] } = await call("DescribeTasks", { tasks: [first?.taskArn ?? ""] })
  assert.deepEqual(task?.containers?.[0]?.networkInterfaces, [
    { attachmentId: "att", privateIpv4Address: "172.31.0.9" },
  ])
})

test("tasks are listed by family, by who started them and by launch type, page by page", async () => {
  const { call, refuses } = await withWeb()
  await call("RegisterTaskDefinition", fargateDefinition({ family: "web-2" }))
  const started = async (over: Parameters<typeof runWeb>[0]) =>
    (await call("RunTask", runWeb(over))).tasks?.map((task) => task.taskArn ?? "") ?? []
  const web = await started({ count: 5, startedBy: "me" })
  const other = await started({ count: 2, taskDefinition: "web-2" })
  const list = async (input: Parameters<typeof call<"ListTasks">>[1]) => {
    const seen: string[] = []
    let nextToken: string | undefined
    do {
      const page = await call("ListTasks", { ...input, maxResults: 2, nextToken })
      seen.push(...(page.taskArns ?? []))
      nextToken = page.nextToken
    } while (nextToken !== undefined)
    return seen.sort()
  }
  assert.deepEqual(await list({}), [...web, ...other].sort())
  assert.deepEqual(await list({ family: "web" }), web.toSorted())
  assert.deepEqual(await list({ family: "web-2", launchType: "FARGATE" }), other.toSorted())
  assert.deepEqual(await list({ startedBy: "me" }), web.toSorted())
  assert.deepEqual(await list({ launchType: "EC2" }), [])
  assert.deepEqual(await list({ desiredStatus: "PENDING" }), [], "no task is ever to be PENDING")
  await refuses(
    "ListTasks",
    { startedBy: "me", family: "web" },
    "InvalidParameterException",
    "startedBy cannot be combined with another filter.",
  )
  await refuses(
    "ListTasks",
    { desiredStatus: "DONE" as "STOPPED" },
    "InvalidParameterException",
    "desiredStatus should be one of [RUNNING,PENDING,STOPPED]",
  )
  await refuses("ListTasks", { maxResults: 101 }, "InvalidParameterException", "maxResults must be between 1 and 100.")
  await refuses("ListTasks", { serviceName: "none" }, "ServiceNotFoundException", "Service not found.")
})

test("the event of a task has its times as text, attachments of type eni and no tags", async () => {
  const { call, state, clock } = await withWeb()
  const { tasks: [first] = [] } = await call("RunTask", runWeb({ tags: [{ key: "k", value: "v" }] }))
  const event = state.view((view) => {
    const row = view.tasks.get(first?.taskArn ?? "")
    assert.ok(row)
    return taskStateChange(view, row, clock.now() + 1500)
  })
  assert.deepEqual(
    [event.source, event.detailType, event.resources],
    ["aws.ecs", "ECS Task State Change", [first?.taskArn]],
  )
  // source: reference/aws-behaviour.md 6.1
  const detail = event.detail as Record<string, unknown>
  assert.equal(detail.createdAt, "2024-01-01T00:00:00.000Z")
  assert.equal(detail.updatedAt, "2024-01-01T00:00:01.500Z")
  assert.equal(detail.lastStatus, "PROVISIONING")
  assert.equal((detail.attachments as { type: string }[])[0]?.type, "eni")
  assert.equal("tags" in detail, false)
})
