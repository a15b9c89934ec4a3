// RunTask: what it writes and answers, and everything that it refuses.
import assert from "node:assert/strict"
import { test } from "node:test"
import {
  ecsArn,
  ecsHarness,
  fargateDefinition,
  root,
  runWeb,
  scope,
  subnets,
  vpc,
  withWeb,
} from "../../../test/support/ecs-harness.ts"
import type { Input, ReadCx } from "../../gate/index.ts"
import * as may from "./authorise-tasks.ts"

type RunTaskInput = Input<"ecs", "RunTask">

test("a Fargate task is answered at once as PROVISIONING, with all that is known of it", async () => {
  const { call, clock } = await withWeb()
  const { tasks = [], failures } = await call("RunTask", runWeb({ startedBy: "me", tags: [{ key: "k", value: "v" }] }))
  assert.deepEqual(failures, [])
  const [task] = tasks
  const id = task?.taskArn?.split("/").at(-1) ?? ""
  assert.match(id, /^[0-9a-f]{32}$/)
  assert.match(task?.containers?.[0]?.containerArn ?? "", new RegExp(`:container/default/${id}/[0-9a-f-]{36}$`))
  const subnet = vpc.subnets.find((one) => one.availabilityZone === task?.availabilityZone)
  const attachment = task?.attachments?.[0]
  assert.match(attachment?.id ?? "", /^[0-9a-f-]{36}$/)
  // source: reference/aws-behaviour.md 1.3, 8 (Fargate, awsvpc attachment), the examples of `aws ecs run-task`
  assert.deepEqual(task, {
    taskArn: ecsArn(`task/default/${id}`),
    clusterArn: ecsArn("cluster/default"),
    taskDefinitionArn: ecsArn("task-definition/web:1"),
    attachments: [
      {
        id: attachment?.id,
        type: "ElasticNetworkInterface",
        status: "PRECREATED",
        details: [{ name: "subnetId", value: subnet?.id }],
      },
    ],
    attributes: [{ name: "ecs.cpu-architecture", value: "x86_64" }],
    availabilityZone: subnet?.availabilityZone,
    containers: [
      {
        containerArn: task?.containers?.[0]?.containerArn,
        taskArn: ecsArn(`task/default/${id}`),
        name: "app",
        image: "app:1",
        lastStatus: "PENDING",
        networkInterfaces: [],
        cpu: "0",
      },
    ],
    cpu: "256",
    memory: "512",
    createdAt: new Date(clock.now()),
    desiredStatus: "RUNNING",
    lastStatus: "PROVISIONING",
    enableExecuteCommand: false,
    group: "family:web",
    launchType: "FARGATE",
    overrides: { containerOverrides: [{ name: "app" }], inferenceAcceleratorOverrides: [] },
    platformVersion: "1.4.0",
    platformFamily: "Linux",
    startedBy: "me",
    tags: [{ key: "k", value: "v" }],
    version: 1,
    ephemeralStorage: { sizeInGiB: 20 },
    fargateEphemeralStorage: { sizeInGiB: 20 },
  })
})

test("the record carries the network that was asked for, with the VPC's default security group", async () => {
  const { call, task } = await withWeb()
  const { tasks = [] } = await call("RunTask", runWeb())
  assert.deepEqual(task(tasks[0]?.taskArn).networkConfiguration, {
    subnets: [...subnets],
    securityGroups: [vpc.securityGroup.id],
    assignPublicIp: "DISABLED",
  })
})

test("the tasks of one call are spread over the subnets", async () => {
  const { call } = await withWeb()
  const { tasks = [] } = await call("RunTask", runWeb({ count: 6 }))
  const perZone = Map.groupBy(tasks, (task) => task.availabilityZone)
  assert.deepEqual(
    [...perZone.values()].map((group) => group.length),
    [2, 2, 2],
  )
})

test("overrides replace sizes and are echoed for every container", async () => {
  const { call, task } = await withWeb()
  await call(
    "RegisterTaskDefinition",
    fargateDefinition({
      family: "two",
      containerDefinitions: [
        { name: "app", image: "app:1", cpu: 64 },
        { name: "side", image: "side:1", memoryReservation: 64 },
      ],
    }),
  )
  const environment = [{ name: "A", value: "1" }]
  const { tasks = [] } = await call(
    "RunTask",
    runWeb({
      taskDefinition: "two",
      overrides: {
        cpu: ".5 vCPU",
        memory: "1 GB",
        ephemeralStorage: { sizeInGiB: 30 },
        containerOverrides: [{ name: "side", cpu: 128, memory: 256, environment }],
      },
    }),
  )
  const row = task(tasks[0]?.taskArn)
  assert.deepEqual([row.cpu, row.memory, row.ephemeralStorageGiB], ["512", "1024", 30])
  assert.deepEqual(
    row.containers.map(({ name, cpu, memory, memoryReservation }) => [name, cpu, memory, memoryReservation]),
    [
      ["app", "64", undefined, undefined],
      ["side", "128", "256", "64"],
    ],
  )
  assert.deepEqual(tasks[0]?.overrides?.containerOverrides, [
    { name: "app" },
    { name: "side", cpu: 128, memory: 256, environment },
  ])
})

test("an empty role in the overrides is none, and the definition's must be passed", async () => {
  const { call, state } = await withWeb()
  const taskRoleArn = "arn:aws:iam::123456789012:role/app"
  await call("RegisterTaskDefinition", fargateDefinition({ taskRoleArn }))
  const input = runWeb({ overrides: { taskRoleArn: "" } })
  assert.equal((await call("RunTask", input)).tasks?.[0]?.overrides?.taskRoleArn, undefined)
  const passed = state.view((tx) =>
    may
      .runTask({ tx, scope, caller: root, now: 0 } as ReadCx, input)
      .flatMap(({ action, resources }) => (action === "iam:PassRole" ? resources : [])),
  )
  assert.deepEqual(passed, [taskRoleArn])
})

test("tags come from the call, on request from the task definition and from ECS itself", async () => {
  const { call } = await withWeb()
  await call(
    "RegisterTaskDefinition",
    fargateDefinition({
      tags: [
        { key: "a", value: "definition" },
        { key: "b", value: "definition" },
      ],
    }),
  )
  const tags = [{ key: "a", value: "call" }]
  const tagsOf = async (over: Partial<RunTaskInput>) =>
    (await call("RunTask", runWeb({ tags, ...over }))).tasks?.[0]?.tags
  assert.deepEqual(await tagsOf({}), tags)
  assert.deepEqual(await tagsOf({ propagateTags: "TASK_DEFINITION", enableECSManagedTags: true }), [
    { key: "aws:ecs:clusterName", value: "default" },
    { key: "a", value: "call" },
    { key: "b", value: "definition" },
  ])
})

test("a strategy gives its bases first and the rest by weight", async () => {
  const { call } = ecsHarness()
  const capacityProviders = ["FARGATE", "FARGATE_SPOT"]
  const strategy = [
    { capacityProvider: "FARGATE", base: 2, weight: 1 },
    { capacityProvider: "FARGATE_SPOT", weight: 3 },
  ]
  await call("CreateCluster", { capacityProviders, defaultCapacityProviderStrategy: strategy })
  await call("RegisterTaskDefinition", fargateDefinition())
  const providers = async (input: RunTaskInput) =>
    (await call("RunTask", input)).tasks?.map((task) => `${task.launchType} ${task.capacityProviderName ?? "-"}`).sort()
  const { launchType: _launchType, ...byDefault } = runWeb({ count: 10 })
  assert.deepEqual(await providers(byDefault), [
    ...Array.from({ length: 4 }, () => "FARGATE FARGATE"),
    ...Array.from({ length: 6 }, () => "FARGATE FARGATE_SPOT"),
  ])
  const spot = [{ capacityProvider: "FARGATE_SPOT", weight: 1 }]
  assert.deepEqual(await providers({ ...byDefault, count: 1, capacityProviderStrategy: spot }), [
    "FARGATE FARGATE_SPOT",
  ])
  assert.deepEqual(await providers(runWeb()), ["FARGATE -"])
})

test("the same client token answers the same tasks and starts none", async () => {
  const { call, refuses, clock, patchTask } = await withWeb()
  const first = await call("RunTask", runWeb({ clientToken: "t", count: 2 }))
  assert.deepEqual(await call("RunTask", runWeb({ count: 2, clientToken: "t" })), first)
  assert.equal((await call("ListTasks", {})).taskArns?.length, 2)
  const arns = first.tasks?.map((task) => task.taskArn)
  const fault = await refuses(
    "RunTask",
    runWeb({ clientToken: "t", count: 3 }),
    "ConflictException",
    "The RunTask request could not be processed due to conflicts. The provided clientToken is already in use with a different RunTask request.",
  )
  assert.deepEqual(fault.fields.resourceIds, arns)

  await call("CreateCluster", { clusterName: "other" })
  const elsewhere = await call("RunTask", runWeb({ clientToken: "t", count: 2, cluster: "other" }))
  assert.notDeepEqual(
    elsewhere.tasks?.map((task) => task.taskArn),
    arns,
    "a token is good for one cluster",
  )

  patchTask(arns?.[0], { desiredStatus: "STOPPED", lastStatus: "STOPPED", stoppedAt: clock.now() })
  const again = await call("RunTask", runWeb({ clientToken: "t", count: 2 }))
  assert.deepEqual(again.tasks?.[0], { taskArn: arns?.[0], lastStatus: "STOPPED", desiredStatus: "STOPPED" })
  assert.equal(again.tasks?.[1]?.lastStatus, "PROVISIONING")
})

test("a client token is forgotten an hour after the end of its tasks, and after a day", async () => {
  const { call, clock, patchTask } = await withWeb()
  const run = async () => (await call("RunTask", runWeb({ clientToken: "t" }))).tasks?.[0]?.taskArn
  const first = await run()
  patchTask(first, { desiredStatus: "STOPPED", lastStatus: "STOPPED", stoppedAt: clock.now() })
  await clock.advance(59 * 60_000)
  assert.equal(await run(), first)
  await clock.advance(60_000)
  const second = await run()
  assert.notEqual(second, first)
  await clock.advance(24 * 60 * 60_000 - 1)
  assert.equal(await run(), second)
  await clock.advance(1)
  assert.notEqual(await run(), second)
})

test("RunTask demands its revision, its cluster and the roles that it hands on", async () => {
  const { call, gate } = await withWeb()
  const taskRoleArn = "arn:aws:iam::123456789012:role/task"
  await call("RegisterTaskDefinition", fargateDefinition({ taskRoleArn }))
  const { runTask } = await import("./authorise-tasks.ts")
  const demands = gate.commit(scope, root, (cx) => runTask(cx, runWeb({ tags: [{ key: "k", value: "v" }] })))
  const definition = ecsArn("task-definition/web:2")
  assert.deepEqual(
    demands.map(({ action, resources }) => [action, resources]),
    [
      ["ecs:RunTask", [definition]],
      ["iam:PassRole", [taskRoleArn]],
      ["ecs:TagResource", [ecsArn("task/default/*")]],
    ],
  )
  const said = (index: number) =>
    Object.fromEntries(Object.entries(demands[index]?.conditions ?? {}).filter(([, value]) => value !== undefined))
  assert.deepEqual(said(0), {
    "ecs:cluster": ecsArn("cluster/default"),
    "ecs:enable-execute-command": "false",
    "ecs:enable-ebs-volumes": "false",
    "ecs:enable-ecs-managed-tags": "false",
    "ecs:subnet": subnets,
    "ecs:auto-assign-public-ip": "false",
    "aws:RequestTag/k": "v",
    "aws:TagKeys": ["k"],
  })
  assert.deepEqual(said(1), {
    "iam:PassedToService": "ecs-tasks.amazonaws.com",
    "iam:AssociatedResourceArn": definition,
  })
  assert.deepEqual(said(2), { "ecs:CreateAction": "RunTask", "aws:RequestTag/k": "v", "aws:TagKeys": ["k"] })
})
