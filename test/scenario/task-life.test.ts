// The life of a Fargate task on the virtual clock: real handlers, gate and controllers; the agent's facts are written by
// the test, as fleet/ and the agent's own operations would.
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { controllers, startControllers } from "../../src/controllers/index.ts"
import { type Caller, createGate, type Input } from "../../src/gate/index.ts"
import { silentLog } from "../../src/kernel/index.ts"
import { ec2 } from "../../src/services/ec2/index.ts"
import { ecsService } from "../../src/services/ecs/index.ts"
import { type BlobStore, type BulkStore, memoryStore, type NetworkRow, type TaskRow } from "../../src/state/index.ts"
import { TestClock } from "../support/test-clock.ts"
import { testIds } from "../support/test-ids.ts"

const scope = { account: "111122223333", region: "us-east-1" }
const root: Caller = { account: scope.account, arn: `arn:aws:iam::${scope.account}:root`, kind: "root" }

const setUp = async () => {
  const state = await memoryStore()
  const clock = new TestClock()
  const ids = testIds()
  const services = [
    ec2,
    ecsService({ pollEndpoint: () => ({ endpoint: "http://127.0.0.1:1", telemetryEndpoint: "http://127.0.0.1:1" }) }),
  ]
  const gate = createGate({
    state,
    bulk: { logEvents: {} as BulkStore, layers: {} as BlobStore },
    services,
    clock,
    ids,
    log: silentLog,
  })
  const runner = startControllers({ state, gate, clock, log: silentLog, controllers: controllers(scope) })
  const settle = () => clock.advance(0)

  const ecs = async <O extends "RunTask" | "StopTask" | "CreateCluster" | "RegisterTaskDefinition" | "DescribeTasks">(
    operation: O,
    input: Input<"ecs", O>,
  ) => {
    const answer = await gate.invoke("ecs", operation, input, scope, root)
    await settle()
    return answer
  }

  await settle()
  // The supervisor says that the host is up, and its agent registers and connects.
  const machine = state.view((view) => view.machines.by("desired", "up")[0])
  assert.ok(machine, "one shared machine is wanted from the start")
  const caller: Caller = { ...root, kind: "machine", machineId: machine.id }
  const registered = await gate.invoke("ecs", "RegisterContainerInstance", { cluster: "pool" }, scope, caller)
  const host = registered.containerInstance?.containerInstanceArn ?? ""
  const connect = () =>
    state.transact((tx) => tx.containerInstances.patch(host, { session: { connected: true, since: clock.now() } }))
  connect()

  await ecs("CreateCluster", {})
  await ecs("RegisterTaskDefinition", {
    family: "web",
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    cpu: "256",
    memory: "512",
    containerDefinitions: [
      { name: "main", image: "app" },
      { name: "side", image: "app", essential: false },
    ],
  })
  const { Subnets } = await gate.invoke("ec2", "DescribeSubnets", {}, scope, root)
  const subnet = Subnets?.[0]?.SubnetId ?? ""

  const run = async (more: Partial<Input<"ecs", "RunTask">> = {}) => {
    const { tasks, failures } = await ecs("RunTask", {
      ...more,
      taskDefinition: "web",
      launchType: "FARGATE",
      networkConfiguration: { awsvpcConfiguration: { subnets: [subnet] } },
    })
    assert.deepEqual(failures, [])
    return tasks?.[0]?.taskArn ?? ""
  }
  const task = (arn: string): TaskRow => {
    const row = state.view((view) => view.tasks.get(arn))
    assert.ok(row)
    return row
  }
  const networkIs = async (status: NetworkRow["observed"]["status"], reason?: string) => {
    state.transact((tx) => {
      for (const n of [...tx.networks.all()]) {
        tx.networks.patch(`${n.account}/${n.region}/${n.vpcId}`, {
          observed: { generation: n.generation, status, at: clock.now(), ...(reason !== undefined && { reason }) },
        })
      }
    })
    await settle()
  }
  /** What an agent would say, with what fleet/ notes beside it. */
  const observed = async (arn: string, change: Partial<TaskRow["observed"]>) => {
    const { observed } = task(arn)
    state.transact((tx) => tx.tasks.patch(arn, { observed: { ...observed, ...change } }))
    await settle()
  }
  const statuses = (arn: string): string[] =>
    state.view((view) =>
      [...view.outbox.all()]
        .filter((event) => event.resources.includes(arn))
        .map((event) => (event.detail as { lastStatus: string }).lastStatus),
    )
  return { state, clock, ecs, run, task, networkIs, observed, statuses, host, runner, settle }
}

const running = { status: "RUNNING" as const, runningAt: 1, containers: { main: { status: "RUNNING" as const } } }

describe("a Fargate task", () => {
  test("waits in PROVISIONING until its VPC's network is up, and then has an address and a host", async () => {
    const { run, task, networkIs, host } = await setUp()
    const arn = await run()
    assert.equal(task(arn).lastStatus, "PROVISIONING")
    assert.equal(task(arn).attachments[0]?.status, "ATTACHING")
    await networkIs("UP")
    assert.equal(task(arn).lastStatus, "PENDING")
    assert.equal(task(arn).containerInstanceArn, host)
    const details = Object.fromEntries(task(arn).attachments[0]?.details.map((d) => [d.name, d.value]) ?? [])
    assert.deepEqual(Object.keys(details), [
      "subnetId",
      "networkInterfaceId",
      "macAddress",
      "privateDnsName",
      "privateIPv4Address",
    ])
    assert.match(details.privateIPv4Address ?? "", /^172\.31\./)
  })

  test("has an interface with the tags of ECS, not with those of the user", async () => {
    const { run, networkIs, state } = await setUp()
    const arn = await run({ enableECSManagedTags: true, tags: [{ key: "mine", value: "1" }] })
    await networkIs("UP")
    const made = state.view((view) => view.networkInterfaces.first("task", arn))
    assert.deepEqual(made?.tags, [{ key: "aws:ecs:clusterName", value: "default" }])
  })

  test("passes every phase in order from RunTask to STOPPED, and says so in events", async () => {
    const { run, ecs, task, networkIs, observed, statuses, state } = await setUp()
    const arn = await run()
    await networkIs("UP")
    await observed(arn, { payloadSentAt: 1 })
    await observed(arn, { ackedAt: 1 })
    assert.equal(task(arn).lastStatus, "ACTIVATING")
    await observed(arn, running)
    assert.equal(task(arn).lastStatus, "RUNNING")
    await ecs("StopTask", { task: arn })
    assert.equal(task(arn).lastStatus, "DEACTIVATING")
    await observed(arn, { stopSentAt: 2 })
    assert.equal(task(arn).lastStatus, "STOPPING")
    await observed(arn, { status: "STOPPED", containers: { main: { status: "STOPPED", exitCode: 143 } } })
    const stopped = task(arn)
    assert.deepEqual(
      [stopped.lastStatus, stopped.stopCode, stopped.stoppedReason],
      ["STOPPED", "UserInitiated", "Task stopped by user"],
    )
    assert.equal(stopped.attachments[0]?.status, "DELETED")
    state.view((view) => assert.equal(view.networkInterfaces.size, 0))
    const seen = [...new Set(statuses(arn))]
    assert.deepEqual(seen, [
      "PROVISIONING",
      "PENDING",
      "ACTIVATING",
      "RUNNING",
      "DEACTIVATING",
      "STOPPING",
      "DEPROVISIONING",
      "STOPPED",
    ])
  })

  test("that exits by itself says so, whichever phase it is seen in", async () => {
    const { run, task, networkIs, observed } = await setUp()
    const arn = await run()
    await networkIs("UP")
    await observed(arn, { payloadSentAt: 1, ackedAt: 1 })
    // Started and over within one report.
    await observed(arn, { status: "STOPPED", containers: { main: { status: "STOPPED", exitCode: 3 } } })
    assert.deepEqual(
      [task(arn).lastStatus, task(arn).stopCode, task(arn).stoppedReason],
      ["STOPPED", "EssentialContainerExited", "Essential container in task exited"],
    )
  })

  test("leaves RUNNING as soon as an essential container ends, and not when another one does", async () => {
    const { run, task, networkIs, observed } = await setUp()
    const arn = await run()
    await networkIs("UP")
    await observed(arn, { payloadSentAt: 1, ackedAt: 1 })
    await observed(arn, { ...running, containers: { ...running.containers, side: { status: "STOPPED", exitCode: 1 } } })
    assert.equal(task(arn).lastStatus, "RUNNING")
    await observed(arn, {
      containers: { main: { status: "STOPPED", exitCode: 0 }, side: { status: "STOPPED", exitCode: 1 } },
    })
    assert.deepEqual([task(arn).desiredStatus, task(arn).lastStatus], ["STOPPED", "DEACTIVATING"])
  })

  test("whose image cannot be pulled failed to start, with the container's reason", async () => {
    const { run, task, networkIs, observed } = await setUp()
    const arn = await run()
    await networkIs("UP")
    await observed(arn, { payloadSentAt: 1, ackedAt: 1 })
    const reason = "CannotPullContainerError: pull image manifest has been retried 1 time(s)"
    await observed(arn, { status: "STOPPED", containers: { main: { status: "STOPPED", reason } } })
    assert.deepEqual([task(arn).stopCode, task(arn).stoppedReason], ["TaskFailedToStart", reason])
  })

  test("stopped before its host had it never reaches a host", async () => {
    const { run, ecs, task } = await setUp()
    const arn = await run()
    await ecs("StopTask", { task: arn })
    assert.equal(task(arn).lastStatus, "STOPPED")
    assert.equal(task(arn).observed.payloadSentAt, undefined)
  })

  test("whose network cannot be made stops with the reason", async () => {
    const { run, task, networkIs } = await setUp()
    const arn = await run()
    await networkIs("FAILED", "172.31.0.0/16 overlaps eth0")
    assert.deepEqual([task(arn).lastStatus, task(arn).stopCode], ["STOPPED", "TaskFailedToStart"])
    assert.match(task(arn).stoppedReason ?? "", /^ResourceInitializationError: .*172\.31\.0\.0\/16 overlaps eth0$/)
  })

  test("on a VPC that overlaps waits for a machine of its own", async () => {
    const { run, task, networkIs, state } = await setUp()
    const arn = await run()
    await networkIs("OVERLAPS", "taken")
    const apart = state.view((view) => view.machines.by("desired", "up").find((m) => m.place === "apart"))
    assert.ok(apart)
    assert.equal(
      state.view((view) => [...view.networks.all()][0]?.machineId),
      apart.id,
    )
    assert.equal(task(arn).lastStatus, "PROVISIONING")
  })

  test("is stopped when its host is gone for good", async () => {
    const { run, task, networkIs, observed, state, host, settle } = await setUp()
    const arn = await run()
    await networkIs("UP")
    await observed(arn, { payloadSentAt: 1, ackedAt: 1, ...running })
    state.transact((tx) => tx.containerInstances.patch(host, { status: "INACTIVE" }))
    await settle()
    assert.deepEqual([task(arn).lastStatus, task(arn).stopCode], ["STOPPED", "InfrastructureHealth"])
  })

  test("is forgotten an hour after it stopped", async () => {
    const { run, ecs, clock, state } = await setUp()
    const arn = await run()
    await ecs("StopTask", { task: arn })
    await clock.advance(60 * 60 * 1000 - 1)
    state.view((view) => assert.ok(view.tasks.has(arn)))
    await clock.advance(1)
    state.view((view) => assert.ok(!view.tasks.has(arn)))
    const { failures } = await ecs("DescribeTasks", { tasks: [arn] })
    assert.deepEqual(failures, [{ arn, reason: "MISSING" }])
  })
})
