// Tasks in awsvpc mode on a host of the official agent: it is told of the interface, says when it sees it, and gets the task
// then (ecs-agent-protocol.md sections 4.4 and 8.3).
import assert from "node:assert/strict"
import { afterEach, test } from "node:test"
import type { AcsNetworkInterface } from "../../src/protocol/index.ts"
import { subnets } from "../support/ecs-harness.ts"
import { endAll, joined, setUp, web } from "../support/joined-agent.ts"

afterEach(endAll)

const capabilities = ["ecs.capability.task-eni", "com.amazonaws.ecs.capability.docker-remote-api.1.18"].map((name) => ({
  name,
}))
const [subnet = ""] = subnets
const networkConfiguration = { awsvpcConfiguration: { subnets: [subnet] } }

type Started = Awaited<ReturnType<typeof setUp>>

const run = async ({ world }: Pick<Started, "world">) => {
  await world.call("RegisterTaskDefinition", {
    family: "demo",
    networkMode: "awsvpc",
    containerDefinitions: [{ ...web, portMappings: [{ containerPort: 80 }] }],
  })
  const asked = { taskDefinition: "demo", launchType: "EC2", networkConfiguration } as const
  const { tasks = [], failures } = await world.call("RunTask", asked)
  return { arn: tasks[0]?.taskArn ?? "", failures }
}

/** An agent that can take interfaces. */
const able = async () => {
  const { world, agent } = await setUp()
  await agent.register(capabilities)
  const acs = await agent.acs()
  await acs.next("TaskManifestMessage")
  const statusOf = async (arn: string) => (await world.describe(arn))?.lastStatus
  return { world, agent, acs, statusOf }
}

interface Attach {
  readonly messageId: string
  readonly taskArn: string
  readonly waitTimeoutMs: number
  readonly elasticNetworkInterfaces: readonly AcsNetworkInterface[]
}
const attachment = async (acs: Awaited<ReturnType<typeof able>>["acs"]): Promise<Attach> =>
  (await acs.next("AttachTaskNetworkInterfacesMessage")).message as unknown as Attach

test("the task's payload comes after the agent has seen its interface", async () => {
  const cx = await able()
  const { world, agent, acs, statusOf } = cx
  const { arn } = await run(cx)
  const { elasticNetworkInterfaces, ...message } = await attachment(acs)
  assert.deepEqual([message.taskArn, message.waitTimeoutMs], [arn, 300_000])
  const [eni] = elasticNetworkInterfaces
  const task = await world.describe(arn)
  const [shown] = task?.attachments ?? []
  const detail = (name: string) => shown?.details?.find((one) => one.name === name)?.value
  assert.deepEqual([task?.lastStatus, shown?.status], ["PROVISIONING", "ATTACHING"])
  assert.deepEqual(
    [eni?.ec2Id, eni?.macAddress, eni?.ipv4Addresses, eni?.subnetGatewayIpv4Address],
    [
      detail("networkInterfaceId"),
      detail("macAddress"),
      [{ privateAddress: detail("privateIPv4Address"), primary: true }],
      "172.31.0.1/20",
    ],
  )
  assert.equal(eni?.attachmentArn?.split("/").at(-1), shown?.id)
  assert.equal(agent.tasks.has(arn), false)

  acs.say("AckRequest", { cluster: "default", containerInstance: agent.arn, messageId: message.messageId })
  const attachments = [{ attachmentArn: eni?.attachmentArn, status: "ATTACHED" }]
  const { status } = await agent.api("SubmitTaskStateChange", { cluster: "default", task: arn, attachments })
  assert.equal(status, 200)
  await world.until(() => agent.tasks.has(arn))
  assert.deepEqual(agent.tasks.get(arn)?.task.elasticNetworkInterfaces, elasticNetworkInterfaces)
  assert.equal((await world.describe(arn))?.attachments?.[0]?.status, "ATTACHED")
  await world.until(async () => (await statusOf(arn)) === "ACTIVATING")
})

test("the other way of saying so counts as well, and an agent that comes back is told again", async () => {
  const cx = await able()
  const { agent, world, acs, statusOf } = cx
  const { arn } = await run(cx)
  const first = await attachment(acs)
  acs.socket.terminate()
  await acs.closed
  const again = await agent.acs()
  const second = await attachment(again)
  assert.deepEqual(second.elasticNetworkInterfaces, first.elasticNetworkInterfaces)
  const attachments = [{ attachmentArn: second.elasticNetworkInterfaces[0]?.attachmentArn, status: "ATTACHED" }]
  await agent.api("SubmitAttachmentStateChanges", { cluster: "default", attachments })
  await world.until(() => agent.tasks.has(arn))
  await agent.submit(arn, "RUNNING", { containers: [{ containerName: "web", status: "RUNNING" }] })
  await world.until(async () => (await statusOf(arn)) === "RUNNING")
})

test("an interface that nobody sees ends the task after five minutes, and its address is free again", async () => {
  const cx = await able()
  const { agent, world, acs, statusOf } = cx
  const { arn } = await run(cx)
  await attachment(acs)
  await world.clock.advance(300_000)
  await world.until(async () => (await statusOf(arn)) === "STOPPED")
  const task = await world.describe(arn)
  assert.deepEqual(
    [task?.stopCode, task?.stoppedReason, task?.attachments?.[0]?.status],
    ["TaskFailedToStart", "Timeout waiting for network interface provisioning to complete.", "DELETED"],
  )
  assert.equal(agent.tasks.has(arn), false)
  assert.equal(
    world.state.view((view) => [...view.networkInterfaces.all()].length),
    0,
  )
})

test("a task that is stopped while it waits ends, and one whose instance is deregistered too", async () => {
  const cx = await able()
  const { agent, world, acs, statusOf } = cx
  const { arn } = await run(cx)
  await attachment(acs)
  await world.call("StopTask", { task: arn })
  await world.until(async () => (await statusOf(arn)) === "STOPPED")
  const { arn: second } = await run(cx)
  await attachment(acs)
  await world.call("DeregisterContainerInstance", { containerInstance: agent.arn, force: true })
  await world.until(async () => (await statusOf(second)) === "STOPPED")
  assert.ok((await world.describe(second))?.stoppedReason)
})

test("an agent without the capability gets no such task", async () => {
  const { world, agent } = await joined()
  const { failures } = await run({ world })
  assert.deepEqual(failures, [{ arn: agent.arn, reason: "ATTRIBUTE" }])
})
