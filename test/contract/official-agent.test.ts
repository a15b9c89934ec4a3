// The official agent joins unchanged: sections 15 to 17 of its protocol, over real sockets with its signatures. What the
// agent itself was seen to do against Roadstead is in docs/decisions/0014.
import assert from "node:assert/strict"
import { afterEach, describe, test } from "node:test"
import type { IamRoleCredentials } from "../../src/protocol/index.ts"
import { agentWorld, key, strangersKey } from "../support/agent-world.ts"
import { atEnd, endAll, instanceOf, joined, running, setUp, web } from "../support/joined-agent.ts"
import { type OfficialAgent, officialAgent, recordings } from "../support/official-agent.ts"
import { aRole } from "../support/rows.ts"

afterEach(endAll)

/** The role type of the first message with another key of the same set. */
const renewed = async (acs: Awaited<ReturnType<OfficialAgent["acs"]>>, old: IamRoleCredentials | undefined) => {
  for (;;) {
    const { message } = await acs.next("IAMRoleCredentialsMessage")
    const { credentialsId, accessKeyId } = message.roleCredentials as IamRoleCredentials
    if (credentialsId === old?.credentialsId && accessKeyId !== old.accessKeyId) return message.roleType
  }
}

describe("an official agent that registers", () => {
  test("gets every attribute back, and every one again when it comes back with its ARN and without its own", async () => {
    const { world, agent } = await setUp()
    const custom = [{ name: "rack", value: "b2" }, { name: "bare" }]
    await agent.register(custom, { tags: [{ key: "of", value: "host" }], clientToken: "0-1-2" })
    const first = agent.arn
    const attributes = await agent.register(custom)
    assert.equal(agent.arn, first)
    assert.equal(attributes.find(({ name }) => name === "rack")?.value, "b2")
    const { containerInstanceArns } = await world.call("ListContainerInstances", {})
    assert.deepEqual(containerInstanceArns, [first])
  })

  test("is one instance when its answer was lost and it asks again with the same token, and another with another", async () => {
    const { world, agent } = await setUp()
    const again = officialAgent({ endpoint: world.endpoint, credentials: key, clock: world.clock })
    const later = officialAgent({ endpoint: world.endpoint, credentials: key, clock: world.clock })
    await agent.register([], { clientToken: "0-1-2" })
    await again.register([], { clientToken: "0-1-2" })
    await later.register([], { clientToken: "3-4-5" })
    assert.equal(again.arn, agent.arn)
    assert.notEqual(later.arn, agent.arn)
    assert.equal((await world.call("ListContainerInstances", {})).containerInstanceArns?.length, 2)
  })

  test("without a cluster makes the default one when it is not there", async () => {
    const world = await agentWorld()
    atEnd(world.close)
    const agent = officialAgent({ endpoint: world.endpoint, credentials: key, clock: world.clock })
    const { status, body } = await agent.api("RegisterContainerInstance", { cluster: "default" })
    assert.deepEqual([status, String(body.__type).split("#").pop()], [400, "ClusterNotFoundException"])
    assert.equal((await agent.api("CreateCluster", { clusterName: "default" })).status, 200)
    await agent.register()
  })

  test("is told to connect where it came, whatever zone it says that it is in", async () => {
    const { world, agent } = await setUp()
    await agent.register()
    assert.deepEqual(await agent.endpoints(), {
      endpoint: `${world.endpoint}/acs`,
      telemetryEndpoint: `${world.endpoint}/tcs`,
    })
  })

  test("has the versions of its command session's query, which a registration does not carry", async () => {
    const { world, agent } = await joined()
    const instance = await instanceOf(world, agent)
    assert.equal(instance?.agentConnected, true)
    assert.deepEqual(instance.versionInfo, {
      agentVersion: "1.105.1",
      agentHash: "a8b3e7d3",
      dockerVersion: "DockerVersion: 20.10.24+dfsg1",
    })
    await agent.tcs()
    assert.equal((await instanceOf(world, agent))?.versionInfo?.dockerVersion, "DockerVersion: 20.10.24+dfsg1")
  })
})

describe("both channels", () => {
  test("are refused without a signature, with a wrong one and to another account", async () => {
    const { agent } = await setUp()
    await agent.register()
    for (const channel of ["acs", "tcs"] as const) {
      for (const credentials of [null, { ...key, secretAccessKey: "wrong" }, strangersKey]) {
        assert.equal((await (await agent[channel](credentials)).refused).status, 403)
      }
    }
  })

  test("carry a word at least each minute, so that the agent keeps them", async () => {
    const { world, agent, acs } = await joined()
    const tcs = await agent.tcs()
    await tcs.opened
    for (const session of [acs, tcs]) await session.next("HeartbeatMessage")
    for (let minute = 0; minute < 3; minute += 1) {
      for (let third = 0; third < 3; third += 1) {
        await world.clock.advance(20_000)
        for (const session of [acs, tcs]) await session.next("HeartbeatMessage")
      }
    }
    assert.equal((await instanceOf(world, agent))?.agentConnected, true)
  })

  test("end for a deregistered instance, and say why when it comes again, in the agent's form", async () => {
    const { world, agent, acs } = await joined()
    const tcs = await agent.tcs()
    await tcs.opened
    await world.call("DeregisterContainerInstance", { containerInstance: agent.arn, force: true })
    // 1000 makes it connect again at once.
    assert.deepEqual(await Promise.all([acs.closed, tcs.closed]), [1000, 1000])
    for (const channel of ["acs", "tcs"] as const) {
      const { status, body } = await (await agent[channel]()).refused
      assert.equal(status, 400)
      const said = JSON.parse(body) as { type: string; message: { message: string } }
      assert.equal(said.type, "InactiveInstanceException")
      assert.equal(typeof said.message.message, "string")
    }
  })
})

describe("an official agent that connects again", () => {
  test("keeps its tasks, and numbers only grow", async () => {
    const { world, agent, acs } = await joined()
    const arn = await running(world, agent)
    const before = await acs.next("PayloadMessage")
    acs.socket.close(1000, "ConnectionExpired: Reconnect to continue")
    await acs.closed
    const again = await agent.acs()
    const manifest = await again.next("TaskManifestMessage")
    assert.ok(Number(manifest.message.timeline) > Number(before.message.seqNum))
    assert.deepEqual(
      (manifest.message.tasks as { taskArn: string }[]).map(({ taskArn }) => taskArn),
      [arn],
    )
    assert.equal(agent.tasks.get(arn)?.desired, "RUNNING")
    assert.equal((await instanceOf(world, agent))?.agentConnected, true)
  })

  test("with a task that is not to run any more is told to stop it, after it was asked", async () => {
    const { world, agent, acs } = await joined()
    const arn = await running(world, agent)
    const stray = arn.replace(/[^/]+$/, "9".repeat(32))
    const known = agent.tasks.get(arn)
    assert.ok(known)
    agent.tasks.set(stray, { task: { ...known.task, arn: stray }, desired: "RUNNING" })
    acs.socket.close(1000)
    await acs.closed
    const again = await agent.acs()
    const { message } = await again.next("TaskStopVerificationAck")
    assert.deepEqual(
      (message.stopTasks as { taskArn: string }[]).map(({ taskArn }) => taskArn),
      [stray],
    )
    assert.deepEqual([agent.tasks.get(stray)?.desired, agent.tasks.get(arn)?.desired], ["STOPPED", "RUNNING"])
  })

  test("gets the credentials of both roles with the task, in the shape of the recordings, and new ones in time", async () => {
    const { world, agent, acs } = await joined()
    world.state.transact((tx) => {
      for (const name of ["app", "pull"]) tx.iamRoles.insert(aRole({ name }))
    })
    const arn = await running(world, agent, [web], { taskRoleArn: "app", executionRoleArn: "pull" })
    const { roleCredentials, executionRoleCredentials } = agent.tasks.get(arn)?.task ?? {}
    const recorded = recordings["acs-in-IAMRoleCredentialsMessage"] as {
      readonly message: { readonly roleCredentials: object }
    }
    const members = Object.keys(recorded.message.roleCredentials).sort()
    for (const set of [roleCredentials, executionRoleCredentials])
      assert.deepEqual(Object.keys(set ?? {}).sort(), members)
    assert.match(roleCredentials?.expiration ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    assert.deepEqual(
      [roleCredentials?.roleArn, executionRoleCredentials?.roleArn].map((role) => role?.split("/")[1]),
      ["app", "pull"],
    )
    // Hours that passed would take the connection away: nobody answers heartbeats in virtual time.
    await world.clock.advance(1_000)
    world.state.transact((tx) => {
      for (const { use, keys } of [...tx.taskCredentials.by("task", arn)]) {
        const soon = keys.map((key) => ({ ...key, expiresAt: world.clock.now() + 60_000 }))
        tx.taskCredentials.patch(`${arn} ${use}`, { keys: soon })
      }
    })
    await world.clock.advance(0)
    const [application, execution] = [await renewed(acs, roleCredentials), await renewed(acs, executionRoleCredentials)]
    assert.deepEqual([application, execution], ["TaskApplication", "TaskExecution"])
  })

  test("that was away when keys were renewed gets them when it is back, and those that it has not again", async () => {
    const { world, agent, acs } = await joined()
    world.state.transact((tx) => tx.iamRoles.insert(aRole()))
    const arn = await running(world, agent, [web], { taskRoleArn: "app" })
    // What the control plane has heard shows only in what it says next.
    acs.socket.close(1000)
    await acs.closed
    await (await agent.acs()).next("HeartbeatMessage")
    const second = await agent.acs()
    await second.next("HeartbeatMessage")
    assert.deepEqual(
      second.heard.filter(({ type }) => type === "IAMRoleCredentialsMessage"),
      [],
    )
    second.socket.close(1000)
    await second.closed
    await world.until(() => {
      const instance = world.state.view((view) => view.containerInstances.get(agent.arn))
      return instance?.session.connected === false
    })
    await world.clock.advance(5 * 60 * 60 * 1000)
    const third = await agent.acs()
    const { message } = await third.next("IAMRoleCredentialsMessage")
    assert.equal(message.taskArn, arn)
  })

  test("after a start of its process gets the credentials of running tasks, under the same ids", async () => {
    const keys = { accessKeyId: "ASIA", secretAccessKey: "s", sessionToken: "t", expiration: "2030-01-01T00:00:00Z" }
    const { world, agent, acs } = await joined(({ arn }) => ({
      task: { ...keys, credentialsId: `app-${arn}`, roleArn: "arn:aws:iam::123456789012:role/app" },
    }))
    const over = await running(world, agent)
    await agent.submit(over, "STOPPED", { containers: [{ containerName: "web", status: "STOPPED", exitCode: 0 }] })
    await world.until(async () => (await world.describe(over))?.lastStatus === "STOPPED")
    const arn = await running(world, agent)
    assert.equal(agent.tasks.get(arn)?.task.roleCredentials?.credentialsId, `app-${arn}`)
    acs.socket.close(1000)
    await acs.closed
    agent.restarted()
    const again = await agent.acs()
    const { message } = await again.next("IAMRoleCredentialsMessage")
    await again.next("HeartbeatMessage")
    assert.deepEqual(
      [
        message.taskArn,
        message.roleType,
        (message.roleCredentials as typeof keys & { credentialsId: string }).credentialsId,
      ],
      [arn, "TaskApplication", `app-${arn}`],
    )
    assert.deepEqual(
      again.heard.filter(({ type }) => type === "IAMRoleCredentialsMessage"),
      [],
    )
  })
})

describe("telemetry of an official agent", () => {
  const published = (name: string, agent: OfficialAgent, change: object = {}) => {
    const recorded = recordings[name] as { readonly type: string; readonly message: Record<string, unknown> }
    const metadata = { ...(recorded.message.metadata as object), containerInstance: agent.arn }
    return { ...recorded, message: { ...recorded.message, metadata, ...change } }
  }

  test("is acknowledged frame by frame, each with its own answer, up to the agent's limit of a MiB", async () => {
    const { agent } = await joined()
    const tcs = await agent.tcs()
    await tcs.opened
    tcs.publish(published("tcs-out-PublishMetricsRequest", agent))
    await tcs.next("AckPublishMetric")
    tcs.publish(published("tcs-out-PublishHealthRequest", agent))
    await tcs.next("AckPublishHealth")
    tcs.publish(published("tcs-out-PublishInstanceStatusRequest", agent))
    await tcs.next("AckPublishInstanceStatus")
    tcs.publish(published("tcs-out-PublishMetricsRequest", agent, { padding: "x".repeat(1024 ** 2) }))
    await tcs.next("AckPublishMetric")
  })

  test("makes the health of containers that of the task; nothing is stopped for it by the agent", async () => {
    const { world, agent } = await joined()
    const arn = await running(world, agent, [{ ...web, healthCheck: { command: ["CMD-SHELL", "true"] } }])
    const tcs = await agent.tcs()
    await tcs.opened
    for (const healthStatus of ["UNKNOWN", "HEALTHY", "UNHEALTHY"]) {
      const containers = [{ containerName: "web", healthStatus, statusSince: 1795433080.715 }]
      tcs.publish(published("tcs-out-PublishHealthRequest", agent, { tasks: [{ taskArn: arn, containers }] }))
      await tcs.next("AckPublishHealth")
      await world.until(async () => (await world.describe(arn))?.healthStatus === healthStatus)
    }
    assert.equal((await world.describe(arn))?.lastStatus, "RUNNING")
  })

  test("says how the container runtime of the instance is", async () => {
    const { world, agent } = await joined()
    const tcs = await agent.tcs()
    await tcs.opened
    tcs.publish(published("tcs-out-PublishInstanceStatusRequest", agent))
    await tcs.next("AckPublishInstanceStatus")
    const { containerInstances } = await world.call("DescribeContainerInstances", {
      containerInstances: [agent.arn],
      include: ["CONTAINER_INSTANCE_HEALTH"],
    })
    assert.deepEqual(
      containerInstances?.[0]?.healthStatus?.details?.map(({ type, status }) => [type, status]),
      [["CONTAINER_RUNTIME", "INITIALIZING"]],
    )
  })
})
