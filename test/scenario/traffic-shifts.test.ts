// Deployments that shift traffic between two target groups of a load balancer: stages, weights, roles, rollback and restarts,
// on the virtual clock with simulated proxies. Source: aws-behaviour.md 2.11.
import assert from "node:assert/strict"
import { test } from "node:test"
import { root, scope } from "../support/ecs-harness.ts"
import { minute, type ShiftWorld, shiftWorld } from "../support/shift-world.ts"

const blueGreen = { strategy: "BLUE_GREEN", bakeTimeInMinutes: 5 } as const

/** Every change of production weights while time goes by. */
const watchWeights = async (world: ShiftWorld, ms: number): Promise<readonly string[]> => {
  const seen: string[] = []
  const look = () => {
    const { first, other } = world.weights(world.production)
    const line = `first ${first} other ${other}`
    if (seen.at(-1) !== line) seen.push(line)
  }
  look()
  for (let left = ms; left > 0; left -= 5_000) {
    await world.pass(5_000)
    look()
  }
  return seen
}

test("the first deployment registers in the first group, and its rules send everything there", async () => {
  const world = await shiftWorld()
  await world.service(blueGreen)
  await world.pass(minute)
  assert.equal((await world.deployment()).status, "SUCCESSFUL")
  assert.deepEqual(world.registered(world.first), ["web:2", "web:2"])
  assert.deepEqual(world.registered(world.other), [])
  assert.deepEqual(world.weights(world.production), { first: 100, other: 0 })
  assert.deepEqual(world.weights(world.testing), { first: 100, other: 0 })
  await world.stop()
})

test("blue/green shifts test traffic, then all production traffic, bakes, and stops blue; the next one goes back", async () => {
  const world = await shiftWorld()
  await world.service(blueGreen)
  await world.pass(minute)
  await world.call("UpdateService", { service: "web", taskDefinition: "web:3" })
  assert.equal((await world.deployment()).lifecycleStage, "SCALE_UP")
  await world.pass(minute)
  const baking = await world.deployment()
  assert.equal(baking.lifecycleStage, "BAKE_TIME")
  const { requestedProductionTrafficWeight, requestedTestTrafficWeight } = baking.targetServiceRevision ?? {}
  assert.deepEqual([requestedProductionTrafficWeight, requestedTestTrafficWeight], [100, 100])
  assert.deepEqual(world.weights(world.production), { first: 0, other: 100 })
  assert.deepEqual(world.weights(world.testing), { first: 0, other: 100 })
  assert.deepEqual(world.registered(world.first), ["web:2", "web:2"])
  assert.deepEqual(world.registered(world.other), ["web:3", "web:3"])
  await world.pass(6 * minute)
  assert.equal((await world.deployment()).status, "SUCCESSFUL")
  assert.deepEqual(world.registered(world.first), [])
  await world.call("UpdateService", { service: "web", taskDefinition: "web:4" })
  await world.pass(7 * minute)
  assert.equal((await world.deployment()).status, "SUCCESSFUL")
  assert.deepEqual(world.weights(world.production), { first: 100, other: 0 })
  assert.deepEqual(world.registered(world.first), ["web:4", "web:4"])
  assert.deepEqual(world.registered(world.other), [])
  const { serviceRevisions } = await world.call("DescribeServiceRevisions", {
    serviceRevisionArns: [(await world.deployment()).targetServiceRevision?.arn ?? ""],
  })
  assert.deepEqual(serviceRevisions?.[0]?.resolvedConfiguration?.loadBalancers, [
    { targetGroupArn: world.first, productionListenerRule: world.production },
  ])
  await world.stop()
})

test("weights change and everything else of the rule stays", async () => {
  const world = await shiftWorld()
  await world.service(blueGreen)
  await world.pass(minute)
  const rule = world.state.view((view) => view.listenerRules.get(world.production))
  assert.deepEqual(rule?.actions[0]?.ForwardConfig?.TargetGroupStickinessConfig, { Enabled: true, DurationSeconds: 60 })
  assert.deepEqual(rule?.conditions[0]?.PathPatternConfig?.Values ?? rule?.conditions[0]?.Values, ["/*"])
  await world.stop()
})

test("a canary gets its share first, and the rest when it has proved itself", async () => {
  const world = await shiftWorld()
  const canaryConfiguration = { canaryPercent: 0.5, canaryBakeTimeInMinutes: 3 }
  await world.service({ strategy: "CANARY", bakeTimeInMinutes: 1, canaryConfiguration })
  await world.pass(minute)
  await world.call("UpdateService", { service: "web", taskDefinition: "web:3" })
  const seen = await watchWeights(world, 7 * minute)
  assert.deepEqual(seen, ["first 100 other 0", "first 995 other 5", "first 0 other 100"])
  assert.equal((await world.deployment()).status, "SUCCESSFUL")
  await world.stop()
})

test("a linear deployment moves equal steps with a pause between them", async () => {
  const world = await shiftWorld()
  const linearConfiguration = { stepPercent: 40, stepBakeTimeInMinutes: 2 }
  await world.service({ strategy: "LINEAR", bakeTimeInMinutes: 1, linearConfiguration })
  await world.pass(minute)
  await world.call("UpdateService", { service: "web", taskDefinition: "web:3" })
  const seen = await watchWeights(world, 8 * minute)
  assert.deepEqual(seen, ["first 100 other 0", "first 60 other 40", "first 20 other 80", "first 0 other 100"])
  assert.equal((await world.deployment()).status, "SUCCESSFUL")
  await world.stop()
})

test("the listeners of a network load balancer are shifted by their default actions", async () => {
  const world = await shiftWorld({ type: "network" })
  await world.service(blueGreen)
  await world.pass(minute)
  assert.equal((await world.deployment()).status, "SUCCESSFUL")
  await world.call("UpdateService", { service: "web", taskDefinition: "web:3" })
  await world.pass(minute)
  assert.deepEqual(world.weights(world.production), { first: 0, other: 100 })
  await world.stop()
})

test("a rollback while it bakes sends traffic back before the green tasks are touched", async () => {
  const world = await shiftWorld()
  await world.service(blueGreen)
  await world.pass(minute)
  await world.call("UpdateService", { service: "web", taskDefinition: "web:3" })
  await world.pass(minute)
  const { serviceDeploymentArn } = await world.deployment()
  await world.call("StopServiceDeployment", { serviceDeploymentArn })
  await world.pass(minute)
  assert.deepEqual(world.weights(world.production), { first: 100, other: 0 })
  assert.deepEqual(world.weights(world.testing), { first: 100, other: 0 })
  assert.deepEqual(world.registered(world.other), [])
  assert.equal((await world.deployment()).status, "ROLLBACK_SUCCESSFUL")
  await world.stop()
})

test("green tasks that fail their health checks while they bake open the breaker, and traffic goes back", async () => {
  const world = await shiftWorld()
  await world.service({
    ...blueGreen,
    deploymentCircuitBreaker: { enable: true, rollback: true, resetOnHealthyTask: false },
  })
  await world.pass(minute)
  await world.call("UpdateService", { service: "web", taskDefinition: "web:3" })
  await world.pass(minute)
  assert.equal((await world.deployment()).lifecycleStage, "BAKE_TIME")
  const sick = { state: "unhealthy", reason: "Target.ResponseCodeMismatch", description: "404" } as const
  for (let i = 0; i < 8; i += 1) {
    const targets = world.state.view((view) => [...view.targets.by("group", world.other)])
    for (const { id, port } of targets) world.traffic.script.set(`${world.other} ${id}:${port}`, sick)
    await world.pass(30_000)
  }
  const { status, statusReason } = await world.deployment()
  assert.equal(status, "ROLLBACK_SUCCESSFUL")
  assert.equal(statusReason, "Service deployment rolled back because the circuit breaker threshold was exceeded.")
  assert.deepEqual(world.weights(world.production), { first: 100, other: 0 })
  await world.stop()
})

test("tasks of blue stay while a proxy has not taken the new weights over", async () => {
  const world = await shiftWorld()
  await world.service({ strategy: "BLUE_GREEN", bakeTimeInMinutes: 0 })
  await world.pass(minute)
  await world.call("UpdateService", { service: "web", taskDefinition: "web:3" })
  // The proxies fall silent before the shift: nobody says that the weights are carried.
  world.traffic.channel.stop()
  await world.agents()
  world.state.transact((tx) => {
    for (const { groupArn, id, port, ...rest } of [...tx.targets.all()]) {
      const { account, region } = rest
      tx.targetHealth.put({ account, region, groupArn, id, port, state: "healthy", since: 0 })
    }
  })
  await world.pass(2 * minute)
  assert.deepEqual(world.registered(world.first), ["web:2", "web:2"])
  assert.equal((await world.deployment()).status, "IN_PROGRESS")
  await world.stop()
})

test("an infrastructure role that ECS may not assume fails the deployment, in ECS's words", async () => {
  const world = await shiftWorld({ role: { trust: "lambda.amazonaws.com", allows: ["elasticloadbalancing:*"] } })
  await world.service(blueGreen)
  await world.pass(minute)
  const { status } = await world.deployment()
  assert.equal(status, "ROLLBACK_FAILED")
  const reason = `Service deployment rolled back because of invalid networking configuration. ECS was unable to manage the ELB resources due to missing permissions on ECS Infrastructure Role '${world.roleArn}'.`
  assert.ok((await world.messages()).some((message) => message.endsWith(`deployment failed: ${reason}`)))
  await world.stop()
})

test("a role that may not change the rules fails the deployment with what was refused, and blue goes on", async () => {
  const allows = ["elasticloadbalancing:*"]
  const world = await shiftWorld({ role: { trust: "ecs.amazonaws.com", allows } })
  await world.service(blueGreen)
  await world.pass(minute)
  assert.equal((await world.deployment()).status, "SUCCESSFUL")
  await world.gate.invoke("iam", "DeleteRolePolicy", { RoleName: "infrastructure", PolicyName: "inline" }, scope, root)
  await world.call("UpdateService", { service: "web", taskDefinition: "web:3" })
  await world.pass(2 * minute)
  const { status, statusReason } = await world.deployment()
  assert.equal(status, "ROLLBACK_SUCCESSFUL")
  assert.match(
    statusReason ?? "",
    /^Service deployment rolled back because TEST_TRAFFIC_SHIFT lifecycle hook\(s\) failed\. User: arn:aws:sts::\d{12}:assumed-role\/infrastructure\/ECSNetworkingWithELB is not authorized to perform: elasticloadbalancing:ModifyRule/,
  )
  assert.deepEqual(world.registered(world.first), ["web:2", "web:2"])
  await world.stop()
})

test("a shift goes on wherever the control plane was when it stopped", async () => {
  const world = await shiftWorld()
  const canaryConfiguration = { canaryPercent: 10, canaryBakeTimeInMinutes: 2 }
  await world.service({ strategy: "CANARY", bakeTimeInMinutes: 1, canaryConfiguration })
  await world.pass(minute)
  await world.call("UpdateService", { service: "web", taskDefinition: "web:3" })
  const stages = new Set<string | undefined>()
  for (let i = 0; i < 60; i += 1) {
    stages.add((await world.deployment()).lifecycleStage)
    await world.restart()
    await world.agents()
    await world.clock.advance(5_000)
  }
  assert.deepEqual([...stages], ["SCALE_UP", "PRODUCTION_TRAFFIC_SHIFT", "BAKE_TIME", undefined])
  assert.equal((await world.deployment()).status, "SUCCESSFUL")
  assert.deepEqual(world.registered(world.other), ["web:3", "web:3"])
  await world.stop()
})

test("what is wrong with the rules fails the deployment before any task is started", async () => {
  const world = await shiftWorld()
  const { first, other } = world
  await world.elb("ModifyRule", {
    RuleArn: world.production,
    Actions: [
      {
        Type: "forward",
        ForwardConfig: { TargetGroups: [first, other].map((arn) => ({ TargetGroupArn: arn, Weight: 1 })) },
      },
    ],
  })
  await world.service(blueGreen)
  await world.pass(minute)
  assert.equal((await world.deployment()).status, "ROLLBACK_FAILED")
  assert.equal(world.live().length, 0)
  const reason = `productionListenerRule ${world.production} should have exactly one target group serving traffic but found 2 target groups which are serving traffic`
  assert.ok((await world.messages()).some((message) => message.endsWith(`networking configuration. ${reason}`)))
  await world.stop()
})
