import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { type EcsHarness, ecsHarness, root } from "../../../test/support/ecs-harness.ts"
import type { Input } from "../../gate/index.ts"

type Definition = Input<"ecs", "RegisterTaskDefinition">

const bridge = (over: Partial<Definition> = {}): Definition => ({
  family: "web",
  containerDefinitions: [{ name: "app", image: "app:1", cpu: 256, memory: 128 }],
  ...over,
})

const register = async (harness: EcsHarness, connected = true, attributes: { name: string; value?: string }[] = []) => {
  const { containerInstance } = await harness.call("RegisterContainerInstance", {
    cluster: "default",
    totalResources: [
      { name: "CPU", type: "INTEGER", integerValue: 1024 },
      { name: "MEMORY", type: "INTEGER", integerValue: 512 },
      { name: "PORTS", type: "STRINGSET", stringSetValue: ["22"] },
      { name: "PORTS_UDP", type: "STRINGSET", stringSetValue: [] },
    ],
    attributes,
  })
  const arn = containerInstance?.containerInstanceArn ?? ""
  harness.state.transact((tx) => tx.containerInstances.patch(arn, { session: { connected, since: 0 } }))
  return arn
}

const setUp = async (definition: Definition = bridge()) => {
  const harness = ecsHarness()
  await harness.call("CreateCluster", {})
  await harness.call("RegisterTaskDefinition", definition)
  return harness
}

const run = { taskDefinition: "web", launchType: "EC2" } as const

const remaining = async (harness: EcsHarness, arn: string) => {
  const { containerInstances } = await harness.call("DescribeContainerInstances", { containerInstances: [arn] })
  return containerInstances?.[0]?.remainingResources?.map((one) => one.stringSetValue ?? one.integerValue)
}

describe("RunTask on container instances", () => {
  test("answers a PENDING task with its instance, and the instance has so much less left", async () => {
    const harness = await setUp(
      bridge({
        containerDefinitions: [
          {
            name: "app",
            image: "app:1",
            cpu: 256,
            memory: 128,
            memoryReservation: 64,
            portMappings: [{ containerPort: 80, hostPort: 8080 }, { containerPort: 81 }],
          },
        ],
      }),
    )
    const { taskDefinition } = await harness.call("DescribeTaskDefinition", { taskDefinition: "web" })
    const able = (taskDefinition?.requiresAttributes ?? []).map(({ name }) => ({ name: name ?? "" }))
    const arn = await register(harness, true, [...able, { name: "ecs.availability-zone", value: "us-east-1b" }])
    const { tasks, failures } = await harness.call("RunTask", run)
    const [task] = tasks ?? []
    assert.deepEqual(failures, [])
    assert.deepEqual(
      [task?.lastStatus, task?.launchType, task?.containerInstanceArn, task?.availabilityZone],
      ["PENDING", "EC2", arn, "us-east-1b"],
    )
    assert.deepEqual(
      [task?.platformVersion, task?.platformFamily, task?.ephemeralStorage],
      [undefined, undefined, undefined],
    )
    assert.deepEqual(await remaining(harness, arn), [1024 - 256, 512 - 64, ["22", "8080"], []])
  })

  test("starts what fits and names for the rest why each instance has no place", async () => {
    const harness = await setUp()
    const [one, two] = [await register(harness), await register(harness, false)]
    const { tasks, failures } = await harness.call("RunTask", { ...run, count: 5 })
    assert.equal(tasks?.length, 4)
    assert.deepEqual(failures, [
      { arn: one, reason: "RESOURCE:CPU" },
      { arn: two, reason: "AGENT" },
    ])
    assert.deepEqual((await harness.call("RunTask", run)).tasks, [])
  })

  test("asks for the task's own size where it has one, with the overrides", async () => {
    const harness = await setUp(bridge({ cpu: "256", memory: "256" }))
    const arn = await register(harness, true, [{ name: "ecs.capability.task-cpu-mem-limit" }])
    const asked = { ...run, overrides: { memory: "300" } }
    assert.equal((await harness.call("RunTask", asked)).tasks?.length, 1)
    assert.deepEqual((await harness.call("RunTask", asked)).failures, [{ arn, reason: "RESOURCE:MEMORY" }])
  })

  test("a fixed host port is given once, and reserved ports never", async () => {
    const port = (hostPort: number) =>
      bridge({
        containerDefinitions: [
          { name: "app", image: "app:1", memory: 16, portMappings: [{ containerPort: 80, hostPort }] },
        ],
      })
    const harness = await setUp(port(8080))
    const arn = await register(harness)
    const { tasks, failures } = await harness.call("RunTask", { ...run, count: 2 })
    assert.equal(tasks?.length, 1)
    assert.deepEqual(failures, [{ arn, reason: "RESOURCE:PORTS" }])
    await harness.call("RegisterTaskDefinition", port(22))
    assert.deepEqual((await harness.call("RunTask", run)).failures, [{ arn, reason: "RESOURCE:PORTS" }])
  })

  test("an instance that cannot do what the definition needs is passed over", async () => {
    const harness = await setUp(
      bridge({
        containerDefinitions: [{ name: "app", image: "app:1", memory: 16, restartPolicy: { enabled: true } }],
      }),
    )
    const arn = await register(harness)
    assert.deepEqual((await harness.call("RunTask", run)).failures, [{ arn, reason: "ATTRIBUTE" }])
  })

  test("a GPU is never there", async () => {
    const harness = await setUp(
      bridge({
        containerDefinitions: [
          { name: "app", image: "app:1", memory: 16, resourceRequirements: [{ type: "GPU", value: "1" }] },
        ],
      }),
    )
    const arn = await register(harness)
    const { tasks, failures } = await harness.call("RunTask", run)
    assert.deepEqual([tasks, failures], [[], [{ arn, reason: "RESOURCE:GPU" }]])
  })

  test("without an instance, or with draining ones only, nothing is started", async () => {
    const harness = await setUp()
    const none = ["InvalidParameterException", "No Container Instances were found in your cluster."] as const
    await harness.refuses("RunTask", run, ...none)
    const arn = await register(harness)
    harness.state.transact((tx) => tx.containerInstances.patch(arn, { status: "DRAINING" }))
    await harness.refuses("RunTask", run, ...none)
  })

  test("what reaches the host is refused by the name of the flag", async () => {
    const harness = await setUp(
      bridge({
        pidMode: "host",
        containerDefinitions: [
          {
            name: "app",
            image: "app:1",
            memory: 16,
            privileged: true,
            linuxParameters: { capabilities: { add: ["SYS_ADMIN", "NET_RAW"] } },
          },
        ],
      }),
    )
    await register(harness)
    await harness.refuses(
      "RunTask",
      run,
      "ClientException",
      "The task definition asks for access to the host (pidMode host, privileged of container 'app', capability SYS_ADMIN of container 'app'). Start Roadstead with --allow-host-access to allow it.",
    )
  })

  test("what is not built says so", async () => {
    const harness = await setUp()
    await register(harness)
    await harness.refuses(
      "RunTask",
      { ...run, placementStrategy: [{ type: "spread", field: "instanceId" }] },
      "NotImplemented",
      "Roadstead does not implement placement strategies yet.",
    )
  })
})

describe("StartTask", () => {
  test("starts one task on each instance that is named, and says why another has none", async () => {
    const harness = await setUp()
    const [one, gone] = [await register(harness), await register(harness)]
    await harness.call("DeregisterContainerInstance", { containerInstance: gone })
    const { tasks, failures } = await harness.call("StartTask", {
      taskDefinition: "web",
      containerInstances: [one, gone, "f".repeat(32)],
    })
    assert.deepEqual(
      tasks?.map((task) => [task.containerInstanceArn, task.lastStatus, task.launchType]),
      [[one, "PENDING", "EC2"]],
    )
    assert.deepEqual(failures, [
      { arn: gone, reason: "INACTIVE" },
      { arn: `arn:aws:ecs:us-east-1:${root.account}:container-instance/default/${"f".repeat(32)}`, reason: "MISSING" },
    ])
  })

  test("refuses a call without instances", async () => {
    const harness = await setUp()
    await harness.refuses(
      "StartTask",
      { taskDefinition: "web", containerInstances: [] },
      "InvalidParameterException",
      "Container Instances cannot be empty.",
    )
  })
})

test("a known client token answers the failures beside its tasks, and after an hour only how many there were", async () => {
  const harness = await setUp()
  await harness.call(
    "RegisterTaskDefinition",
    bridge({ family: "big", containerDefinitions: [{ name: "app", image: "app:1", cpu: 600, memory: 128 }] }),
  )
  await register(harness)
  const again = () => harness.call("RunTask", { ...run, taskDefinition: "big", count: 2, clientToken: "once" })
  const first = await again()
  assert.deepEqual([first.tasks?.length, first.failures?.length], [1, 1])
  assert.match(first.failures?.[0]?.reason ?? "", /^RESOURCE:CPU$/)
  assert.deepEqual(await again(), first)
  await harness.clock.advance(60 * 60 * 1000)
  assert.deepEqual((await again()).failures, [{}])
})
