// What CreateService and UpdateService refuse, in AWS's words. Sources: settings.ts, placement.ts and revision.ts beside
// this file name them per text.
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { fargateDefinition, subnets, withWeb } from "../../../../test/support/ecs-harness.ts"
import type { Input } from "../../../gate/index.ts"

type Create = Input<"ecs", "CreateService">

const web: Create = {
  serviceName: "web",
  taskDefinition: "web",
  desiredCount: 1,
  launchType: "FARGATE",
  networkConfiguration: { awsvpcConfiguration: { subnets: [...subnets] } },
}
const onEc2: Create = { serviceName: "web", taskDefinition: "plain", desiredCount: 1, launchType: "EC2" }
const daemon: Create = { serviceName: "web", taskDefinition: "plain", launchType: "EC2", schedulingStrategy: "DAEMON" }
const percent = (minimumHealthyPercent: number, maximumPercent: number) => ({
  deploymentConfiguration: { minimumHealthyPercent, maximumPercent },
})

const setUp = async () => {
  const harness = await withWeb()
  await harness.call("RegisterTaskDefinition", {
    family: "plain",
    containerDefinitions: [{ name: "app", image: "a", memory: 64 }],
  })
  return harness
}

const refused: readonly (readonly [string, Create, string, string?])[] = [
  [
    "a name with a space",
    { ...web, serviceName: "a b" },
    "ServiceName must match ^[a-zA-Z0-9\\-_]{1,255}$, but was a b",
  ],
  ["an unknown task definition", { ...web, taskDefinition: "no" }, "TaskDefinition not found.", "ClientException"],
  ["half a task", { ...web, desiredCount: 1.5 }, "desiredCount must be between 0 and 10000."],
  ["101 percent as the least", { ...web, ...percent(101, 200) }, "minimumHealthyPercent must be at most 100"],
  ["99 percent as the most", { ...web, ...percent(0, 99) }, "maximumPercent must be at least 100"],
  [
    "percentages that let nothing move",
    { ...web, ...percent(100, 100) },
    "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.",
  ],
  [
    "a role of a service without a load balancer",
    { ...onEc2, role: "ecsServiceRole" },
    "IAM roles are only valid for services configured to use load balancers.",
  ],
  [
    "a role of a service whose tasks have interfaces",
    {
      ...web,
      role: "ecsServiceRole",
      loadBalancers: [{ targetGroupArn: "arn", containerName: "app", containerPort: 80 }],
    },
    "You cannot specify an IAM role for services that require a service linked role.",
  ],
  [
    "two kinds of load balancer in one entry",
    { ...web, loadBalancers: [{ loadBalancerName: "old", targetGroupArn: "arn", containerName: "app" }] },
    "loadBalancerName and targetGroupArn cannot both be specified. You must specify either a loadBalancerName or a targetGroupArn in all loadBalancer entries",
  ],
  [
    "a classic load balancer on Fargate",
    { ...web, loadBalancers: [{ loadBalancerName: "old", containerName: "app", containerPort: 80 }] },
    "Classic Load Balancers are not supported with Fargate.",
  ],
  [
    "a load balancer in front of a container that is not there",
    { ...web, loadBalancers: [{ targetGroupArn: "arn", containerName: "nope", containerPort: 80 }] },
    "The container nope does not exist in the task definition.",
  ],
  [
    "a load balancer in front of a port that is not there",
    { ...web, loadBalancers: [{ targetGroupArn: "arn", containerName: "app", containerPort: 8080 }] },
    "The container app did not have a container port 8080 defined.",
  ],
  [
    "two service registries",
    { ...web, serviceRegistries: [{ registryArn: "a" }, { registryArn: "b" }] },
    "service registries can have at most 1 items.",
  ],
  [
    "Service Connect without a namespace",
    { ...web, serviceConnectConfiguration: { enabled: true } },
    "Namespace is missing",
  ],
  [
    "a volume that the task definition does not have",
    { ...web, volumeConfigurations: [{ name: "data" }] },
    "Volume configuration provided but no matching configuredAtLaunch volume found in task definition.",
  ],
  [
    "CODE_DEPLOY without a load balancer",
    { ...web, deploymentController: { type: "CODE_DEPLOY" } },
    "When specifying the CODE_DEPLOY deployment controller type, the service requires an Application Load Balancer or Network Load Balancer.",
  ],
  [
    "rebalancing that the percentages leave no room for",
    { ...web, ...percent(50, 100), availabilityZoneRebalancing: "ENABLED" },
    "The service couldn't be created because Availability Zone Rebalancing does not support maximumPercent <= 100 % as deployment configuration. Update deployment configuration and try again.",
  ],
  [
    "a launch type and a strategy",
    { ...web, capacityProviderStrategy: [{ capacityProvider: "FARGATE", weight: 1 }] },
    "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.",
  ],
  [
    "a strategy on Fargate",
    { ...web, placementStrategy: [{ type: "random" }] },
    "Placement strategies are not supported with FARGATE launch type.",
  ],
  [
    "a constraint on Fargate",
    { ...web, placementConstraints: [{ type: "distinctInstance" }] },
    "Placement constraints are not supported with FARGATE launch type.",
  ],
  [
    "a definition that Fargate cannot run",
    { ...web, taskDefinition: "plain", networkConfiguration: undefined },
    "Task definition does not support launch_type FARGATE.",
  ],
  [
    "awsvpc without a network",
    { ...web, networkConfiguration: undefined },
    "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
  ],
  [
    "a network without awsvpc",
    { ...onEc2, networkConfiguration: web.networkConfiguration },
    "Network Configuration is not valid for the given networkMode of this task definition.",
  ],
  [
    "a platform on EC2",
    { ...onEc2, platformVersion: "1.4.0" },
    "The platform version must be null when specifying an EC2 launch type.",
  ],
  [
    "a field of random",
    { ...onEc2, placementStrategy: [{ type: "random", field: "cpu" }] },
    "random field should not be specified.",
  ],
  [
    "binpack of what cannot be packed",
    { ...onEc2, placementStrategy: [{ type: "binpack", field: "instanceId" }] },
    "binpack field 'instanceId' is invalid.",
  ],
  [
    "spread over a field that does not exist",
    { ...onEc2, placementStrategy: [{ type: "spread", field: "moon" }] },
    "spread field 'moon' is invalid.",
  ],
  [
    "six strategies",
    { ...onEc2, placementStrategy: Array.from({ length: 6 }, () => ({ type: "random" as const })) },
    "Maximum number of strategies is 5.",
  ],
  [
    "an expression of distinctInstance",
    { ...onEc2, placementConstraints: [{ type: "distinctInstance", expression: "a" }] },
    "distinctInstance expression should not be specified.",
  ],
  [
    "a daemon with a desired count",
    { ...daemon, desiredCount: 0 },
    "The daemon scheduling strategy does not support a desired count for services. Remove the desired count value and try again",
  ],
  [
    "a daemon with a strategy",
    { ...daemon, placementStrategy: [{ type: "random" }] },
    "The daemon scheduling strategy does not support placement strategies. Remove the placement strategy and try again",
  ],
  [
    "a daemon above 100 percent",
    { ...daemon, ...percent(0, 200) },
    "The daemon scheduling strategy does not support values above 100 for maximumPercent on a deployment configuration. Change the maximumPercent value to 100, and try again",
  ],
  [
    "a daemon that is spread over zones again",
    { ...daemon, availabilityZoneRebalancing: "ENABLED" },
    "The service couldn't be created because Availability Zone Rebalancing does not support DAEMON as scheduling strategy. Update scheduling strategy and try again.",
  ],
]

describe("CreateService refuses", () => {
  for (const [what, input, message, code = "InvalidParameterException"] of refused) {
    test(what, async () => {
      const { refuses, state } = await setUp()
      await refuses("CreateService", input, code, message)
      assert.equal(
        state.view((view) => view.services.size),
        0,
      )
    })
  }

  test("a cluster that was deleted, and one that never was", async () => {
    const { call, refuses } = await setUp()
    await refuses("CreateService", { ...web, cluster: "none" }, "ClusterNotFoundException", "Cluster not found.")
    await call("CreateCluster", { clusterName: "old" })
    await call("DeleteCluster", { cluster: "old" })
    const gone = "The referenced cluster was inactive."
    await refuses("CreateService", { ...web, cluster: "old" }, "ClusterNotFoundException", gone)
  })

  test("what is not built yet by its name, and keeps nothing of it", async () => {
    const { refuses } = await setUp()
    await refuses(
      "CreateService",
      { ...web, vpcLatticeConfigurations: [{ roleArn: "arn", targetGroupArn: "arn", portName: "http" }] },
      "NotImplemented",
      "Roadstead does not implement VPC Lattice yet.",
    )
  })
})

test("a cluster with a service cannot be deleted, and counts it", async () => {
  const { call, refuses } = await setUp()
  await call("CreateService", web)
  await refuses(
    "DeleteCluster",
    { cluster: "default" },
    "ClusterContainsServicesException",
    "The Cluster cannot be deleted while Services are active.",
  )
  const { clusters } = await call("DescribeClusters", { include: ["STATISTICS"] })
  const statistics = Object.fromEntries((clusters?.[0]?.statistics ?? []).map(({ name, value }) => [name, value]))
  assert.deepEqual(
    [clusters?.[0]?.activeServicesCount, statistics.activeFargateServiceCount, statistics.activeEC2ServiceCount],
    [1, "1", "0"],
  )
})

test("services are listed ten a page, with their filters, and described by name and by ARN", async () => {
  const { call } = await setUp()
  for (let i = 0; i < 12; i += 1) await call("CreateService", { ...web, serviceName: `web-${i}` })
  await call("CreateService", onEc2)
  const first = await call("ListServices", {})
  assert.equal(first.serviceArns?.length, 10)
  const second = await call("ListServices", { nextToken: first.nextToken })
  assert.equal(new Set([...(first.serviceArns ?? []), ...(second.serviceArns ?? [])]).size, 13)
  assert.deepEqual((await call("ListServices", { launchType: "EC2" })).serviceArns?.length, 1)
  const arn = "arn:aws:ecs:us-east-1:123456789012:service/default/web-1"
  const { services, failures } = await call("DescribeServices", { services: [arn, "web-2", "none"] })
  assert.deepEqual(
    services?.map((service) => service.serviceName),
    ["web-1", "web-2"],
  )
  assert.deepEqual(failures, [{ arn: "arn:aws:ecs:us-east-1:123456789012:service/default/none", reason: "MISSING" }])
})

test("tags of a service are its own, and reach its tasks' plan only when they are propagated", async () => {
  const { call } = await setUp()
  await call("RegisterTaskDefinition", fargateDefinition())
  const { service } = await call("CreateService", { ...web, tags: [{ key: "team", value: "a" }] })
  const resourceArn = service?.serviceArn ?? ""
  await call("TagResource", { resourceArn, tags: [{ key: "stage", value: "b" }] })
  assert.deepEqual((await call("ListTagsForResource", { resourceArn })).tags, [
    { key: "team", value: "a" },
    { key: "stage", value: "b" },
  ])
  const described = await call("DescribeServices", { services: ["web"], include: ["TAGS"] })
  assert.equal(described.services?.[0]?.tags?.length, 2)
})
