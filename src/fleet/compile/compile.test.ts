// Payloads against those that the official agent took: a definition that says the same must compile to the same, but for
// what is named here as ours.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { describe, test } from "node:test"
import type { ContainerDefinition, RegisterTaskDefinitionCommandInput } from "@aws-sdk/client-ecs"
import { aDefinition, aTask } from "../../../test/support/rows.ts"
import type { AcsContainer, AcsTask } from "../../protocol/index.ts"
import type { TaskDefinitionRow, TaskRow } from "../../state/index.ts"
import { compileTask } from "../index.ts"

const golden = (name: string): AcsTask => {
  const file = new URL(`../../../test/golden/agent/${name}.json`, import.meta.url)
  return JSON.parse(readFileSync(file, "utf8")).message.message.tasks[0]
}

const scope = { account: "123456789012", region: "us-east-1" }

const definitionOf = (
  family: string,
  revision: number,
  body: Partial<RegisterTaskDefinitionCommandInput>,
): TaskDefinitionRow =>
  aDefinition({
    ...scope,
    arn: `arn:aws:ecs:us-east-1:123456789012:task-definition/${family}:${revision}`,
    family,
    revision,
    definition: { family, containerDefinitions: [], ...body } as TaskDefinitionRow["definition"],
  })

const taskOf = (recorded: AcsTask, definition: TaskDefinitionRow, more: Partial<TaskRow> = {}): TaskRow =>
  aTask({
    ...scope,
    arn: recorded.arn,
    clusterArn: recorded.taskClusterArn ?? "",
    taskDefinitionArn: definition.arn,
    launchType: "EC2",
    group: recorded.group ?? `family:${definition.family}`,
    containers: [],
    ...more,
  })

const parsed = (container: AcsContainer) => ({
  ...container,
  dockerConfig: {
    config: JSON.parse(container.dockerConfig.config) as object,
    hostConfig: JSON.parse(container.dockerConfig.hostConfig) as object,
  },
})

/** Compares every member that was recorded. */
const includes = (actual: unknown, recorded: unknown, path: string): void => {
  if (Array.isArray(recorded)) {
    assert.ok(Array.isArray(actual), path)
    assert.equal(actual.length, recorded.length, path)
    recorded.forEach((item, i) => {
      includes(actual[i], item, `${path}[${i}]`)
    })
  } else if (typeof recorded === "object" && recorded !== null) {
    for (const [key, value] of Object.entries(recorded)) {
      // A null of the recording says the same as a member that is not there.
      if (value === null) assert.equal((actual as Record<string, unknown>)[key] ?? null, null, `${path}.${key}`)
      else includes((actual as Record<string, unknown> | undefined)?.[key], value, `${path}.${key}`)
    }
  } else assert.deepEqual(actual, recorded, path)
}

describe("a payload", () => {
  test("of a bridge task with volumes, a health check, a dependency and ports is what the official agent took", () => {
    const recorded = golden("payload-bridge")
    const [init, web] = recorded.containers ?? []
    assert.ok(init && web)
    const containers: ContainerDefinition[] = [
      {
        name: "init",
        image: "busybox:local",
        essential: false,
        cpu: 10,
        memory: 32,
        command: [...(init.command ?? [])],
        mountPoints: [{ sourceVolume: "scratch", containerPath: "/s" }],
      },
      {
        name: "web",
        image: "busybox:local",
        cpu: 100,
        memory: 64,
        memoryReservation: 32,
        command: [...(web.command ?? [])],
        environment: [{ name: "FOO", value: "bar" }],
        portMappings: [
          { containerPort: 80, protocol: "tcp" },
          { containerPort: 53, hostPort: 18053, protocol: "udp" },
        ],
        mountPoints: [
          { sourceVolume: "scratch", containerPath: "/s" },
          { sourceVolume: "e", containerPath: "/e" },
        ],
        dependsOn: [{ containerName: "init", condition: "SUCCESS" }],
        stopTimeout: 5,
        startTimeout: 60,
        healthCheck: {
          command: ["CMD-SHELL", "wget -q -O- http://127.0.0.1/ || exit 1"],
          interval: 5,
          timeout: 3,
          retries: 2,
        },
        dockerLabels: { "my.label": "x" },
        logConfiguration: { logDriver: "json-file", options: {} },
      },
    ]
    const definition = definitionOf("demo", 3, {
      networkMode: "bridge",
      containerDefinitions: containers,
      volumes: [
        {
          name: "scratch",
          dockerVolumeConfiguration: {
            scope: "task",
            autoprovision: false,
            driver: "local",
            driverOpts: {},
            labels: { a: "b" },
          },
        },
        { name: "h", host: { sourcePath: "/tmp" } },
        { name: "e" },
      ],
    })
    const task = taskOf(recorded, definition, {
      cpu: "256",
      memory: "128",
      serviceArn: "arn:aws:ecs:us-east-1:123456789012:service/default/websvc",
    })
    const credentials = { task: recorded.roleCredentials, execution: recorded.executionRoleCredentials }
    assert.ok(credentials.task && credentials.execution)
    const compiled = compileTask({
      task,
      definition,
      credentials: { task: credentials.task, execution: credentials.execution },
    })

    const { containers: recordedContainers, launchType: _, ...recordedTask } = recorded
    includes(compiled, recordedTask, "task")
    for (const [i, container] of (recordedContainers ?? []).entries()) {
      // The ARN of a container is made by RunTask, and the oldest Docker API is a matter of taste.
      const { containerArn: _arn, ...rest } = parsed(container)
      const actual = compiled.containers?.[i]
      assert.ok(actual)
      includes(parsed(actual), rest, `container ${i}`)
    }
  })

  test("of a host task carries Docker's network mode and the restart policy", () => {
    const recorded = golden("payload-host")
    const containers: ContainerDefinition[] = (recorded.containers ?? []).map((c) => ({
      name: c.name,
      image: c.image,
      essential: c.essential,
      memory: c.memory,
      command: [...(c.command ?? [])],
      ...(c.stopTimeout !== undefined && { stopTimeout: c.stopTimeout }),
      ...(c.name === "main" && { portMappings: [{ containerPort: 9911, hostPort: 9911 }] }),
      ...(c.name === "side" && { restartPolicy: { enabled: true, ignoredExitCodes: [0], restartAttemptPeriod: 60 } }),
    }))
    const definition = definitionOf("hostnet", 1, { networkMode: "host", containerDefinitions: containers })
    const compiled = compileTask({ task: taskOf(recorded, definition), definition })
    for (const [i, container] of (recorded.containers ?? []).entries()) {
      const actual = compiled.containers?.[i]
      assert.ok(actual)
      includes(parsed(actual), parsed(container), `container ${i}`)
    }
  })

  test("has RunTask's overrides merged into the fields, since agents refuse them elsewhere", () => {
    const definition = definitionOf("x", 1, {
      containerDefinitions: [
        {
          name: "main",
          image: "i",
          cpu: 1,
          memory: 10,
          command: ["a"],
          environment: [
            { name: "A", value: "1" },
            { name: "B", value: "1" },
          ],
        },
      ],
    })
    const task = taskOf(golden("payload-host"), definition, {
      overrides: {
        containerOverrides: [
          {
            name: "main",
            command: ["b", "c"],
            environment: [{ name: "B", value: "2" }],
            cpu: 5,
            memory: 20,
            memoryReservation: 15,
          },
        ],
      },
    })
    const [container] = compileTask({ task, definition }).containers ?? []
    assert.ok(container)
    assert.deepEqual(container.command, ["b", "c"])
    assert.deepEqual(container.environment, { AWS_EXECUTION_ENV: "AWS_ECS_EC2", A: "1", B: "2" })
    assert.deepEqual([container.cpu, container.memory, container.overrides], [5, 20, "{}"])
    assert.equal(
      (JSON.parse(container.dockerConfig.hostConfig) as { MemoryReservation: number }).MemoryReservation,
      15 * 1024 * 1024,
    )
  })

  describe("and Docker's part of a container", () => {
    const dockerOf = (container: Partial<ContainerDefinition>, name = "main") => {
      const definition = definitionOf("x", 1, {
        containerDefinitions: [{ name, image: "i", memory: 64, ...container }],
      })
      const [compiled] = compileTask({ task: taskOf(golden("payload-host"), definition), definition }).containers ?? []
      assert.ok(compiled)
      const { version, hostConfig } = compiled.dockerConfig
      return { version, hostConfig: JSON.parse(hostConfig) as Record<string, unknown> }
    }

    test("has swap beside memory, and swappiness only where swap is limited", () => {
      const mebibyte = 1024 * 1024
      const limited = dockerOf({ linuxParameters: { maxSwap: 32, swappiness: 10 } }).hostConfig
      assert.deepEqual([limited.MemorySwap, limited.MemorySwappiness], [96 * mebibyte, 10])
      const none = dockerOf({ linuxParameters: { maxSwap: 0 } }).hostConfig
      assert.deepEqual([none.MemorySwap, none.MemorySwappiness], [64 * mebibyte, undefined])
      const free = dockerOf({ linuxParameters: { swappiness: 10 } }).hostConfig
      assert.deepEqual([free.MemorySwap, free.MemorySwappiness], [undefined, undefined])
    })

    test("names the oldest Docker API that knows all of it", () => {
      const command = ["CMD", "true"]
      const cases: [Partial<ContainerDefinition>, string][] = [
        [{}, "1.18"],
        [{ memoryReservation: 32 }, "1.21"],
        [{ linuxParameters: { tmpfs: [{ containerPath: "/t", size: 1 }] } }, "1.22"],
        [{ healthCheck: { command } }, "1.24"],
        [{ healthCheck: { command }, linuxParameters: { initProcessEnabled: true } }, "1.25"],
        [{ healthCheck: { command, startPeriod: 5 }, memoryReservation: 32 }, "1.29"],
      ]
      assert.deepEqual(
        cases.map(([container]) => dockerOf(container).version),
        cases.map(([, version]) => version),
      )
    })
  })

  test("associates the GPUs of a container with it", () => {
    const definition = definitionOf("x", 1, { containerDefinitions: [{ name: "app", image: "i", memory: 9 }] })
    const task = taskOf(golden("payload-host"), definition)
    assert.equal(compileTask({ task, definition }).associations, undefined)
    const containers = aTask({})
      .containers.slice(0, 1)
      .map((one) => ({ ...one, name: "app", gpuIds: ["GPU-a", "GPU-b"] }))
    assert.deepEqual(
      compileTask({ task: { ...task, containers }, definition }).associations?.map((one) => [
        one.name,
        one.type,
        one.containers,
      ]),
      [
        ["GPU-a", "gpu", ["app"]],
        ["GPU-b", "gpu", ["app"]],
      ],
    )
  })

  test("says of an instance's task only which images are not to be resolved, and of most tasks nothing", () => {
    const attachmentsOf = (...consistency: ("enabled" | "disabled")[]) => {
      const containers = consistency.map((versionConsistency, i) => ({
        name: `c${i}`,
        image: "i",
        memory: 9,
        versionConsistency,
      }))
      const definition = definitionOf("x", 1, { containerDefinitions: containers })
      return compileTask({ task: taskOf(golden("payload-host"), definition), definition }).attachments
    }
    assert.equal(attachmentsOf("enabled"), undefined)
    assert.deepEqual(attachmentsOf("disabled", "enabled", "disabled")?.[0]?.attachmentProperties, [
      { name: "unresolvedImages", value: "c0,c2" },
    ])
  })
})
