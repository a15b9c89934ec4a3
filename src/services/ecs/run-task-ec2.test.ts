import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { type EcsHarness, ecsHarness, root, subnets } from "../../../test/support/ecs-harness.ts"
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
})

describe("RunTask in awsvpc mode on container instances", () => {
  const capabilities = ["ecs.capability.task-eni", "com.amazonaws.ecs.capability.docker-remote-api.1.18"]
  const able = (zone: string, more: Readonly<Record<string, string>> = {}) => [
    ...capabilities.map((name) => ({ name })),
    ...Object.entries({ "ecs.availability-zone": zone, ...more }).map(([name, value]) => ({ name, value })),
  ]
  const inSubnets = (...of: string[]) => ({ ...run, networkConfiguration: { awsvpcConfiguration: { subnets: of } } })
  const [a = "", b = "", c = ""] = subnets
  const awsvpc = () =>
    setUp(bridge({ networkMode: "awsvpc", containerDefinitions: [{ name: "app", image: "app:1", memory: 16 }] }))

  test("answers a task that waits for its interface in the subnet of its instance's zone", async () => {
    const harness = await awsvpc()
    const arn = await register(harness, true, able("us-east-1b"))
    const { tasks, failures } = await harness.call("RunTask", inSubnets(a, b, c))
    const [task] = tasks ?? []
    assert.deepEqual(failures, [])
    assert.deepEqual(
      [task?.lastStatus, task?.launchType, task?.containerInstanceArn, task?.availabilityZone],
      ["PROVISIONING", "EC2", arn, "us-east-1b"],
    )
    assert.deepEqual(
      task?.attachments?.map(({ type, status, details }) => [type, status, details]),
      [["ElasticNetworkInterface", "PRECREATED", [{ name: "subnetId", value: b }]]],
    )
  })

  test("an instance in another zone than the subnets, or in another VPC, does not take it", async () => {
    const harness = await awsvpc()
    const far = await register(harness, true, able("us-east-1c"))
    const foreign = await register(harness, true, able("us-east-1a", { "ecs.vpc-id": "vpc-0000000000000000f" }))
    const plain = await register(harness, true, [{ name: "ecs.availability-zone", value: "us-east-1a" }])
    const reasons = { [far]: "LOCATION", [foreign]: "ATTRIBUTE", [plain]: "ATTRIBUTE" }
    const { failures = [] } = await harness.call("RunTask", inSubnets(a, b))
    assert.deepEqual(Object.fromEntries(failures.map(({ arn, reason }) => [arn, reason])), reasons)
    const started = await harness.call("StartTask", {
      taskDefinition: "web",
      containerInstances: [far, foreign],
      networkConfiguration: { awsvpcConfiguration: { subnets: [a] } },
    })
    assert.deepEqual(
      [started.tasks, started.failures],
      [
        [],
        [
          { arn: far, reason: "LOCATION" },
          { arn: foreign, reason: "ATTRIBUTE" },
        ],
      ],
    )
  })

  test("an instance takes as many as its type has interfaces beside the first, and more when they have ended", async () => {
    const harness = await awsvpc()
    const arn = await register(harness, true, able("us-east-1a", { "ecs.instance-type": "t3.small" }))
    const { tasks = [], failures } = await harness.call("RunTask", { ...inSubnets(a), count: 3 })
    assert.equal(tasks.length, 2)
    assert.deepEqual(failures, [{ arn, reason: "RESOURCE:ENI" }])
    harness.patchTask(tasks[0]?.taskArn, { desiredStatus: "STOPPED", lastStatus: "STOPPED" })
    assert.equal((await harness.call("RunTask", inSubnets(a))).tasks?.length, 1)
    // Other modes need none.
    await harness.call("RegisterTaskDefinition", bridge({ family: "bridged" }))
    assert.deepEqual((await harness.call("RunTask", { ...run, taskDefinition: "bridged" })).failures, [])
  })

  test("a public address is refused, whoever starts the tasks", async () => {
    const harness = await awsvpc()
    const arn = await register(harness, true, able("us-east-1a"))
    const networkConfiguration = { awsvpcConfiguration: { subnets: [a], assignPublicIp: "ENABLED" as const } }
    const refusal = ["InvalidParameterException", "Assign public IP is not supported for this launch type."] as const
    await harness.refuses("RunTask", { ...run, networkConfiguration }, ...refusal)
    const chosen = { taskDefinition: "web", containerInstances: [arn], networkConfiguration }
    await harness.refuses("StartTask", chosen, ...refusal)
    const service = { serviceName: "web", taskDefinition: "web", launchType: "EC2", desiredCount: 1 } as const
    await harness.refuses("CreateService", { ...service, networkConfiguration }, ...refusal)
    const kept = { awsvpcConfiguration: { subnets: [a] } }
    await harness.call("CreateService", { ...service, networkConfiguration: kept })
    await harness.refuses("UpdateService", { service: "web", networkConfiguration }, ...refusal)
  })
})

describe("RunTask places", () => {
  const zone = (name: string) => [{ name: "ecs.availability-zone", value: name }]
  /** Two instances in zone a, one in zone b. */
  const threeHosts = async () => {
    const harness = await setUp()
    const hosts = [
      await register(harness, true, [...zone("a"), { name: "disk", value: "ssd" }]),
      await register(harness, true, zone("a")),
      await register(harness, true, zone("b")),
    ]
    const place = async (input: Partial<Input<"ecs", "RunTask">>) => {
      const { tasks, failures } = await harness.call("RunTask", { ...run, ...input })
      return {
        hosts: (tasks ?? []).map((task) => hosts.indexOf(task.containerInstanceArn ?? "")),
        failures: (failures ?? []).map(({ arn, reason }) => [hosts.indexOf(arn ?? ""), reason]),
      }
    }
    return { ...harness, place }
  }

  test("over zones and in them over instances, where nothing else is asked", async () => {
    const { place } = await threeHosts()
    assert.deepEqual((await place({ count: 6 })).hosts, [0, 2, 1, 2, 0, 2])
  })

  test("evenly over instances when asked to spread over instanceId, counting its own group only", async () => {
    const { place } = await threeHosts()
    await place({ count: 1, group: "other" })
    const { hosts } = await place({ count: 6, placementStrategy: [{ type: "spread", field: "instanceId" }] })
    assert.deepEqual(hosts.toSorted(), [0, 0, 1, 1, 2, 2])
  })

  test("on the fullest instance that has room when asked to binpack", async () => {
    const { place } = await threeHosts()
    const { hosts } = await place({ count: 5, placementStrategy: [{ type: "binpack", field: "memory" }] })
    assert.deepEqual(hosts, [0, 0, 0, 0, 1])
  })

  test("by the second strategy where the first is content", async () => {
    const { place } = await threeHosts()
    const placementStrategy = [
      { type: "spread", field: "attribute:ecs.availability-zone" } as const,
      { type: "binpack", field: "cpu" } as const,
    ]
    assert.deepEqual((await place({ count: 4, placementStrategy })).hosts, [0, 2, 0, 2])
  })

  test("at random, on every instance sooner or later", async () => {
    const { place } = await threeHosts()
    const { hosts } = await place({ count: 10, placementStrategy: [{ type: "random" }] })
    assert.equal(new Set(hosts).size, 3)
    assert.notDeepEqual(hosts, hosts.toSorted())
  })

  test("each task of a group on an instance of its own when asked for distinctInstance", async () => {
    const { place } = await threeHosts()
    const { hosts, failures } = await place({ count: 4, placementConstraints: [{ type: "distinctInstance" }] })
    assert.deepEqual(hosts.toSorted(), [0, 1, 2])
    assert.deepEqual(
      failures,
      [0, 1, 2].map((host) => [host, "DistinctInstance placement constraint unsatisfied."]),
    )
  })

  test("only where a query of the call and that of the definition hold", async () => {
    const { place, call } = await threeHosts()
    const memberOf = (expression: string) => [{ type: "memberOf", expression } as const]
    const onSsd = await place({ placementConstraints: memberOf("attribute:disk == ssd") })
    assert.deepEqual(onSsd.hosts, [0])
    const nowhere = await place({ placementConstraints: memberOf("attribute:disk == tape") })
    assert.deepEqual(
      nowhere.failures,
      [0, 1, 2].map((host) => [host, "MemberOf placement constraint unsatisfied."]),
    )
    await call(
      "RegisterTaskDefinition",
      bridge({ placementConstraints: memberOf("attribute:ecs.availability-zone == b") }),
    )
    assert.deepEqual((await place({ count: 2 })).hosts, [2, 2])
    const away = memberOf("not (task:group == family:web)")
    assert.deepEqual((await place({ taskDefinition: "web:1", placementConstraints: away })).hosts, [1])
  })

  test("nothing for a query that is none", async () => {
    const { refuses } = await threeHosts()
    await refuses(
      "RunTask",
      { ...run, placementConstraints: [{ type: "memberOf", expression: "moon == full" }] },
      "InvalidParameterException",
      "Invalid expression 'moon == full': unknown subject 'moon'.",
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
