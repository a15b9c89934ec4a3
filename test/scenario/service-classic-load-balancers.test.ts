// Services behind Classic Load Balancers, on the virtual clock: instances are registered, not ports. Source:
// aws-behaviour.md section 5.8.
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { elb } from "../../src/services/elb/index.ts"
import { classicKey } from "../../src/state/index.ts"
import { balancedWorld } from "../support/balanced-world.ts"
import { root, scope, subnets } from "../support/ecs-harness.ts"
import { bridgeDefinition } from "../support/service-world.ts"

const shape = (text: string) => text.replace(/[0-9a-f]{32}/g, "T").replace(/ecs-svc\/\d{19}/g, "D")
const front = classicKey(scope, "front")

/** Two instances, the load balancer `front`, and `web:2` and `api:1` on host ports of their own. */
const setUp = async () => {
  const world = await balancedWorld([elb])
  const ids = [await world.instance("us-east-1a"), await world.instance("us-east-1b")]
  await world.gate.invoke(
    "elb",
    "CreateLoadBalancer",
    {
      LoadBalancerName: "front",
      Subnets: [...subnets],
      Scheme: "internal",
      Listeners: [{ Protocol: "HTTP", LoadBalancerPort: 80, InstanceProtocol: "HTTP", InstancePort: 8080 }],
    },
    scope,
    root,
  )
  await world.gate.invoke(
    "elb",
    "ModifyLoadBalancerAttributes",
    { LoadBalancerName: "front", LoadBalancerAttributes: { ConnectionDraining: { Enabled: true, Timeout: 30 } } },
    scope,
    root,
  )
  for (const [family, hostPort] of [
    ["web", 8080],
    ["api", 8081],
  ] as const) {
    const portMappings = [{ containerPort: 80, hostPort }]
    const app = { name: "app", image: "app:1", cpu: 128, memory: 64, portMappings }
    await world.call("RegisterTaskDefinition", bridgeDefinition({ family, containerDefinitions: [app] }))
  }
  const loadBalancers = [{ loadBalancerName: "front", containerName: "app", containerPort: 80 }]
  return { ...world, ids, base: { serviceName: "web", taskDefinition: "web", desiredCount: 2, loadBalancers } }
}

describe("a service behind a Classic Load Balancer", () => {
  test("registers its instances, waits for them to be in service, and lets them drain", async () => {
    const world = await setUp()
    const { service } = await world.call("CreateService", world.base)
    assert.deepEqual(
      [service?.loadBalancers, service?.availabilityZoneRebalancing, service?.deployments?.[0]?.rolloutState],
      [world.base.loadBalancers, "DISABLED", undefined],
    )
    await world.agents()
    assert.deepEqual(
      world.targets(front).map(({ id, port }) => [id, port]),
      world.ids.map((id) => [id, 0]),
    )
    await world.clock.advance(60_000)
    assert.ok(!(await world.messages()).join().includes("steady"))
    await world.sees("healthy", front)
    await world.call("UpdateService", { service: "web", desiredCount: 0 })
    await world.agents()
    assert.equal(world.live().length, 2, "the instances drain")
    await world.clock.advance(30_000)
    await world.agents()
    assert.deepEqual([world.live().length, world.targets(front).length], [0, 0])
    assert.deepEqual((await world.messages()).map(shape), [
      "(service web) has started 2 tasks: (task T) (task T).",
      "(service web) registered 1 instances in (elb front)",
      "(service web) registered 1 instances in (elb front)",
      "(service web) (deployment D) deployment completed.",
      "(service web) has reached a steady state.",
      "(service web) has stopped 2 running tasks: (task T) (task T).",
      "(service web) deregistered 2 instances in (elb front)",
      "(service web, taskSet D) has begun draining connections on 2 tasks.",
      "(service web) has reached a steady state.",
    ])
  })

  test("leaves an instance registered that another service's task is still on", async () => {
    const world = await setUp()
    await world.call("CreateService", world.base)
    await world.call("CreateService", { ...world.base, serviceName: "api", taskDefinition: "api" })
    await world.agents()
    await world.sees("healthy", front)
    await world.call("UpdateService", { service: "api", desiredCount: 0 })
    await world.agents()
    assert.equal(world.live().length, 2, "nothing drains that others need")
    assert.ok(world.targets(front).every(({ draining }) => !draining))
  })

  test("replaces a task whose instance is out of service, and says why", async () => {
    const world = await setUp()
    await world.call("CreateService", { ...world.base, desiredCount: 1 })
    await world.agents()
    const [sick] = world.live()
    const target = sick?.targets?.[0]
    assert.ok(sick && target)
    await world.sees("unhealthy", front, target)
    await world.agents()
    const young = world.live().find(({ arn }) => arn !== sick.arn)
    assert.ok(young?.targets?.[0])
    await world.sees("healthy", front, young.targets[0])
    assert.equal(world.task(sick.arn).stoppedReason, "Task failed ELB health checks in (elb front)")
    assert.ok(
      (await world.messages()).includes(
        `(service web) (instance ${target.id}) is unhealthy in (elb front) due to (reason Instance has failed at least the UnhealthyThreshold number of health checks consecutively.).`,
      ),
    )
  })

  test("that is not there is refused as one that ECS may not look at", async () => {
    const world = await setUp()
    await world.refuses(
      "CreateService",
      { ...world.base, loadBalancers: [{ loadBalancerName: "gone", containerName: "app", containerPort: 80 }] },
      "InvalidParameterException",
      "Unable to assume role and validate the listeners configured on your load balancer. Please verify that the ECS service role being passed has the proper permissions.",
    )
  })
})

test("a daemon behind a Classic Load Balancer has an instance each, before and after a deployment", async () => {
  const world = await setUp()
  const { desiredCount: _count, ...base } = world.base
  await world.call("CreateService", { ...base, schedulingStrategy: "DAEMON" })
  await world.agents()
  await world.sees("healthy", front)
  await world.call("UpdateService", { service: "web", forceNewDeployment: true })
  for (let round = 0; round < 4; round += 1) {
    await world.agents()
    await world.clock.advance(45_000)
    await world.sees("healthy", front)
  }
  const { deployments, runningCount } = await world.service()
  assert.deepEqual([deployments?.length, runningCount], [1, 2])
  assert.deepEqual(
    world
      .targets(front)
      .map(({ id }) => id)
      .toSorted(),
    world.ids,
  )
})
