// The sessions of a task's roles over its life: renewed in time, kept by what is told to the agent, over with the task; and
// what a service says whose tasks cannot have their role.
import assert from "node:assert/strict"
import { test } from "node:test"
import { aRole, trustOf } from "../support/rows.ts"
import { bridgeDefinition, serviceWorld } from "../support/service-world.ts"

const hour = 60 * 60 * 1000

const worldWith = async (role = aRole()) => {
  const world = await serviceWorld()
  world.state.transact((tx) => tx.iamRoles.insert(role))
  const instance = await world.instance()
  world.state.transact((tx) => {
    const { attributes = [] } = tx.containerInstances.get(instance) ?? {}
    const more = { name: "com.amazonaws.ecs.capability.task-iam-role" }
    tx.containerInstances.patch(instance, { attributes: [...attributes, more] })
  })
  await world.call("RegisterTaskDefinition", bridgeDefinition({ family: "roled", taskRoleArn: "app" }))
  const session = () => world.state.view((view) => [...view.taskCredentials.all()][0])
  const keys = () =>
    world.state.view((view) =>
      [...view.accessKeys.all()].flatMap((key) => (key.principal.kind === "role" ? key.accessKeyId : [])),
    )
  return { ...world, session, keys }
}

const run = async (world: Awaited<ReturnType<typeof worldWith>>) => {
  const { tasks } = await world.call("RunTask", { taskDefinition: "roled" })
  const arn = tasks?.[0]?.taskArn ?? ""
  await world.agents()
  return arn
}

test("a running task has new keys an hour before the old ones expire, under the same id", async () => {
  const world = await worldWith()
  await run(world)
  const first = world.session()
  await world.clock.advance(5 * hour - 1)
  assert.deepEqual(world.session(), first)
  await world.clock.advance(1)
  const second = world.session()
  assert.equal(second?.credentialsId, first?.credentialsId)
  assert.equal(second?.keys.length, 2)
  assert.equal(world.keys().length, 2, "the old key is still good")
  await world.clock.advance(5 * hour)
  assert.equal(world.session()?.keys.length, 2)
  assert.equal(world.keys().length, 2, "what has expired is gone")
  assert.ok(!world.keys().includes(first?.keys[0]?.accessKeyId ?? ""))
})

test("keys of a role that does not trust ECS any more are not renewed, until it does again", async () => {
  const world = await worldWith()
  await run(world)
  const patch = (trust: string) => world.state.transact((tx) => tx.iamRoles.patch("123456789012/app", { trust }))
  patch(trustOf("ec2.amazonaws.com"))
  await world.clock.advance(5.5 * hour)
  assert.equal(world.session()?.keys.length, 1)
  patch(trustOf("ecs-tasks.amazonaws.com"))
  await world.clock.advance(hour / 4)
  assert.equal(world.session()?.keys.length, 2)
})

test("nothing is left of the sessions of a task that has stopped", async () => {
  const world = await worldWith()
  const arn = await run(world)
  await world.call("StopTask", { task: arn })
  assert.equal(world.keys().length, 1, "its containers may still need it")
  await world.agents()
  assert.deepEqual([world.session(), world.keys()], [undefined, []])
})

test("a service says why it cannot launch tasks whose role cannot be assumed, and goes on when it can be", async () => {
  const world = await worldWith(aRole({ trust: trustOf("ec2.amazonaws.com") }))
  await world.call("CreateService", { serviceName: "web", taskDefinition: "roled", desiredCount: 1 })
  const events = async () =>
    (await world.call("DescribeServices", { services: ["web"] })).services?.[0]?.events?.map((e) => e.message)
  assert.deepEqual(await events(), [
    "(service web) failed to launch a task with (error ECS was unable to assume the role 'arn:aws:iam::123456789012:role/app' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.).",
  ])
  assert.equal(world.live().length, 0)
  world.state.transact((tx) => tx.iamRoles.patch("123456789012/app", { trust: trustOf("ecs-tasks.amazonaws.com") }))
  await world.clock.advance(10 * 60_000)
  assert.equal(world.live().length, 1)
})
