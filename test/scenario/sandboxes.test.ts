// Interfaces that are kept ready for Fargate tasks: how many, for whom, and that nobody else gets them.
import assert from "node:assert/strict"
import { test } from "node:test"
import { controllers, startControllers } from "../../src/controllers/index.ts"
import { scopeKey, silentLog } from "../../src/kernel/index.ts"
import { allocateAddress } from "../../src/state/index.ts"
import { runWeb, scope, vpc, withWeb } from "../support/ecs-harness.ts"
import { aHost } from "../support/rows.ts"

const [subnet] = vpc.subnets
assert.ok(subnet)
const inSubnet = (count = 1) =>
  runWeb({ count, networkConfiguration: { awsvpcConfiguration: { subnets: [subnet.id] } } })

/** A pool host with the network of the default VPC, and controllers. */
const setUp = async () => {
  const harness = await withWeb()
  const { state, gate, clock } = harness
  state.transact((tx) => {
    tx.containerInstances.insert(aHost({ session: { connected: true, since: 0 } }))
    tx.networks.insert({
      ...scope,
      vpcId: vpc.vpc.id,
      cidr: vpc.vpc.cidr,
      gateway: "172.31.0.1",
      machineId: "m-1",
      desired: "up",
      generation: 1,
      observed: { generation: 1, status: "UP", at: 0 },
    })
  })
  // Without the one that makes machines: here is none behind the host.
  const loops = controllers(scope).filter(({ name }) => name === "task" || name === "sandbox")
  const runner = startControllers({ state, gate, clock, log: silentLog, controllers: loops })
  const run = async (count: number) => {
    const { tasks = [] } = await harness.call("RunTask", inSubnet(count))
    await clock.advance(0)
    return tasks.map(({ taskArn }) => {
      const made = state.view((view) => view.networkInterfaces.first("task", taskArn ?? ""))
      return made?.id ?? assert.fail("a task has no interface")
    })
  }
  const kept = () => state.view((view) => [...view.sandboxes.all()].map((one) => one.id))
  return { ...harness, runner, run, kept }
}

test("none before the first task of a subnet; then as many as were missed; each goes to one task", async () => {
  const { run, kept, runner } = await setUp()
  assert.deepEqual(kept(), [])
  await run(1)
  const [one] = kept()
  assert.equal(kept().length, 1)
  assert.deepEqual(await run(1), [one])
  assert.equal(kept().length, 1)
  const ready = kept()
  const ten = await run(10)
  assert.equal(new Set(ten).size, 10)
  assert.ok(ten.includes(ready[0] ?? ""))
  assert.equal(kept().length, 8)
  assert.ok(kept().every((id) => !ten.includes(id)))
  runner.stop()
})

test("are fewer when fewer are asked for, and none after a while without any task", async () => {
  const { run, kept, clock, runner } = await setUp()
  await run(10)
  assert.equal(kept().length, 8)
  await clock.advance(120_000)
  await run(2)
  await clock.advance(120_000)
  assert.equal(kept().length, 2)
  await clock.advance(240_000)
  assert.deepEqual(kept(), [])
  runner.stop()
})

test("their addresses go to nobody else, and one that somebody asks for is given up", async () => {
  const { run, kept, state, clock, runner } = await setUp()
  await run(8)
  const key = (id: string) => `${scopeKey(scope)}/${id}`
  const sandbox = state.view((view) => view.sandboxes.get(key(kept()[0] ?? "")))
  assert.ok(sandbox)
  // The search for an address begins at a place that the id decides.
  const next = state.view((view) => allocateAddress(view, subnet, sandbox.id))
  assert.notEqual(next, sandbox.networkInterface.privateIp)
  state.transact((tx) => tx.networkInterfaces.insert({ ...sandbox.networkInterface, id: "eni-asked" }))
  await clock.advance(0)
  assert.ok(!kept().includes(sandbox.id))
  assert.equal(kept().length, 8)
  runner.stop()
})

test("are given up with their host, their network and their subnet", async () => {
  const { run, kept, state, clock, runner } = await setUp()
  await run(3)
  assert.equal(kept().length, 3)
  const connected = (is: boolean) =>
    state.transact((tx) => tx.containerInstances.patch(aHost().arn, { session: { connected: is, since: 1 } }))
  connected(false)
  await clock.advance(0)
  assert.deepEqual(kept(), [])
  connected(true)
  await clock.advance(0)
  assert.equal(kept().length, 3)
  state.transact((tx) => tx.networks.patch(`${scopeKey(scope)}/${vpc.vpc.id}`, { desired: "gone" }))
  await clock.advance(0)
  assert.deepEqual(kept(), [])
  state.transact((tx) => tx.networks.patch(`${scopeKey(scope)}/${vpc.vpc.id}`, { desired: "up" }))
  await clock.advance(0)
  assert.equal(kept().length, 3)
  state.transact((tx) => tx.subnets.delete(`${scopeKey(scope)}/${subnet.id}`))
  await clock.advance(0)
  assert.deepEqual(kept(), [])
  runner.stop()
})
