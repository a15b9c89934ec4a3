// Services whose load balancers do not do what they should, on the virtual clock: calls that are refused, target groups and
// registrations that vanish, instances that stop.
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { reset } from "../../src/main/reset.ts"
import { iamKey, targetKey } from "../../src/state/index.ts"
import { balancedWorld } from "../support/balanced-world.ts"
import { fargateDefinition, subnets } from "../support/ecs-harness.ts"
import { bridgeDefinition } from "../support/service-world.ts"

const shape = (text: string) =>
  text
    .replace(/[0-9a-f]{32}/g, "T")
    .replace(/ecs-svc\/\d{19}/g, "D")
    .replace(/arn:aws:elasticloadbalancing:[^):]*:[^):]*:targetgroup\/(\w+)\/\w+/g, "$1")

const account = "123456789012"
const behind = (targetGroupArn: string) => [{ targetGroupArn, containerName: "app", containerPort: 80 }]
const app = { name: "app", image: "app:1", cpu: 128, memory: 64, portMappings: [{ containerPort: 80 }] }

/** An EC2 instance, a target group and the definition `web:2`; the service has one task. */
const setUp = async () => {
  const world = await balancedWorld()
  await world.instance("us-east-1a")
  const arn = await world.group("web")
  await world.call("RegisterTaskDefinition", bridgeDefinition({ containerDefinitions: [app] }))
  const base = { serviceName: "web", taskDefinition: "web", desiredCount: 1, loadBalancers: behind(arn) }
  /** What a role of the account may do; `name` is ECS's own unless said. */
  const policy = (name: string, document: object) =>
    world.state.transact((tx) => {
      const trust = {
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { Service: "ecs.amazonaws.com" }, Action: "sts:AssumeRole" }],
      }
      tx.iamRoles.put({
        account,
        name,
        path: "/",
        id: `AROA${name.toUpperCase().slice(0, 12)}`,
        arn: `arn:aws:iam::${account}:role/${name}`,
        trust: JSON.stringify(trust),
        maxSessionDuration: 3600,
        createdAt: 0,
        attached: [],
        inline: [{ name: "p", document: JSON.stringify({ Version: "2012-10-17", Statement: [document] }) }],
        tags: [],
      })
      assert.ok(tx.iamRoles.has(iamKey(account, name)))
    })
  return { ...world, arn, base, policy }
}
const everything = { Effect: "Allow", Action: "elasticloadbalancing:*", Resource: "*" }
const looking = { Effect: "Allow", Action: "elasticloadbalancing:Describe*", Resource: "*" }

describe("a service", () => {
  test("whose role may not register targets says so, tries again, and has its task replaced when that does not help", async () => {
    const world = await setUp()
    world.policy("balancing", looking)
    const { service } = await world.call("CreateService", { ...world.base, role: "balancing" })
    assert.equal(service?.roleArn, `arn:aws:iam::${account}:role/balancing`)
    await world.agents()
    const [task] = world.live()
    assert.equal(task?.lastStatus, "ACTIVATING")
    const refused = (await world.messages()).map(shape)
    assert.equal(refused.length, 2)
    assert.match(
      refused[1] ?? "",
      /^\(service web\) failed to register targets in \(target-group web\) with \(error User: arn:aws:sts::123456789012:assumed-role\/balancing\/ecs-service-scheduler is not authorized to perform: elasticloadbalancing:RegisterTargets on resource: /,
    )
    world.policy("balancing", everything)
    await world.clock.advance(15_000)
    assert.equal(world.task(task?.arn).lastStatus, "RUNNING")
    assert.equal(world.targets(world.arn).length, 1)

    world.policy("balancing", looking)
    await world.call("UpdateService", { service: "web", desiredCount: 2 })
    await world.agents()
    await world.clock.advance(120_000)
    const young = world.live().find(({ arn }) => arn !== task?.arn)
    assert.deepEqual([young?.lastStatus, young?.targets], ["RUNNING", undefined])
    assert.equal((await world.service()).runningCount, 2)
    await world.clock.advance(30_000)
    assert.equal(world.live().length, 3, "a task that is no target is not healthy, and is replaced")
  })

  test("whose role may not deregister targets has its task stopped all the same, after a while", async () => {
    const world = await setUp()
    world.policy("balancing", everything)
    await world.call("CreateService", { ...world.base, role: "balancing" })
    await world.agents()
    await world.sees("healthy", world.arn)
    world.policy("balancing", looking)
    await world.call("UpdateService", { service: "web", desiredCount: 0 })
    await world.agents()
    assert.equal(world.live()[0]?.lastStatus, "DEACTIVATING")
    await world.clock.advance(120_000)
    await world.agents()
    assert.equal(world.live().length, 0)
    assert.equal(world.targets(world.arn).length, 1)
    assert.ok((await world.messages()).some((text) => text.includes("failed to deregister targets in (target-group")))
  })

  test("whose target group is gone keeps its tasks, says so, and its next deployment waits", async () => {
    const world = await setUp()
    await world.call("CreateService", world.base)
    await world.agents()
    await world.sees("healthy", world.arn)
    world.state.transact((tx) => {
      for (const { arn } of [...tx.listeners.all()]) tx.listeners.delete(arn)
      for (const row of [...tx.targets.all()]) tx.targets.delete(targetKey(row.groupArn, row.id, row.port))
      tx.targetGroups.delete(world.arn)
    })
    await world.settle()
    const [task] = world.live()
    assert.deepEqual([task?.lastStatus, task?.desiredStatus], ["RUNNING", "RUNNING"])
    assert.equal(
      shape((await world.messages()).at(-1) ?? ""),
      "(service web, taskSet D) (task T) is not healthy in (target-group web) due to TARGET GROUP IS NOT FOUND.",
    )
    await world.call("UpdateService", { service: "web", forceNewDeployment: true })
    await world.agents()
    await world.clock.advance(300_000)
    const { runningCount, deployments } = await world.service()
    assert.deepEqual([runningCount, deployments?.[0]?.rolloutState], [2, "IN_PROGRESS"])
    assert.ok(
      (await world.messages())
        .map(shape)
        .some((text) => text.startsWith("(service web) failed to register targets in (target-group web) with (error ")),
    )
    await world.call("DeleteService", { service: "web", force: true })
    await world.agents()
    assert.equal((await world.service()).status, "INACTIVE")
  })

  test("replaces a task that somebody else has deregistered", async () => {
    const world = await setUp()
    await world.call("CreateService", world.base)
    await world.agents()
    await world.sees("healthy", world.arn)
    const [row] = world.targets(world.arn)
    world.state.transact((tx) => tx.targets.delete(targetKey(world.arn, row?.id ?? "", row?.port ?? 0)))
    await world.settle()
    assert.equal(world.live().length, 1, "what nobody checks is waited for")
    await world.clock.advance(30_000)
    assert.equal(world.live().length, 2)
    await world.agents()
    const [sick, young] = world.live()
    assert.ok(young?.targets?.[0])
    await world.sees("healthy", world.arn, young.targets[0])
    assert.equal(world.task(sick?.arn).stoppedReason, `Task failed ELB health checks in (target-group ${world.arn})`)
  })

  test("counts a task healthy only when its container and its target are", async () => {
    const world = await setUp()
    const healthCheck = { command: ["CMD-SHELL", "true"] }
    world.state.transact((tx) => {
      for (const { arn, attributes } of [...tx.containerInstances.all()]) {
        tx.containerInstances.patch(arn, {
          attributes: [
            ...attributes,
            { name: "ecs.capability.container-health-check" },
            { name: "com.amazonaws.ecs.capability.docker-remote-api.1.24" },
          ],
        })
      }
    })
    await world.call("RegisterTaskDefinition", bridgeDefinition({ containerDefinitions: [{ ...app, healthCheck }] }))
    await world.call("CreateService", world.base)
    await world.agents()
    await world.sees("healthy", world.arn)
    assert.equal((await world.service()).deployments?.[0]?.rolloutState, "IN_PROGRESS")
    const [task] = world.live()
    const { observed } = world.task(task?.arn)
    const seen = observed.containers.app
    assert.ok(task && seen)
    await world.report(task.arn, { containers: { app: { ...seen, health: "HEALTHY" } } })
    assert.equal((await world.service()).deployments?.[0]?.rolloutState, "COMPLETED")
  })

  test("never stops a healthy task for a deployment whose targets are not healthy yet", async () => {
    const world = await setUp()
    await world.call("CreateService", world.base)
    await world.agents()
    await world.sees("healthy", world.arn)
    const [old] = world.live()
    await world.call("UpdateService", { service: "web", forceNewDeployment: true })
    await world.agents()
    await world.clock.advance(3_600_000)
    assert.equal(world.task(old?.arn).lastStatus, "RUNNING")
    assert.equal((await world.service()).deployments?.length, 2)
  })

  test("judges a task on the port of the one before it by its own health", async () => {
    const world = await setUp()
    const portMappings = [{ containerPort: 80, hostPort: 8080 }]
    await world.call("RegisterTaskDefinition", bridgeDefinition({ containerDefinitions: [{ ...app, portMappings }] }))
    await world.call("CreateService", world.base)
    await world.agents()
    await world.sees("healthy", world.arn)
    const [first] = world.live()
    assert.ok(first)
    await world.sees("unhealthy", world.arn)
    await world.end(first)
    await world.clock.advance(15_000)
    await world.agents()
    const [second] = world.live()
    assert.deepEqual(second?.targets, first.targets)
    assert.equal(second?.desiredStatus, "RUNNING")
    assert.equal((await world.service()).runningCount, 1)
    assert.ok(world.targets(world.arn).every(({ draining }) => !draining))
    const wanted = (await world.messages()).filter((text) => text.includes("unable to place a task"))
    assert.equal(wanted.length, 1, "while the port was taken, and not to replace the second")
    assert.equal(
      world.state.view((view) => view.targetHealth.size),
      0,
    )
  })

  test("is gone after a reset without waiting for its targets to drain", async () => {
    const world = await balancedWorld()
    await world.fargate()
    const arn = await world.group("web", { targetType: "ip" })
    const containerDefinitions = [{ name: "app", image: "app:1", portMappings: app.portMappings }]
    await world.call("RegisterTaskDefinition", fargateDefinition({ containerDefinitions }))
    await world.call("CreateService", {
      ...{ serviceName: "web", taskDefinition: "web", desiredCount: 1, launchType: "FARGATE" },
      networkConfiguration: { awsvpcConfiguration: { subnets: [...subnets] } },
      loadBalancers: behind(arn),
    })
    await world.agents()
    await world.sees("healthy", arn)
    await world.call("UpdateService", { service: "web", desiredCount: 0 })
    await world.agents()
    assert.equal(world.live()[0]?.lastStatus, "DEACTIVATING")
    const done = reset({ state: world.state, now: () => world.clock.now() })
    await world.settle()
    await world.agents()
    assert.equal(world.live().length, 0)
    await done
  })
})
