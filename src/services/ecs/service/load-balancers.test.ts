// What CreateService, UpdateService and CreateTaskSet say of load balancers: what is refused and in which words, and what is
// kept and shown.
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { balancedWorld } from "../../../../test/support/balanced-world.ts"
import { ecsArn, fargateDefinition, subnets } from "../../../../test/support/ecs-harness.ts"
import { bridgeDefinition } from "../../../../test/support/service-world.ts"
import type { Input } from "../../../gate/index.ts"

const portMappings = [{ containerPort: 80 }]
const networkConfiguration = { awsvpcConfiguration: { subnets: [...subnets] } }
const gone = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/gone/0123456789abcdef"
const entry = (targetGroupArn: string, more: object = {}) => ({
  targetGroupArn,
  containerName: "app",
  containerPort: 80,
  ...more,
})

/** Target groups of both kinds, and `web:2` (bridge), `host:1` and `fargate:1` with port 80. */
const setUp = async () => {
  const world = await balancedWorld()
  const instances = await world.group("instances")
  const addresses = await world.group("addresses", { targetType: "ip" })
  const alone = await world.group("alone", {}, true)
  const container = { name: "app", image: "app:1", cpu: 128, memory: 64, portMappings }
  await world.call("RegisterTaskDefinition", bridgeDefinition({ containerDefinitions: [container] }))
  await world.call(
    "RegisterTaskDefinition",
    bridgeDefinition({ family: "host", networkMode: "host", containerDefinitions: [container] }),
  )
  await world.call(
    "RegisterTaskDefinition",
    fargateDefinition({ family: "fargate", containerDefinitions: [{ name: "app", image: "app:1", portMappings }] }),
  )
  return { ...world, instances, addresses, alone }
}
const web = { serviceName: "web", taskDefinition: "web", desiredCount: 1 }
const onFargate = { ...web, taskDefinition: "fargate", launchType: "FARGATE" as const, networkConfiguration }
type World = Awaited<ReturnType<typeof setUp>>

const cannotValidate =
  "Unable to assume role and validate the specified targetGroupArn. Please verify that the ECS service role being passed has the proper permissions."

describe("CreateService refuses", () => {
  const cases: readonly (readonly [
    string,
    (world: World) => Input<"ecs", "CreateService">,
    (world: World) => string,
  ])[] = [
    [
      "an entry with both a name and a target group",
      (w) => ({ ...web, loadBalancers: [entry(w.instances, { loadBalancerName: "classic" })] }),
      () =>
        "loadBalancerName and targetGroupArn cannot both be specified. You must specify either a loadBalancerName or a targetGroupArn in all loadBalancer entries",
    ],
    [
      "an entry with neither",
      () => ({ ...web, loadBalancers: [{ containerName: "app", containerPort: 80 }] }),
      () => "You must specify either a loadBalancerName or a targetGroupArn in all loadBalancer entries",
    ],
    [
      "six target groups",
      (w) => ({ ...web, loadBalancers: [1, 2, 3, 4, 5, 6].map((n) => entry(w.instances, { containerPort: n })) }),
      () => "load balancers can have at most 5 items.",
    ],
    [
      "a container that is not there",
      (w) => ({ ...web, loadBalancers: [entry(w.instances, { containerName: "other" })] }),
      () => "The container other does not exist in the task definition.",
    ],
    [
      "a port that the container does not have",
      (w) => ({ ...web, loadBalancers: [entry(w.instances, { containerPort: 81 })] }),
      () => "The container app did not have a container port 81 defined.",
    ],
    ["a target group that is not there", () => ({ ...web, loadBalancers: [entry(gone)] }), () => cannotValidate],
    [
      "a role that is not there",
      (w) => ({ ...web, role: "nobody", loadBalancers: [entry(w.instances)] }),
      () => cannotValidate,
    ],
    [
      "a target group that no listener forwards to",
      (w) => ({ ...web, loadBalancers: [entry(w.alone)] }),
      (w) => `The target group with targetGroupArn ${w.alone} does not have an associated load balancer.`,
    ],
    [
      "targets that are instances in awsvpc mode",
      (w) => ({ ...onFargate, loadBalancers: [entry(w.instances)] }),
      (w) =>
        `The provided target group ${w.instances} has target type instance, which is incompatible with the awsvpc network mode specified in the task definition.`,
    ],
    [
      "targets that are addresses in bridge mode",
      (w) => ({ ...web, loadBalancers: [entry(w.addresses)] }),
      (w) =>
        `The provided target group ${w.addresses} has target type ip, which is incompatible with the bridge network mode specified in the task definition.`,
    ],
    [
      "a role in awsvpc mode",
      (w) => ({ ...onFargate, role: "r", loadBalancers: [entry(w.addresses)] }),
      () => "You cannot specify an IAM role for services that require a service linked role.",
    ],
    [
      "a role with several target groups",
      (w) => ({ ...web, role: "r", loadBalancers: [entry(w.instances), entry(w.alone)] }),
      () => "You cannot specify an IAM role for services that require a service linked role.",
    ],
    [
      "a role without load balancers",
      () => ({ ...web, role: "r" }),
      () => "IAM roles are only valid for services configured to use load balancers.",
    ],
    [
      "a classic load balancer on Fargate",
      () => ({ ...onFargate, loadBalancers: [{ loadBalancerName: "c", containerName: "app", containerPort: 80 }] }),
      () => "Classic Load Balancers are not supported with Fargate.",
    ],
    [
      "a classic load balancer in front of a port that instances choose",
      () => ({ ...web, loadBalancers: [{ loadBalancerName: "c", containerName: "app", containerPort: 80 }] }),
      () =>
        "The container app did not have a host port defined for the container port 80, which Classic Load Balancers need.",
    ],
    [
      "a grace period where nothing is checked",
      () => ({ ...web, healthCheckGracePeriodSeconds: 30 }),
      () => "Health check grace period is only valid for services configured to use load balancers",
    ],
    [
      "load balancers of a service with task sets",
      (w) => ({
        serviceName: "web",
        deploymentController: { type: "EXTERNAL" },
        loadBalancers: [entry(w.instances)],
      }),
      () => "LoadBalancers must be empty or null.",
    ],
  ]
  for (const [what, input, message] of cases) {
    test(what, async () => {
      const world = await setUp()
      await world.refuses("CreateService", input(world), "InvalidParameterException", message(world))
      const { serviceArns } = await world.call("ListServices", {})
      assert.deepEqual(serviceArns, [])
    })
  }
})

test("a service shows its load balancers and grace period, and its revision which target groups it is in", async () => {
  const world = await setUp()
  const loadBalancers = [entry(world.instances)]
  const { service } = await world.call("CreateService", { ...web, loadBalancers, healthCheckGracePeriodSeconds: 30 })
  assert.deepEqual(
    [service?.loadBalancers, service?.healthCheckGracePeriodSeconds, service?.roleArn],
    [loadBalancers, 30, "arn:aws:iam::123456789012:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"],
  )
  const [current] = service?.currentServiceRevisions ?? []
  const { serviceRevisions } = await world.call("DescribeServiceRevisions", {
    serviceRevisionArns: [current?.arn ?? ""],
  })
  assert.deepEqual(
    [serviceRevisions?.[0]?.loadBalancers, serviceRevisions?.[0]?.resolvedConfiguration],
    [loadBalancers, { loadBalancers: [{ targetGroupArn: world.instances }] }],
  )
})

test("the same call again is the same service; with other load balancers it is refused", async () => {
  const world = await setUp()
  const loadBalancers = [entry(world.instances)]
  await world.call("CreateService", { ...web, loadBalancers })
  const { service } = await world.call("CreateService", { ...web, loadBalancers })
  assert.equal(service?.serviceArn, ecsArn("service/default/web"))
  await world.refuses("CreateService", web, "InvalidParameterException", "Creation of service was not idempotent.")
})

describe("UpdateService", () => {
  test("checks new load balancers, and the containers of those that stay when the task definition changes", async () => {
    const world = await setUp()
    await world.call("CreateService", { ...web, loadBalancers: [entry(world.instances)] })
    await world.refuses(
      "UpdateService",
      { service: "web", loadBalancers: [entry(world.alone)] },
      "InvalidParameterException",
      `The target group with targetGroupArn ${world.alone} does not have an associated load balancer.`,
    )
    await world.refuses(
      "UpdateService",
      { service: "web", taskDefinition: "web:1" },
      "InvalidParameterException",
      "The container app did not have a container port 80 defined.",
    )
    await world.refuses(
      "UpdateService",
      { service: "web", taskDefinition: "fargate", networkConfiguration },
      "InvalidParameterException",
      `The provided target group ${world.instances} has target type instance, which is incompatible with the awsvpc network mode specified in the task definition.`,
    )
    assert.equal((await world.service()).deployments?.length, 1)
    const { service } = await world.call("UpdateService", {
      service: "web",
      taskDefinition: "web:1",
      loadBalancers: [],
    })
    assert.deepEqual([service?.loadBalancers, service?.deployments?.length], [[], 2])
  })

  test("gives a service without load balancers a grace period only together with them", async () => {
    const world = await setUp()
    await world.call("CreateService", web)
    await world.refuses(
      "UpdateService",
      { service: "web", healthCheckGracePeriodSeconds: 30 },
      "InvalidParameterException",
      "Health check grace period is only valid for services configured to use load balancers",
    )
    const { service } = await world.call("UpdateService", {
      service: "web",
      healthCheckGracePeriodSeconds: 30,
      loadBalancers: [entry(world.instances)],
    })
    assert.deepEqual([service?.healthCheckGracePeriodSeconds, service?.deployments?.length], [30, 2])
  })
})

test("a task set takes one target group, shows it, and its tasks are registered there", async () => {
  const world = await setUp()
  await world.instance()
  await world.call("CreateService", {
    serviceName: "web",
    desiredCount: 2,
    deploymentController: { type: "EXTERNAL" },
  })
  const set = { service: "web", cluster: "default", taskDefinition: "web", scale: { value: 100 } }
  await world.refuses(
    "CreateTaskSet",
    { ...set, loadBalancers: [entry(world.instances), entry(world.alone)] },
    "InvalidParameterException",
    "load balancers can have at most 1 items.",
  )
  const { taskSet } = await world.call("CreateTaskSet", { ...set, loadBalancers: [entry(world.instances)] })
  assert.deepEqual(taskSet?.loadBalancers, [entry(world.instances)])
  await world.agents()
  assert.equal(world.targets(world.instances).length, 2)
  const stability = async () =>
    (await world.call("DescribeTaskSets", { cluster: "default", service: "web" })).taskSets?.[0]?.stabilityStatus
  await world.clock.advance(60_000)
  assert.equal(await stability(), "STABILIZING")
  await world.sees("healthy", world.instances)
  assert.equal(await stability(), "STEADY_STATE")
  await world.call("UpdateServicePrimaryTaskSet", {
    cluster: "default",
    service: "web",
    primaryTaskSet: taskSet?.taskSetArn,
  })
  assert.deepEqual((await world.service()).loadBalancers, [entry(world.instances)])
})

test("in host mode the container's port is registered", async () => {
  const world = await setUp()
  const id = await world.instance()
  await world.call("CreateService", { ...web, taskDefinition: "host", loadBalancers: [entry(world.instances)] })
  await world.agents()
  assert.deepEqual(
    world.targets(world.instances).map((target) => [target.id, target.port]),
    [[id, 80]],
  )
})
