// The life of EC2 instances on the virtual clock: real handlers and controllers; what the supervisor and the agents would
// say is written by hand.
import assert from "node:assert/strict"
import { test } from "node:test"
import { controllers, startControllers } from "../../src/controllers/index.ts"
import { type BulkStores, createGate, type Input, type Output } from "../../src/gate/index.ts"
import { type Caller, type Fault, silentLog } from "../../src/kernel/index.ts"
import type { Operations } from "../../src/model/operations.ts"
import { ec2 } from "../../src/services/ec2/index.ts"
import { ecsService } from "../../src/services/ecs/index.ts"
import { type MachineRow, memoryStore, type Tx } from "../../src/state/index.ts"
import { TestClock } from "../support/test-clock.ts"
import { testIds } from "../support/test-ids.ts"

const scope = { account: "123456789012", region: "us-east-1" }
const root: Caller = { account: scope.account, arn: "arn:aws:iam::123456789012:root", kind: "root" }
const image = "ami-0123456789abcdef0"

const world = async () => {
  const state = memoryStore()
  const clock = new TestClock()
  const ecs = ecsService({ pollEndpoint: () => ({ endpoint: "http://x", telemetryEndpoint: "http://x" }) })
  const gate = createGate({
    state,
    bulk: {} as BulkStores,
    services: [ec2, ecs],
    clock,
    ids: testIds(),
    log: silentLog,
  })
  startControllers({ state, gate, clock, log: silentLog, controllers: controllers(scope) })
  await clock.settle()
  const call =
    <S extends "ec2" | "ecs">(service: S) =>
    async <O extends keyof Operations[S] & string>(
      operation: O,
      input: Input<S, O>,
      caller = root,
    ): Promise<Output<S, O>> => {
      const answer = await gate.invoke(service, operation, input, scope, caller)
      await clock.settle()
      return answer
    }
  const write = async (change: (tx: Tx) => unknown) => {
    state.transact(change)
    await clock.settle()
  }
  const machineOf = (id: string) =>
    state.view((view) => view.machines.first("instance", `${scope.account}/${scope.region}/${id}`))
  /** What the supervisor says of the newest wish. */
  const machineIs = (id: string, status: MachineRow["observed"]["status"], reason?: string) =>
    write((tx) => {
      const row = tx.machines.first("instance", `${scope.account}/${scope.region}/${id}`)
      if (!row) throw new Error(`${id} has no machine`)
      const observed = { generation: row.generation, status, at: 0, ...(reason !== undefined && { reason }) }
      tx.machines.patch(row.id, { observed })
    })
  const networkIsUp = () =>
    write((tx) => {
      for (const row of [...tx.networks.all()]) {
        const observed = { generation: row.generation, status: "UP" as const, at: 0 }
        tx.networks.patch(`${row.account}/${row.region}/${row.vpcId}`, { observed })
      }
    })
  const inEc2 = call("ec2")
  const describe = async (id: string) => {
    const { Reservations } = await inEc2("DescribeInstances", { InstanceIds: [id] })
    return Reservations?.[0]?.Instances?.[0] ?? assert.fail(`no instance ${id}`)
  }
  const run = async (more: Partial<Input<"ec2", "RunInstances">> = {}) => {
    const { Instances } = await inEc2("RunInstances", { ImageId: image, MinCount: 1, MaxCount: 1, ...more })
    return (Instances ?? []).map((one) => one.InstanceId ?? "")
  }
  /** The agent of a running instance registers; answers the ARN of the container instance. */
  const join = async (id: string, cluster = "default", capabilities: readonly string[] = []) => {
    const machine = machineOf(id)
    const agent: Caller = { account: scope.account, arn: `arn:${id}`, kind: "machine", machineId: machine?.id ?? "" }
    const { containerInstance } = await call("ecs")(
      "RegisterContainerInstance",
      {
        cluster,
        totalResources: [
          { name: "CPU", type: "INTEGER", integerValue: 1024 },
          { name: "MEMORY", type: "INTEGER", integerValue: 512 },
        ],
        attributes: capabilities.map((name) => ({ name })),
      },
      agent,
    )
    return containerInstance ?? assert.fail("it was not registered")
  }
  return { state, clock, ec2: inEc2, ecs: call("ecs"), machineOf, machineIs, networkIsUp, describe, run, join, write }
}

const up = async (w: Awaited<ReturnType<typeof world>>, more: Partial<Input<"ec2", "RunInstances">> = {}) => {
  const [id = ""] = await w.run(more)
  await w.networkIsUp()
  await w.machineIs(id, "UP")
  return id
}

const refused = (code: string, message: RegExp) => (thrown: Fault) => {
  assert.equal(thrown.code, code)
  assert.match(thrown.message, message)
  return true
}

test("an instance is pending until its machine is seen to be up, and has an address of a default subnet meanwhile", async () => {
  const w = await world()
  const [id = ""] = await w.run({ InstanceType: "t3.medium" })
  const pending = await w.describe(id)
  assert.deepEqual([pending.State?.Name, pending.State?.Code], ["pending", 0])
  assert.equal(w.machineOf(id), undefined)
  await w.networkIsUp()
  assert.equal(w.machineOf(id)?.desired, "up")
  assert.equal((await w.describe(id)).State?.Name, "pending")
  await w.machineIs(id, "UP")
  const running = await w.describe(id)
  assert.deepEqual([running.State?.Name, running.State?.Code], ["running", 16])
  const [eni] = running.NetworkInterfaces ?? []
  assert.equal(eni?.PrivateIpAddress, running.PrivateIpAddress)
  assert.deepEqual([eni?.Attachment?.DeviceIndex, eni?.Attachment?.DeleteOnTermination], [0, true])
  const { InstanceStatuses } = await w.ec2("DescribeInstanceStatus", { InstanceIds: [id] })
  assert.equal(InstanceStatuses?.[0]?.InstanceStatus?.Status, "ok")
})

test("its agent becomes a container instance of the user's cluster, with what the records say of the instance", async () => {
  const w = await world()
  const id = await up(w, { InstanceType: "m5.large" })
  const member = await w.join(id)
  const { PrivateIpAddress: _, SubnetId, VpcId, Placement } = await w.describe(id)
  assert.equal(member.ec2InstanceId, id)
  const attributes = new Map(member.attributes?.map(({ name, value }) => [name, value]))
  assert.deepEqual(
    ["instance-type", "ami-id", "availability-zone", "subnet-id", "vpc-id"].map((name) =>
      attributes.get(`ecs.${name}`),
    ),
    ["m5.large", image, Placement?.AvailabilityZone, SubnetId, VpcId],
  )
  const { containerInstanceArns } = await w.ecs("ListContainerInstances", {})
  assert.deepEqual(containerInstanceArns, [member.containerInstanceArn])
})

test("a terminated instance is shutting down until its machine is gone; then it has no address and leaves its cluster", async () => {
  const w = await world()
  const id = await up(w)
  await w.join(id)
  const { InterfaceId } = { InterfaceId: (await w.describe(id)).NetworkInterfaces?.[0]?.NetworkInterfaceId ?? "" }
  const { TerminatingInstances } = await w.ec2("TerminateInstances", { InstanceIds: [id] })
  assert.deepEqual(
    [TerminatingInstances?.[0]?.PreviousState?.Name, TerminatingInstances?.[0]?.CurrentState?.Name],
    ["running", "shutting-down"],
  )
  assert.equal(w.machineOf(id)?.desired, "gone")
  await w.machineIs(id, "GONE")
  const over = await w.describe(id)
  assert.deepEqual([over.State?.Name, over.PrivateIpAddress, over.NetworkInterfaces], ["terminated", undefined, []])
  assert.equal(over.StateReason?.Code, "Client.UserInitiatedShutdown")
  assert.match(over.StateTransitionReason ?? "", /^User initiated \(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d GMT\)$/)
  assert.deepEqual((await w.ecs("ListContainerInstances", {})).containerInstanceArns, [])
  await assert.rejects(
    w.ec2("DescribeNetworkInterfaces", { NetworkInterfaceIds: [InterfaceId] }),
    refused("InvalidNetworkInterfaceID.NotFound", /does not exist/),
  )
  assert.equal(w.machineOf(id), undefined)
  await w.clock.advance(61 * 60 * 1000)
  await assert.rejects(w.describe(id), refused("InvalidInstanceID.NotFound", /does not exist/))
})

test("a stopped instance keeps its address and its place in the cluster, and starts again", async () => {
  const w = await world()
  const id = await up(w)
  const member = await w.join(id)
  const before = await w.describe(id)
  await w.ec2("StopInstances", { InstanceIds: [id] })
  assert.equal((await w.describe(id)).State?.Name, "stopping")
  await assert.rejects(
    w.ec2("StartInstances", { InstanceIds: [id] }),
    refused("IncorrectInstanceState", /is not in a state from which it can be started\.$/),
  )
  await w.machineIs(id, "STOPPED")
  const stopped = await w.describe(id)
  assert.deepEqual([stopped.State?.Name, stopped.PrivateIpAddress], ["stopped", before.PrivateIpAddress])
  assert.deepEqual((await w.ecs("ListContainerInstances", {})).containerInstanceArns, [member.containerInstanceArn])
  await w.ec2("ModifyInstanceAttribute", { InstanceId: id, InstanceType: { Value: "t3.large" } })
  await w.ec2("StartInstances", { InstanceIds: [id] })
  assert.equal((await w.describe(id)).State?.Name, "pending")
  await w.machineIs(id, "UP")
  const again = await w.describe(id)
  assert.deepEqual([again.State?.Name, again.InstanceType], ["running", "t3.large"])
})

test("an instance that cannot be made ends, and says what is missing", async () => {
  const w = await world()
  const [id = ""] = await w.run()
  await w.networkIsUp()
  await w.machineIs(id, "FAILED", "it needs root")
  const over = await w.describe(id)
  assert.deepEqual(
    [over.State?.Name, over.StateReason?.Code, over.StateReason?.Message],
    ["terminated", "Server.InsufficientInstanceCapacity", "Server.InsufficientInstanceCapacity: it needs root"],
  )
  assert.equal(w.machineOf(id)?.desired, "gone")
})

test("an instance that does not come up in ten minutes ends", async () => {
  const w = await world()
  const [id = ""] = await w.run()
  await w.networkIsUp()
  await w.machineIs(id, "STARTING", "the engine does not answer")
  await w.clock.advance(10 * 60 * 1000)
  assert.equal((await w.describe(id)).StateReason?.Message, "Server.InternalError: the engine does not answer")
})

test("what an instance uses cannot be deleted, and what is protected cannot be terminated", async () => {
  const w = await world()
  const id = await up(w, { DisableApiTermination: true })
  const { SubnetId, NetworkInterfaces, SecurityGroups } = await w.describe(id)
  await assert.rejects(w.ec2("DeleteSubnet", { SubnetId }), refused("DependencyViolation", /has dependencies/))
  await assert.rejects(
    w.ec2("DeleteNetworkInterface", { NetworkInterfaceId: NetworkInterfaces?.[0]?.NetworkInterfaceId }),
    refused("InvalidParameterValue", /is currently in use/),
  )
  assert.equal(SecurityGroups?.[0]?.GroupName, "default")
  await assert.rejects(
    w.ec2("TerminateInstances", { InstanceIds: [id] }),
    refused("OperationNotPermitted", /Modify its 'disableApiTermination' instance attribute and try again\.$/),
  )
  await w.ec2("ModifyInstanceAttribute", { InstanceId: id, DisableApiTermination: { Value: false } })
  await w.ec2("TerminateInstances", { InstanceIds: [id] })
  assert.equal((await w.describe(id)).State?.Name, "shutting-down")
})

test("a launch template fills what the request leaves out, and the same client token launches once", async () => {
  const w = await world()
  const userData = Buffer.from("#!/bin/bash\necho ECS_CLUSTER=web >> /etc/ecs/ecs.config\n").toString("base64")
  const LaunchTemplateData = { ImageId: image, InstanceType: "c5.large" as const, UserData: userData }
  await w.ec2("CreateLaunchTemplate", { LaunchTemplateName: "members", LaunchTemplateData })
  const second = await w.ec2("CreateLaunchTemplateVersion", {
    LaunchTemplateName: "members",
    SourceVersion: "1",
    LaunchTemplateData: { InstanceType: "c5.xlarge" },
  })
  assert.equal(second.LaunchTemplateVersion?.VersionNumber, 2)
  const LaunchTemplate = { LaunchTemplateName: "members", Version: "$Latest" }
  const request = { MinCount: 2, MaxCount: 2, LaunchTemplate, ClientToken: "once" }
  const first = await w.ec2("RunInstances", request)
  const again = await w.ec2("RunInstances", request)
  assert.equal(again.ReservationId, first.ReservationId)
  assert.deepEqual(
    again.Instances?.map((one) => one.InstanceId),
    first.Instances?.map((one) => one.InstanceId),
  )
  assert.equal(first.Instances?.[0]?.InstanceType, "c5.xlarge")
  assert.ok(first.Instances?.[0]?.Tags?.some(({ Key }) => Key === "aws:ec2launchtemplate:id"))
  await assert.rejects(
    w.ec2("RunInstances", { ...request, MaxCount: 3 }),
    refused("IdempotentParameterMismatch", /same client token/),
  )
  const { Reservations } = await w.ec2("DescribeInstances", {
    Filters: [{ Name: "instance-type", Values: ["c5.*"] }],
  })
  assert.deepEqual(
    Reservations?.map((r) => r.Instances?.length),
    [2],
  )
})

test("bad launches get EC2's errors and leave nothing", async () => {
  const w = await world()
  const cases: readonly [Partial<Input<"ec2", "RunInstances">>, string, RegExp][] = [
    [{ ImageId: undefined }, "MissingParameter", /ImageId/],
    [{ ImageId: "nonsense" }, "InvalidAMIID.Malformed", /^Invalid id: "nonsense"/],
    [
      { InstanceType: "z9.huge" as "t3.micro" },
      "InvalidParameterValue",
      /^Invalid value 'z9.huge' for InstanceType\.$/,
    ],
    [{ MinCount: 2 }, "InvalidParameterValue", /MinCount/],
    [{ SubnetId: "subnet-1" }, "InvalidSubnetID.NotFound", /subnet-1/],
    [{ SecurityGroupIds: ["sg-1"] }, "InvalidGroup.NotFound", /sg-1/],
    [{ UserData: "!" }, "InvalidParameterValue", /BASE64/],
    [{ PrivateIpAddress: "10.0.0.1" }, "InvalidParameterValue", /does not fall within/],
    [{ NetworkInterfaces: [{ DeviceIndex: 0 }], SubnetId: "subnet-1" }, "InvalidParameterCombination", /subnet ID/],
    [{ LaunchTemplate: { LaunchTemplateId: "lt-1" } }, "InvalidLaunchTemplateId.NotFound", /lt-1/],
    [{ InstanceMarketOptions: { MarketType: "spot" } }, "UnsupportedOperation", /spot/],
  ]
  for (const [more, code, message] of cases) await assert.rejects(w.run(more), refused(code, message))
  assert.equal(
    w.state.view((view) => [...view.instances.all()].length),
    0,
  )
  await assert.rejects(
    w.ec2("TerminateInstances", { InstanceIds: ["i-0123456789abcdef0"] }),
    refused("InvalidInstanceID.NotFound", /^The instance ID 'i-0123456789abcdef0' does not exist$/),
  )
})

/** An instance whose agent has registered, is connected, and can take tasks in awsvpc mode. */
const withAgent = async (w: Awaited<ReturnType<typeof world>>, more: Partial<Input<"ec2", "RunInstances">> = {}) => {
  const id = await up(w, more)
  const names = ["ecs.capability.task-eni", "com.amazonaws.ecs.capability.docker-remote-api.1.18"]
  const { containerInstanceArn: arn = "" } = await w.join(id, "default", names)
  await w.write((tx) => tx.containerInstances.patch(arn, { session: { connected: true, since: 0 } }))
  await w.ecs("RegisterTaskDefinition", {
    family: "own",
    networkMode: "awsvpc",
    containerDefinitions: [{ name: "app", image: "app:1", memory: 16 }],
  })
  const { SubnetId = "" } = await w.describe(id)
  const start = async () => {
    const { tasks, failures } = await w.ecs("RunTask", {
      taskDefinition: "own",
      launchType: "EC2",
      networkConfiguration: { awsvpcConfiguration: { subnets: [SubnetId] } },
    })
    assert.deepEqual(failures, [])
    return tasks?.[0]?.taskArn ?? ""
  }
  const task = async (of: string) => (await w.ecs("DescribeTasks", { tasks: [of] })).tasks?.[0]
  return { id, arn, SubnetId, start, task }
}

test("an instance shows the interfaces of its tasks behind its own, and gets their places back", async () => {
  const w = await world()
  const { id, SubnetId, start, task } = await withAgent(w, { InstanceType: "m5.large" })
  const arns = [await start(), await start()]
  const [first, second] = await Promise.all(arns.map(task))
  assert.deepEqual([first?.lastStatus, first?.attachments?.[0]?.status], ["PENDING", "ATTACHED"])
  const enis = [first, second].map(
    (one) => one?.attachments?.[0]?.details?.find(({ name }) => name === "networkInterfaceId")?.value,
  )
  const shown = (await w.describe(id)).NetworkInterfaces ?? []
  assert.deepEqual(
    shown.slice(1).map((one) => [one.NetworkInterfaceId, one.Attachment?.DeviceIndex, one.SubnetId]),
    [
      [enis[0], 1, SubnetId],
      [enis[1], 2, SubnetId],
    ],
  )
  const filter = { Filters: [{ Name: "attachment.instance-id", Values: [id] }] }
  const all = await w.ec2("DescribeNetworkInterfaces", filter)
  assert.equal(all.NetworkInterfaces?.length, 3)
  assert.deepEqual(
    all.NetworkInterfaces?.map(({ Attachment }) => Attachment?.InstanceId),
    [id, id, id],
  )
  await w.ecs("StopTask", { task: arns[0] })
  assert.equal((await task(arns[0] ?? ""))?.lastStatus, "STOPPED")
  assert.equal((await w.ec2("DescribeNetworkInterfaces", filter)).NetworkInterfaces?.length, 2)
  const again = await start()
  const own = (await w.describe(id)).NetworkInterfaces?.find(({ Attachment }) => Attachment?.DeviceIndex === 1)
  const eni = (await task(again))?.attachments?.[0]?.details?.find(({ name }) => name === "networkInterfaceId")
  assert.equal(own?.NetworkInterfaceId, eni?.value)
})

test("a task whose instance is terminated while it waits for its interface ends with it, and so does the interface", async () => {
  const w = await world()
  const { id, start, task } = await withAgent(w)
  // The network is being made anew.
  await w.write((tx) => {
    for (const row of [...tx.networks.all()]) {
      const observed = { ...row.observed, status: "UNKNOWN" as const }
      tx.networks.patch(`${row.account}/${row.region}/${row.vpcId}`, { observed })
    }
  })
  const arn = await start()
  assert.deepEqual(
    [(await task(arn))?.lastStatus, (await task(arn))?.attachments?.[0]?.status],
    ["PROVISIONING", "ATTACHING"],
  )
  await w.ec2("TerminateInstances", { InstanceIds: [id] })
  const over = await task(arn)
  assert.deepEqual(
    [over?.lastStatus, over?.stopCode, over?.attachments?.[0]?.status],
    ["STOPPED", "TerminationNotice", "DELETED"],
  )
  await w.machineIs(id, "GONE")
  assert.equal(
    w.state.view((view) => [...view.networkInterfaces.all()].length),
    0,
  )
})

test("a task whose network cannot be made stops and says so", async () => {
  const w = await world()
  const { start, task } = await withAgent(w)
  await w.write((tx) => {
    for (const row of [...tx.networks.all()]) {
      const observed = { ...row.observed, status: "FAILED" as const, reason: "it is taken" }
      tx.networks.patch(`${row.account}/${row.region}/${row.vpcId}`, { observed })
    }
  })
  const arn = await start()
  const over = await task(arn)
  assert.equal(over?.stopCode, "TaskFailedToStart")
  assert.match(over?.stoppedReason ?? "", /^ResourceInitializationError: failed to configure ENI: .*it is taken$/)
})
