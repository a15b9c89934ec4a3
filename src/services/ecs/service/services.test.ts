// The operations on services without their controller: what they answer member by member, which calls are the same call,
// and what UpdateService takes. Goldens in test/golden/ecs name their sources.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { describe, test } from "node:test"
import { subnets, withWeb } from "../../../../test/support/ecs-harness.ts"
import type { Input } from "../../../gate/index.ts"

interface Golden {
  readonly name: string
  readonly request: Input<"ecs", "CreateService">
  readonly response: Readonly<Record<string, unknown>>
  readonly deployment?: Readonly<Record<string, unknown>>
  readonly absent: readonly string[]
}

const [subnet = ""] = subnets
const goldens = JSON.parse(
  readFileSync(new URL("../../../../test/golden/ecs/CreateService.json", import.meta.url), "utf8").replaceAll(
    "SUBNET",
    subnet,
  ),
) as readonly Golden[]

const setUp = async () => {
  const harness = await withWeb()
  await harness.call("RegisterTaskDefinition", {
    family: "plain",
    containerDefinitions: [{ name: "app", image: "a", memory: 64 }],
  })
  return harness
}
const network = { awsvpcConfiguration: { subnets: [...subnets] } }
const web = {
  serviceName: "web",
  taskDefinition: "web",
  desiredCount: 1,
  launchType: "FARGATE",
  networkConfiguration: network,
} as const
const plain = { serviceName: "plain", taskDefinition: "plain", desiredCount: 1 } as const

describe("CreateService answers", () => {
  for (const { name, request, response, deployment, absent } of goldens) {
    test(`${name} as published`, async () => {
      const { call } = await setUp()
      const service = { ...(await call("CreateService", request)).service } as Record<string, unknown>
      for (const [member, value] of Object.entries(response)) assert.deepEqual(service[member], value, member)
      const [first] = (service.deployments ?? []) as Record<string, unknown>[]
      for (const [member, value] of Object.entries(deployment ?? {})) assert.deepEqual(first?.[member], value, member)
      assert.deepEqual(
        absent.filter((member) => member in service),
        [],
      )
    })
  }

  test("the field host of a strategy as instanceId, then and when it is updated", async () => {
    const { call } = await setUp()
    const placementStrategy = [{ type: "spread", field: "host" }] as const
    const { service } = await call("CreateService", { ...plain, placementStrategy: [...placementStrategy] })
    assert.deepEqual(service?.placementStrategy, [{ type: "spread", field: "instanceId" }])
    const updated = await call("UpdateService", { service: "plain", placementStrategy: [...placementStrategy] })
    assert.deepEqual(updated.service?.placementStrategy, [{ type: "spread", field: "instanceId" }])
  })
})

describe("a client token", () => {
  test("makes one service, however often the call is made, and is refused for another one", async () => {
    const { call, refuses } = await setUp()
    const first = await call("CreateService", { ...plain, clientToken: "once" })
    const again = await call("CreateService", { ...plain, clientToken: "once" })
    assert.equal(again.service?.deployments?.[0]?.id, first.service?.deployments?.[0]?.id)
    const message = "Creation of service was not idempotent."
    await refuses(
      "CreateService",
      { ...plain, serviceName: "other", clientToken: "once" },
      "InvalidParameterException",
      message,
    )
    await refuses(
      "CreateService",
      { ...plain, desiredCount: 2, clientToken: "once" },
      "InvalidParameterException",
      message,
    )
    await call("CreateCluster", { clusterName: "second" })
    const elsewhere = await call("CreateService", { ...plain, cluster: "second", clientToken: "once" })
    assert.equal(elsewhere.service?.status, "ACTIVE")
  })
})

describe("UpdateService", () => {
  test("changes a strategy of capacity providers only with a new deployment", async () => {
    const { call, refuses } = await setUp()
    await call("PutClusterCapacityProviders", {
      cluster: "default",
      capacityProviders: ["FARGATE", "FARGATE_SPOT"],
      defaultCapacityProviderStrategy: [],
    })
    await call("CreateService", web)
    const spot = [{ capacityProvider: "FARGATE_SPOT", weight: 1 }]
    await refuses(
      "UpdateService",
      { service: "web", capacityProviderStrategy: spot },
      "InvalidParameterException",
      "When switching from launch type to capacity provider strategy on an existing service, or making a change to a capacity provider strategy on a service that is already using one, you must force a new deployment.",
    )
    const { service } = await call("UpdateService", {
      service: "web",
      capacityProviderStrategy: spot,
      forceNewDeployment: true,
    })
    assert.deepEqual(service?.capacityProviderStrategy, [{ capacityProvider: "FARGATE_SPOT", weight: 1, base: 0 }])
    assert.deepEqual([service?.launchType, service?.deployments?.length], [undefined, 2])
    const same = await call("UpdateService", { service: "web", capacityProviderStrategy: spot })
    assert.equal(same.service?.deployments?.length, 2)
  })

  test("moves a service from instances to Fargate by a strategy, with the task definition that it needs", async () => {
    const { call } = await setUp()
    await call("PutClusterCapacityProviders", {
      cluster: "default",
      capacityProviders: ["FARGATE"],
      defaultCapacityProviderStrategy: [],
    })
    await call("CreateService", plain)
    const { service } = await call("UpdateService", {
      service: "plain",
      taskDefinition: "web",
      networkConfiguration: network,
      capacityProviderStrategy: [{ capacityProvider: "FARGATE", weight: 1 }],
      forceNewDeployment: true,
    })
    assert.deepEqual([service?.platformVersion, service?.launchType], ["LATEST", undefined])
  })

  test("merges the deployment configuration, and takes empty lists for what they are", async () => {
    const { call } = await setUp()
    const deploymentConfiguration = { maximumPercent: 150, deploymentCircuitBreaker: { enable: true, rollback: true } }
    await call("CreateService", { ...plain, deploymentConfiguration, placementStrategy: [{ type: "random" }] })
    const { service } = await call("UpdateService", {
      service: "plain",
      deploymentConfiguration: { minimumHealthyPercent: 50 },
      placementStrategy: [],
      loadBalancers: [],
    })
    assert.deepEqual(
      [service?.deploymentConfiguration?.maximumPercent, service?.deploymentConfiguration?.minimumHealthyPercent],
      [150, 50],
    )
    assert.deepEqual(service?.deploymentConfiguration?.deploymentCircuitBreaker, { enable: true, rollback: true })
    assert.deepEqual([service?.placementStrategy, service?.deployments?.length], [[], 1])
  })

  test("gives Fargate no placement and a daemon no strategy", async () => {
    const { call, refuses } = await setUp()
    await call("CreateService", web)
    await refuses(
      "UpdateService",
      { service: "web", placementStrategy: [{ type: "random" }] },
      "InvalidParameterException",
      "Placement strategies are not supported with FARGATE launch type.",
    )
    await call("CreateService", { serviceName: "d", taskDefinition: "plain", schedulingStrategy: "DAEMON" })
    await refuses(
      "UpdateService",
      { service: "d", placementStrategy: [{ type: "random" }] },
      "InvalidParameterException",
      "The daemon scheduling strategy does not support placement strategies. Remove the placement strategy and try again",
    )
  })

  test("keeps rebalancing as it was, and refuses settings that it does not go with", async () => {
    const { call, refuses } = await setUp()
    await call("CreateService", plain)
    await refuses(
      "UpdateService",
      { service: "plain", deploymentConfiguration: { minimumHealthyPercent: 50, maximumPercent: 100 } },
      "InvalidParameterException",
      "The service couldn't be updated because Availability Zone Rebalancing does not support maximumPercent <= 100 % as deployment configuration. Update deployment configuration and try again.",
    )
    const { service } = await call("UpdateService", {
      service: "plain",
      availabilityZoneRebalancing: "DISABLED",
      deploymentConfiguration: { minimumHealthyPercent: 50, maximumPercent: 100 },
    })
    assert.equal(service?.availabilityZoneRebalancing, "DISABLED")
  })
})

describe("services", () => {
  test("of a namespace are none, for there are no namespaces", async () => {
    const { refuses } = await setUp()
    await refuses(
      "ListServicesByNamespace",
      { namespace: "internal" },
      "NamespaceNotFoundException",
      "The specified namespace wasn't found.",
    )
  })

  test("are all managed by their customer", async () => {
    const { call, refuses } = await setUp()
    await call("CreateService", plain)
    assert.equal((await call("ListServices", { resourceManagementType: "CUSTOMER" })).serviceArns?.length, 1)
    assert.deepEqual((await call("ListServices", { resourceManagementType: "ECS" })).serviceArns, [])
    await refuses(
      "DescribeServices",
      { services: Array.from({ length: 11 }, (_, i) => `s${i}`) },
      "InvalidParameterException",
      "Services cannot have more than 10 elements.",
    )
  })
})
