// What agents say, who may say it, and what becomes of it.
import assert from "node:assert/strict"
import { test } from "node:test"
import { letDoAll } from "../../../test/support/administrators.ts"
import { type EcsHarness, ecsArn, ecsHarness, root, runWeb, withWeb } from "../../../test/support/ecs-harness.ts"
import type { Caller } from "../../gate/index.ts"

const machine = (machineId: string): Caller => ({
  account: root.account,
  arn: `arn:aws:sts::${root.account}:assumed-role/machine/${machineId}`,
  kind: "machine",
  machineId,
})

/** A Fargate task that is placed on the host of machine `m-1`. */
const placed = async () => {
  const harness = await withWeb()
  const { containerInstance } = await harness.call("RegisterContainerInstance", {}, machine("m-1"))
  const { tasks: [task] = [] } = await harness.call("RunTask", runWeb())
  const taskArn = task?.taskArn ?? ""
  harness.patchTask(taskArn, { containerInstanceArn: containerInstance?.containerInstanceArn ?? "" })
  return { ...harness, taskArn }
}

test("every attribute comes back with the value that it was sent with", async () => {
  const { call } = ecsHarness()
  await call("CreateCluster", {})
  const attributes = [
    { name: "ecs.capability.task-eni" },
    { name: "stack", value: "blue" },
    { name: "ecs.os-type", value: "linux" },
    { name: "empty", value: "" },
  ]
  const instanceIdentityDocument = JSON.stringify({
    instanceId: "i-1",
    availabilityZone: "us-east-1b",
    instanceType: "t3",
  })
  const { containerInstance } = await call("RegisterContainerInstance", {
    attributes,
    instanceIdentityDocument,
    totalResources: [
      { name: "CPU", type: "INTEGER", integerValue: 2048 },
      { name: "PORTS", type: "STRINGSET", stringSetValue: ["22"] },
    ],
    tags: [{ key: "k", value: "v" }],
  })
  assert.deepEqual(containerInstance?.attributes, [
    ...attributes,
    { name: "ecs.availability-zone", value: "us-east-1b" },
    { name: "ecs.instance-type", value: "t3" },
  ])
  assert.equal(containerInstance?.ec2InstanceId, "i-1")
  assert.deepEqual(containerInstance?.registeredResources, [
    { name: "CPU", type: "INTEGER", doubleValue: 0, longValue: 0, integerValue: 2048 },
    { name: "PORTS", type: "STRINGSET", doubleValue: 0, longValue: 0, integerValue: 0, stringSetValue: ["22"] },
  ])
  assert.match(containerInstance?.containerInstanceArn ?? "", /:container-instance\/default\/[0-9a-f]{32}$/)
})

test("an agent that comes back keeps its instance, its custom attributes and nobody else's", async () => {
  const { call, refuses, state } = ecsHarness()
  await call("CreateCluster", {})
  const { containerInstance } = await call("RegisterContainerInstance", {
    attributes: [{ name: "stack", value: "blue" }, { name: "ecs.capability.old" }],
  })
  const containerInstanceArn = containerInstance?.containerInstanceArn
  const again = await call("RegisterContainerInstance", {
    containerInstanceArn,
    attributes: [{ name: "ecs.capability.new" }],
  })
  assert.equal(again.containerInstance?.containerInstanceArn, containerInstanceArn)
  assert.deepEqual(again.containerInstance?.attributes, [
    { name: "ecs.capability.new" },
    { name: "stack", value: "blue" },
  ])
  const stranger: Caller = { ...root, kind: "user", userId: "AIDAEVE", arn: "arn:aws:iam::123456789012:user/eve" }
  letDoAll(state, stranger)
  const id = containerInstanceArn?.split("/").at(-1)
  await refuses(
    "RegisterContainerInstance",
    { containerInstanceArn },
    "InvalidParameterException",
    `Referenced container instance ${id} not found.`,
    stranger,
  )
})

test("the official agent's registration is taken as it was recorded", async () => {
  // source: reference/agent-recordings/samples/api-RegisterContainerInstance.json, the members that matter
  const { call, refuses } = ecsHarness()
  const input = {
    cluster: "default",
    instanceIdentityDocument: "",
    instanceIdentityDocumentSignature: "",
    totalResources: [{ name: "CPU", type: "INTEGER", integerValue: 2048 }],
    attributes: [{ name: "ecs.capability.full-sync" }, { name: "ecs.os-type", value: "linux" }],
  }
  // Only for this code does the agent make its cluster itself.
  await refuses("RegisterContainerInstance", input, "ClusterNotFoundException", "Cluster not found.")
  await call("CreateCluster", {})
  const { containerInstance } = await call("RegisterContainerInstance", input)
  assert.deepEqual(containerInstance?.attributes, input.attributes)
})

test("the host of a machine is in no cluster that anybody can see, and stays one instance", async () => {
  const { call, refuses } = ecsHarness()
  const register = async (containerInstanceArn?: string) => {
    const input = { cluster: "default", ...(containerInstanceArn && { containerInstanceArn }) }
    return (await call("RegisterContainerInstance", input, machine("m-1"))).containerInstance
  }
  const first = await register()
  assert.equal((await register(first?.containerInstanceArn))?.containerInstanceArn, first?.containerInstanceArn)
  await call("CreateCluster", {})
  assert.deepEqual((await call("ListContainerInstances", {})).containerInstanceArns, [])
  assert.deepEqual((await call("ListClusters", {})).clusterArns, [ecsArn("cluster/default")])
  assert.equal((await call("DescribeClusters", {})).clusters?.[0]?.registeredContainerInstancesCount, 0)
  const containerInstances = [first?.containerInstanceArn ?? ""]
  const { failures } = await call("DescribeContainerInstances", { containerInstances })
  assert.equal(failures?.[0]?.reason, "MISSING")
  const resourceArn = first?.containerInstanceArn
  await refuses(
    "ListTagsForResource",
    { resourceArn },
    "InvalidParameterException",
    `The specified resource was not found. Specify a valid resource ARN and try again: ${resourceArn}`,
  )
})

test("a machine whose agent has lost its memory is a new host, and the old one is gone with its tasks", async () => {
  const { call, state } = ecsHarness()
  const first = await call("RegisterContainerInstance", {}, machine("m-1"))
  const second = await call("RegisterContainerInstance", {}, machine("m-1"))
  const statusOf = (arn: string | undefined) => state.view((view) => view.containerInstances.get(arn ?? "")?.status)
  assert.equal(statusOf(first.containerInstance?.containerInstanceArn), "INACTIVE")
  assert.equal(statusOf(second.containerInstance?.containerInstanceArn), "ACTIVE")
})

test("agents are sent to the address that the process gives", async () => {
  const { call } = ecsHarness()
  assert.deepEqual(await call("DiscoverPollEndpoint", {}, machine("m-1")), {
    endpoint: "http://127.0.0.1:4566/machine/acs",
    telemetryEndpoint: "http://127.0.0.1:4566/machine/tcs",
  })
})

test("a report of the task's own host is kept as observed, and changes no status by itself", async () => {
  const { call, task, taskArn, clock } = await placed()
  const before = task(taskArn)
  await call(
    "SubmitTaskStateChange",
    {
      task: taskArn,
      status: "RUNNING",
      pullStartedAt: new Date(clock.now() - 10),
      containers: [{ containerName: "app", status: "RUNNING", runtimeId: "r" }],
    },
    machine("m-1"),
  )
  const { observed, ...rest } = task(taskArn)
  const { observed: _observed, ...restBefore } = before
  assert.deepEqual(rest, restBefore)
  assert.deepEqual(observed, {
    status: "RUNNING",
    runningAt: clock.now(),
    pullStartedAt: clock.now() - 10,
    containers: { app: { status: "RUNNING", runtimeId: "r" } },
  })
})

test("a report that says nothing new makes no commit", async () => {
  const { call, state, taskArn } = await placed()
  const say = () => call("SubmitTaskStateChange", { task: taskArn, status: "RUNNING" }, machine("m-1"))
  await say()
  const { position } = state
  await say()
  assert.equal(state.position, position)
})

test("older agents report containers alone", async () => {
  const { call, task, taskArn } = await placed()
  await call(
    "SubmitContainerStateChange",
    { task: taskArn, containerName: "app", status: "STOPPED", exitCode: 3 },
    machine("m-1"),
  )
  assert.deepEqual(task(taskArn).observed, { containers: { app: { status: "STOPPED", exitCode: 3 } } })
})

test("an attachment is found by its id", async () => {
  const { call, task, taskArn } = await placed()
  const id = task(taskArn).attachments[0]?.id ?? ""
  const attachments = [
    { attachmentArn: ecsArn(`attachment/default/${id}`), status: "ATTACHED" },
    { attachmentArn: ecsArn("attachment/default/of-the-instance"), status: "ATTACHED" },
  ]
  await call("SubmitAttachmentStateChanges", { attachments }, machine("m-1"))
  assert.deepEqual(task(taskArn).observed.attachments, { [id]: "ATTACHED" })
})

test("nobody but the task's own host may say what became of it", async () => {
  const { refuses, call, task, taskArn, ...harness } = await placed()
  await call("RegisterContainerInstance", {}, machine("m-2"))
  await call("RegisterContainerInstance", {})
  for (const caller of [machine("m-2"), root]) {
    await refuses(
      "SubmitTaskStateChange",
      { task: taskArn, status: "STOPPED" },
      "AccessDeniedException",
      `${caller.arn} may not report on a task that was not placed on its host.`,
      caller,
    )
  }
  assert.deepEqual(task(taskArn).observed, { containers: {} })
  await onAnInstance({ refuses, call, task, ...harness }, taskArn)
})

const onAnInstance = async ({ state, call, refuses, patchTask, task }: EcsHarness, taskArn: string) => {
  const roleArn = "arn:aws:iam::123456789012:role/instance"
  const arn = "arn:aws:sts::123456789012:assumed-role/instance/i-1"
  const agent: Caller = { ...root, kind: "role", roleArn, arn }
  letDoAll(state, agent)
  const { containerInstance } = await call("RegisterContainerInstance", {}, agent)
  patchTask(taskArn, { containerInstanceArn: containerInstance?.containerInstanceArn ?? "" })
  await refuses(
    "SubmitTaskStateChange",
    { task: taskArn, status: "RUNNING" },
    "AccessDeniedException",
    `${root.arn} may not report on a task that was not placed on its host.`,
  )
  await call("SubmitTaskStateChange", { task: taskArn, status: "RUNNING" }, agent)
  assert.equal(task(taskArn).observed.status, "RUNNING")
}

test("what is said of a task that is long forgotten is acknowledged", async () => {
  const { call } = await withWeb()
  const task = ecsArn(`task/default/${"0".repeat(32)}`)
  assert.deepEqual(await call("SubmitTaskStateChange", { task, status: "STOPPED" }, machine("m-1")), {
    acknowledgment: "",
  })
})

test("container instances are listed and described with what their tasks hold", async () => {
  const { call, patchTask } = await withWeb()
  const { containerInstance } = await call("RegisterContainerInstance", {
    totalResources: [
      { name: "CPU", type: "INTEGER", integerValue: 2048 },
      { name: "MEMORY", type: "INTEGER", integerValue: 4096 },
    ],
  })
  const arn = containerInstance?.containerInstanceArn ?? ""
  const { tasks: [task] = [] } = await call("RunTask", runWeb())
  patchTask(task?.taskArn, { containerInstanceArn: arn, lastStatus: "RUNNING", launchType: "EC2" })
  assert.deepEqual((await call("ListContainerInstances", {})).containerInstanceArns, [arn])
  const { containerInstances, failures } = await call("DescribeContainerInstances", {
    containerInstances: [arn.split("/").at(-1) ?? "", "none"],
  })
  assert.deepEqual(
    containerInstances?.[0]?.remainingResources?.map((one) => one.integerValue),
    [1792, 3584],
  )
  assert.equal(containerInstances?.[0]?.runningTasksCount, 1)
  assert.deepEqual(failures, [{ arn: ecsArn("container-instance/default/none"), reason: "MISSING" }])
})

test("an instance with tasks is deregistered by force only, and its tasks are given up", async () => {
  const { call, refuses, patchTask, task: row } = await withWeb()
  const { containerInstance } = await call("RegisterContainerInstance", {})
  const arn = containerInstance?.containerInstanceArn ?? ""
  const { tasks: [task] = [] } = await call("RunTask", runWeb())
  patchTask(task?.taskArn, { containerInstanceArn: arn })
  await refuses(
    "DeregisterContainerInstance",
    { containerInstance: arn },
    "InvalidParameterException",
    "Found running tasks on the instance.",
  )
  const gone = await call("DeregisterContainerInstance", { containerInstance: arn, force: true })
  assert.equal(gone.containerInstance?.status, "INACTIVE")
  assert.equal(row(task?.taskArn).stoppedReason, "Container instance deregistration forced by user")
  assert.deepEqual((await call("ListContainerInstances", {})).containerInstanceArns, [])
})
