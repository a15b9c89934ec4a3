// Tasks on a host of the official agent: what it is sent, and what becomes of its reports. Its sessions are in
// official-agent.test.ts.
import assert from "node:assert/strict"
import { afterEach, describe, test } from "node:test"
import { endAll, joined, running, runTask, web } from "../support/joined-agent.ts"
import { recordings } from "../support/official-agent.ts"
import { aRole } from "../support/rows.ts"

afterEach(endAll)

describe("a task on it", () => {
  test("with health check, logs, secrets, labels, limits and volumes has room there, and can be loaded", async () => {
    const { world, agent } = await joined()
    world.state.transact((tx) => tx.iamRoles.insert(aRole({ name: "execution" })))
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
    assert.deepEqual(container.secrets, [
      {
        name: "S",
        // It finds parameters by the bare names that GetParameters answers.
        valueFrom: "x",
        provider: "ssm",
        region: "us-east-1",
        type: "ENVIRONMENT_VARIABLE",
        target: "CONTAINER",
      },
    ])
    // Docker's own driver delivers to where the agent reached us, with the keys of the execution role.
    assert.equal(container.logsAuthStrategy, "ExecutionRole")
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
