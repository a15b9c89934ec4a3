// The events of ECS beside the examples of AWS's pages (test/golden/ecs/events.json): the same members with values of the
// same kinds; and how often a task's version counts up on its way.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { describe, test } from "node:test"
import { vpc } from "../support/ecs-harness.ts"
import { bridgeDefinition, serviceWorld } from "../support/service-world.ts"

type World = Awaited<ReturnType<typeof serviceWorld>>
type Detail = Readonly<Record<string, unknown>>

const golden = JSON.parse(readFileSync(new URL("../golden/ecs/events.json", import.meta.url), "utf8")) as {
  cases: { name: string; detailType: string; detail: Detail }[]
}
const example = (name: string): Detail => golden.cases.find((one) => one.name === name)?.detail ?? assert.fail(name)

/** Names and kinds of everything in a value; of a list those of its first item. Times are told from other text. */
const shapeOf = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf)
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, member]) => [name, shapeOf(member)]),
    )
  }
  if (typeof value === "string") return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) ? "time" : "text"
  return value === null ? "null" : typeof value
}

const last = (world: World, detailType: string): Detail =>
  (world.events(detailType) as Detail[]).at(-1) ?? assert.fail(`no ${detailType}`)

const containerInstance = async (world: World, document?: object) => {
  const shown = example("container instance")
  const { containerInstance: registered } = await world.call("RegisterContainerInstance", {
    cluster: "default",
    attributes: [
      ...(shown.attributes as { name: string }[]),
      ...["25", "29"].map((n) => ({ name: `com.amazonaws.ecs.capability.docker-remote-api.1.${n}` })),
    ],
    totalResources: shown.registeredResources as [],
    versionInfo: shown.versionInfo as object,
    ...(document && { instanceIdentityDocument: JSON.stringify(document) }),
  })
  const arn = registered?.containerInstanceArn ?? ""
  world.state.transact((tx) => {
    const session = { ...tx.containerInstances.get(arn)?.session, connected: true, since: world.clock.now() }
    return tx.containerInstances.patch(arn, { session })
  })
  await world.settle()
  return arn
}

describe("events look as AWS's examples:", () => {
  test("a container instance with a task", async () => {
    const world = await serviceWorld()
    await containerInstance(world, { instanceId: "i-f3a8506b" })
    await world.call("RegisterTaskDefinition", {
      family: "large",
      containerDefinitions: [{ name: "app", image: "app", cpu: 60, memory: 3000 }],
    })
    await world.call("RunTask", { taskDefinition: "large" })
    const detail = last(world, "ECS Container Instance State Change")
    const shown = example("container instance")
    assert.deepEqual(
      ["ec2InstanceId", "registeredResources", "remainingResources", "status", "versionInfo"].map((m) => detail[m]),
      ["ec2InstanceId", "registeredResources", "remainingResources", "status", "versionInfo"].map((m) => shown[m]),
    )
    // The example is older than this member.
    const { registeredAt, ...others } = detail
    assert.equal(shapeOf(registeredAt), "time")
    assert.deepEqual(shapeOf(others), shapeOf(shown))
    world.stop()
  })

  test("the health of a container instance", async () => {
    const world = await serviceWorld()
    const arn = await containerInstance(world, { instanceId: "i-0abcdef1234567890" })
    const check = { type: "CONTAINER_RUNTIME", status: "OK" as const, lastUpdated: 1, lastStatusChange: 1 }
    world.state.transact((tx) =>
      tx.instanceHealth.insert({ containerInstanceArn: arn, account: "1", region: "r", checks: [check] }),
    )
    await world.settle()
    assert.deepEqual(shapeOf(last(world, "ECS Container Instance Health Change")), shapeOf(example("health change")))
    world.stop()
  })

  test("a steady service, one whose tasks do not start, and one that finds no place", async () => {
    const world = await serviceWorld()
    await world.instance()
    const action = (name: string) =>
      (world.events("ECS Service Action") as Detail[]).find((detail) => detail.eventName === name) ?? assert.fail(name)
    await world.call("CreateService", { serviceName: "web", taskDefinition: "web", desiredCount: 1 })
    await world.agents()
    await world.clock.advance(60_000)
    assert.deepEqual(shapeOf(action("SERVICE_STEADY_STATE")), shapeOf(example("steady state")))
    await world.call("UpdateService", { service: "web", desiredCount: 20 })
    assert.deepEqual(shapeOf(action("SERVICE_TASK_PLACEMENT_FAILURE")), shapeOf(example("placement failure")))
    await world.call("RegisterTaskDefinition", bridgeDefinition())
    await world.call("UpdateService", { service: "web", desiredCount: 1, taskDefinition: "web:2" })
    await world.agents(["web:2"])
    assert.deepEqual(shapeOf(action("SERVICE_TASK_START_IMPAIRED")), shapeOf(example("start impaired")))
    world.stop()
  })
})

describe("a Fargate task's events", () => {
  /** A world with the host of the Fargate pool, its network up. */
  const fargateWorld = async () => {
    const world = await serviceWorld()
    const machine = world.state.view((view) => view.machines.by("desired", "up")[0]) ?? assert.fail("no machine")
    const caller = { account: "123456789012", arn: "arn:m", kind: "machine" as const, machineId: machine.id }
    const { containerInstance: host } = await world.call("RegisterContainerInstance", {}, caller)
    world.state.transact((tx) =>
      tx.containerInstances.patch(host?.containerInstanceArn ?? "", { session: { connected: true, since: 0 } }),
    )
    await world.call("RegisterTaskDefinition", {
      family: "webserver",
      requiresCompatibilities: ["FARGATE"],
      networkMode: "awsvpc",
      cpu: "256",
      memory: "512",
      containerDefinitions: [{ name: "web", image: "nginx", cpu: 99, memory: 100 }],
    })
    await world.call("PutClusterCapacityProviders", {
      cluster: "default",
      capacityProviders: ["FARGATE"],
      defaultCapacityProviderStrategy: [],
    })
    const { tasks } = await world.call("RunTask", {
      taskDefinition: "webserver",
      capacityProviderStrategy: [{ capacityProvider: "FARGATE", weight: 1 }],
      networkConfiguration: { awsvpcConfiguration: { subnets: [vpc.subnets[0]?.id ?? ""] } },
    })
    world.state.transact((tx) => {
      for (const n of [...tx.networks.all()])
        tx.networks.patch(`${n.account}/${n.region}/${n.vpcId}`, {
          observed: { generation: n.generation, status: "UP", at: 0 },
        })
    })
    await world.settle()
    const arn = tasks?.[0]?.taskArn ?? ""
    const observe = async (change: object) => {
      world.patchTask(arn, { observed: { ...world.task(arn).observed, ...change } })
      await world.settle()
    }
    return { world, arn, observe }
  }

  const run = async ({ world, observe }: Awaited<ReturnType<typeof fargateWorld>>) => {
    const now = world.clock.now()
    await observe({ payloadSentAt: now })
    await observe({ ackedAt: now, pullStartedAt: now, pullStoppedAt: now })
    const web = { status: "RUNNING", runtimeId: "r", imageDigest: "sha256:1" }
    await observe({ status: "RUNNING", runningAt: now, containers: { web } })
  }

  test("look as AWS's example, and the task that is RUNNING has had one for each phase and no more", async () => {
    const fargate = await fargateWorld()
    await run(fargate)
    const { world } = fargate
    assert.deepEqual(shapeOf(last(world, "ECS Task State Change")), shapeOf(example("Fargate task")))
    assert.deepEqual(
      (world.events("ECS Task State Change") as Detail[]).map((detail) => [detail.version, detail.lastStatus]),
      [
        [1, "PROVISIONING"],
        [2, "PENDING"],
        [3, "ACTIVATING"],
        [4, "RUNNING"],
      ],
    )
    world.stop()
  })

  test("are not sent for health, which is in none of them", async () => {
    const fargate = await fargateWorld()
    await run(fargate)
    const { world, observe } = fargate
    await observe({ containers: { web: { status: "RUNNING", health: "HEALTHY" } } })
    assert.equal(world.task(fargate.arn).version, 4)
    world.stop()
  })

  test("say the wish to stop before the phases that follow from it", async () => {
    const fargate = await fargateWorld()
    await run(fargate)
    const { world, arn, observe } = fargate
    await world.call("StopTask", { task: arn })
    await observe({ stopSentAt: 1 })
    await observe({ status: "STOPPED", containers: { web: { status: "STOPPED", exitCode: 143 } } })
    assert.deepEqual(
      (world.events("ECS Task State Change") as Detail[])
        .slice(4)
        .map((d) => [d.version, d.lastStatus, d.desiredStatus]),
      [
        [5, "RUNNING", "STOPPED"],
        [6, "DEACTIVATING", "STOPPED"],
        [7, "STOPPING", "STOPPED"],
        [8, "DEPROVISIONING", "STOPPED"],
        [9, "STOPPED", "STOPPED"],
      ],
    )
    world.stop()
  })
})
