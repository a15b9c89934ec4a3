// Services behind target groups whose health is found by simulated proxies: everything from the API to the checks and back
// runs by itself, on the virtual clock.
import assert from "node:assert/strict"
import { test } from "node:test"
import { balancedWorld } from "../support/balanced-world.ts"
import { fargateDefinition, subnets } from "../support/ecs-harness.ts"
import { simulatedTraffic } from "../support/simulated-traffic.ts"

const setUp = async () => {
  const world = await balancedWorld()
  await world.fargate()
  const arn = await world.group("web", { targetType: "ip" })
  const portMappings = [{ containerPort: 80 }]
  const app = { name: "app", image: "app:1", portMappings }
  await world.call("RegisterTaskDefinition", fargateDefinition({ family: "web", containerDefinitions: [app] }))
  const traffic = simulatedTraffic(world)
  await world.settle()
  await world.call("CreateService", {
    serviceName: "web",
    taskDefinition: "web",
    launchType: "FARGATE",
    desiredCount: 3,
    networkConfiguration: { awsvpcConfiguration: { subnets: [...subnets] } },
    loadBalancers: [{ targetGroupArn: arn, containerName: "app", containerPort: 80 }],
  })
  /** Agents and proxies do their work for a while. */
  const pass = async (seconds: number) => {
    for (let left = seconds; left > 0; left -= 5) {
      await world.agents()
      await world.clock.advance(5_000)
    }
  }
  return { ...world, arn, traffic, pass }
}

test("a service comes up, is deployed anew and scaled in, and its targets follow", async () => {
  const world = await setUp()
  await world.pass(60)
  assert.equal((await world.service()).deployments?.[0]?.rolloutState, "COMPLETED")
  await world.call("UpdateService", { service: "web", forceNewDeployment: true })
  await world.pass(120)
  const { deployments, runningCount } = await world.service()
  assert.deepEqual([deployments?.length, deployments?.[0]?.rolloutState, runningCount], [1, "COMPLETED", 3])
  assert.equal(world.targets(world.arn).length, 3)
  await world.call("UpdateService", { service: "web", desiredCount: 1 })
  await world.pass(60)
  assert.deepEqual([world.targets(world.arn).length, world.live().length], [1, 1])
  world.traffic.stop()
})

test("a task that does not answer is replaced, and the service never has fewer healthy tasks by that", async () => {
  const world = await setUp()
  await world.pass(60)
  const [sick] = world.live()
  const [target] = sick?.targets ?? []
  assert.ok(sick && target)
  world.traffic.script.set(`${world.arn} ${target.id}:80`, {
    state: "unhealthy",
    reason: "Target.Timeout",
    description: "Request timed out",
  })
  const others = world.live().filter(({ arn }) => arn !== sick.arn)
  await world.pass(150)
  assert.equal(world.task(sick.arn).lastStatus, "STOPPED")
  assert.equal(world.task(sick.arn).stoppedReason, `Task failed ELB health checks in (target-group ${world.arn})`)
  assert.ok(others.every(({ arn }) => world.task(arn).lastStatus === "RUNNING"))
  assert.equal((await world.service()).runningCount, 3)
  assert.ok(
    (await world.messages()).includes(
      `(service web) (task ${sick.id}) (port 80) is unhealthy in (target-group ${world.arn}) due to (reason Request timed out).`,
    ),
  )
  world.traffic.stop()
})
