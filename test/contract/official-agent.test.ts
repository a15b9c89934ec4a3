// The official agent joins unchanged: sections 15 to 17 of its protocol, over real sockets with its signatures. What the
// agent itself was seen to do against Roadstead is in docs/decisions/0014.
import assert from "node:assert/strict"
import { afterEach, describe, test } from "node:test"
import type { ContainerDefinition } from "@aws-sdk/client-ecs"
import type { CredentialsOf } from "../../src/fleet/index.ts"
import { agentWorld, key, strangersKey } from "../support/agent-world.ts"
import { type OfficialAgent, officialAgent, recordings } from "../support/official-agent.ts"

type World = Awaited<ReturnType<typeof agentWorld>>

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

const setUp = async (credentials?: CredentialsOf) => {
  const world = await agentWorld(credentials)
  ends.push(world.close)
  await world.call("CreateCluster", {})
  const agent = officialAgent({ endpoint: world.endpoint, credentials: key, clock: world.clock })
  ends.push(agent.close)
  return { world, agent }
}

/** An agent that has registered and has its command session. */
const joined = async (credentials?: CredentialsOf) => {
  const { world, agent } = await setUp(credentials)
  await agent.register()
  const acs = await agent.acs()
  await acs.next("TaskManifestMessage")
  return { world, agent, acs }
}

const web: ContainerDefinition = { name: "web", image: "web:1", memory: 32 }

const runTask = async (
  world: World,
  containerDefinitions: ContainerDefinition[] = [web],
  more: {
    readonly executionRoleArn?: string
    readonly networkMode?: "host" | "none"
    readonly overrides?: object
    readonly volumes?: object[]
  } = {},
) => {
  const { overrides, ...definition } = more
  const { taskDefinition } = await world.call("RegisterTaskDefinition", {
    family: "demo",
    containerDefinitions,
    ...definition,
  })
  const taskDefinitionArn = taskDefinition?.taskDefinitionArn ?? ""
  const { tasks, failures } = await world.call("RunTask", {
    taskDefinition: taskDefinitionArn,
    launchType: "EC2",
    ...(overrides && { overrides }),
  })
  assert.deepEqual(failures, [])
  return tasks?.[0]?.taskArn ?? ""
}

/** A running task. */
const running = async (world: World, agent: OfficialAgent, ...rest: unknown[]) => {
  const arn = await runTask(world, ...(rest as []))
  await world.until(() => agent.tasks.has(arn))
  const containers = (agent.tasks.get(arn)?.task.containers ?? []).map(({ name }) => ({
    containerName: name,
    status: "RUNNING",
    runtimeId: `id-${name}`,
  }))
  await agent.submit(arn, "RUNNING", { containers })
  await world.until(async () => (await world.describe(arn))?.lastStatus === "RUNNING")
  return arn
}

const instanceOf = async (world: World, agent: OfficialAgent) =>
  (await world.call("DescribeContainerInstances", { containerInstances: [agent.arn] })).containerInstances?.[0]

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

  test("without a cluster makes the default one when it is not there", async () => {
    const world = await agentWorld()
    ends.push(world.close)
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

describe("a task on it", () => {
  test("with health check, logs, secrets, labels, limits and volumes has room there, and can be loaded", async () => {
    const { world, agent } = await joined()
    const arn = await runTask(
      world,
      [
        { name: "init", image: "init:1", memory: 16, essential: false },
        {
          ...web,
          memoryReservation: 16,
          user: "1:1",
          dockerLabels: { my: "label" },
          environment: [
            { name: "A", value: "definition" },
            { name: "B", value: "definition" },
          ],
          healthCheck: { command: ["CMD-SHELL", "true"], interval: 5 },
          dependsOn: [{ containerName: "init", condition: "SUCCESS" }],
          mountPoints: [{ sourceVolume: "scratch", containerPath: "/s" }],
          secrets: [{ name: "S", valueFrom: "arn:aws:ssm:us-east-1:123456789012:parameter/x" }],
          logConfiguration: { logDriver: "awslogs", options: { "awslogs-group": "/g", "awslogs-region": "us-east-1" } },
          portMappings: [{ containerPort: 80 }, { containerPortRange: "9000-9002" }],
          restartPolicy: { enabled: true },
          linuxParameters: { initProcessEnabled: true, capabilities: { drop: ["NET_RAW"] } },
          ulimits: [{ name: "nofile", softLimit: 10, hardLimit: 20 }],
        },
      ],
      {
        executionRoleArn: "arn:aws:iam::123456789012:role/execution",
        volumes: [{ name: "scratch" }, { name: "files", efsVolumeConfiguration: { fileSystemId: "fs-12345678" } }],
        overrides: {
          containerOverrides: [
            { name: "web", command: ["serve"], cpu: 128, environment: [{ name: "B", value: "override" }] },
          ],
        },
      },
    )
    await world.until(() => agent.tasks.has(arn))
    const container = agent.tasks.get(arn)?.task.containers?.find(({ name }) => name === "web")
    assert.ok(container)
    assert.deepEqual([container.command, container.cpu, container.overrides], [["serve"], 128, "{}"])
    // In bridge mode the agent's loopback address would be the container itself.
    assert.deepEqual(container.environment, { AWS_EXECUTION_ENV: "AWS_ECS_EC2", A: "definition", B: "override" })
    const config = JSON.parse(container.dockerConfig.config) as Record<string, unknown>
    const host = JSON.parse(container.dockerConfig.hostConfig) as Record<string, unknown>
    assert.deepEqual(config.Healthcheck, {
      Test: ["CMD-SHELL", "true"],
      Interval: 5e9,
      Timeout: 5e9,
      Retries: 3,
    })
    assert.deepEqual([config.Labels, config.User], [{ my: "label" }, "1:1"])
    assert.deepEqual(
      [host.MemoryReservation, host.Init, host.CapDrop, host.Ulimits],
      [16 * 1024 ** 2, true, ["NET_RAW"], [{ Name: "nofile", Soft: 10, Hard: 20 }]],
    )
    // Docker's own driver delivers to where the agent reached us.
    const { Config } = host.LogConfig as { Config: Record<string, string> }
    assert.equal(Config["awslogs-endpoint"], world.endpoint)
    assert.equal((await world.describe(arn))?.connectivity, "CONNECTED")
  })

  test("in host mode has Docker's network mode in hostConfig, and the APIs at the agent's own address", async () => {
    const { world, agent } = await joined()
    const arn = await runTask(world, [web], { networkMode: "host" })
    await world.until(() => agent.tasks.has(arn))
    const [container] = agent.tasks.get(arn)?.task.containers ?? []
    assert.match(container?.dockerConfig.hostConfig ?? "", /"NetworkMode":"host"/)
    assert.equal(container?.environment?.AWS_ENDPOINT_URL, world.endpoint)
  })

  test("is reported in batches: the same container twice, PENDING while one runs, late words after the end", async () => {
    const { world, agent } = await joined()
    const arn = await runTask(world, [
      { name: "i", image: "i:1", memory: 8, essential: false },
      { ...web, name: "main" },
    ])
    await world.until(() => agent.tasks.has(arn))
    const recorded = recordings["api-SubmitTaskStateChange"] as {
      readonly containers: readonly object[]
      readonly executionStoppedAt: number
    }
    await agent.submit(arn, "PENDING", { containers: recorded.containers.slice(0, 2) })
    await world.until(async () => (await world.describe(arn))?.containers?.[0]?.exitCode === 4)
    assert.equal((await world.describe(arn))?.containers?.[0]?.lastStatus, "STOPPED")
    const { status, body } = await agent.submit(arn, "STOPPED", { ...recorded, cluster: "default", task: arn })
    assert.deepEqual([status, typeof body.acknowledgment], [200, "string"])
    await agent.submit(arn, "RUNNING", { containers: [{ containerName: "main", status: "RUNNING" }] })
    await world.until(async () => (await world.describe(arn))?.lastStatus === "STOPPED")
    const task = await world.describe(arn)
    assert.deepEqual(
      task?.containers?.map((c) => [c.name, c.lastStatus, c.exitCode]),
      [
        ["i", "STOPPED", 4],
        ["main", "STOPPED", 143],
      ],
    )
    assert.match(task?.containers?.[1]?.reason ?? "", /^CannotStartContainerError: dependency graph/)
    assert.equal(task?.executionStoppedAt?.getTime(), recorded.executionStoppedAt * 1000)
  })

  test("that it reports RUNNING with an exit code has both", async () => {
    const { world, agent } = await joined()
    const arn = await runTask(world)
    await world.until(() => agent.tasks.has(arn))
    await agent.submit(arn, "RUNNING", { containers: [{ containerName: "web", status: "RUNNING", exitCode: 3 }] })
    await world.until(async () => (await world.describe(arn))?.lastStatus === "RUNNING")
    assert.equal((await world.describe(arn))?.containers?.[0]?.exitCode, 3)
  })

  test("of which nobody knows any more is acknowledged, or the agent would repeat it for a day", async () => {
    const { agent } = await joined()
    const gone = agent.arn.replace("container-instance", "task")
    const { status, body } = await agent.submit(gone, "STOPPED")
    assert.deepEqual([status, body], [200, { acknowledgment: "" }])
    const attachments = [{ attachmentArn: gone.replace(":task/", ":attachment/"), status: "ATTACHED" }]
    assert.equal((await agent.api("SubmitAttachmentStateChanges", { cluster: "default", attachments })).status, 200)
  })

  test("can be reported container by container, as older agents do", async () => {
    const { world, agent } = await joined()
    const arn = await running(world, agent)
    const change = { cluster: "default", task: arn, containerName: "web", status: "STOPPED", exitCode: 9 }
    assert.equal((await agent.api("SubmitContainerStateChange", change)).status, 200)
    await world.until(async () => (await world.describe(arn))?.containers?.[0]?.exitCode === 9)
  })

  test("that it cannot load ends with its reason and is not sent again, while others go on", async () => {
    const { world, agent, acs } = await joined()
    const good = await running(world, agent)
    const bad = await runTask(world)
    await world.until(() => agent.tasks.has(bad))
    agent.tasks.delete(bad)
    await agent.submit(bad, "STOPPED", { reason: "UnrecogniedTaskError: Error loading task - x" })
    await world.until(async () => (await world.describe(bad))?.lastStatus === "STOPPED")
    assert.equal((await world.describe(bad))?.stopCode, "TaskFailedToStart")
    acs.socket.close(1000)
    await acs.closed
    await (await agent.acs()).next("TaskManifestMessage")
    assert.equal(agent.tasks.has(bad), false)
    assert.equal((await world.describe(good))?.lastStatus, "RUNNING")
  })

  test("stops by two members alone; the agent's last report ends it with the control plane's reason", async () => {
    const { world, agent, acs } = await joined()
    const arn = await running(world, agent)
    await acs.next("PayloadMessage")
    await world.call("StopTask", { task: arn, reason: "enough" })
    const { message } = await acs.next("PayloadMessage")
    const [sent] = message.tasks as Record<string, unknown>[]
    assert.deepEqual([sent?.arn, sent?.desiredStatus, sent?.containers], [arn, "STOPPED", undefined])
    await agent.submit(arn, "STOPPED", { containers: [{ containerName: "web", status: "STOPPED", exitCode: 0 }] })
    await world.until(async () => (await world.describe(arn))?.lastStatus === "STOPPED")
    const task = await world.describe(arn)
    assert.deepEqual([task?.stopCode, task?.stoppedReason], ["UserInitiated", "enough"])
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
