// Tasks whose network cannot be had: the subnet is full or gone, the security group was deleted in between.
import assert from "node:assert/strict"
import { test } from "node:test"
import { controllers, startControllers } from "../../src/controllers/index.ts"
import { scopeKey, silentLog } from "../../src/kernel/index.ts"
import { runWeb, scope, vpc, withWeb } from "../support/ecs-harness.ts"

const [home] = vpc.subnets
assert.ok(home)
/** Eleven addresses can be given out. */
const small = { ...home, id: "subnet-00000000000000001", cidr: "172.31.64.0/28" }
const inSmall = (count: number) =>
  runWeb({ count, networkConfiguration: { awsvpcConfiguration: { subnets: [small.id] } } })

const reason = (code: string) =>
  `Unexpected EC2 error while attempting to Create Network Interface with public IP assignment disabled in subnet '${small.id}': ${code}`

/** A harness with the small subnet; controllers run from `start` on. */
const setUp = async () => {
  const harness = await withWeb()
  // The first to look at the default VPC makes it.
  await harness.call("RunTask", runWeb())
  harness.state.transact((tx) => tx.subnets.insert(small))
  const start = async () => {
    startControllers({
      ...{ state: harness.state, gate: harness.gate, clock: harness.clock, log: silentLog },
      controllers: controllers(scope),
    })
    await harness.clock.advance(0)
  }
  return { ...harness, start }
}

test("in a subnet with eleven addresses ten of ten tasks and one of two get one each, and one stops and says why", async () => {
  const { call, start } = await setUp()
  await call("RunTask", inSmall(10))
  await call("RunTask", inSmall(2))
  await start()
  const { taskArns = [] } = await call("ListTasks", { desiredStatus: "STOPPED" })
  const { tasks = [] } = await call("DescribeTasks", { tasks: taskArns })
  assert.deepEqual(
    tasks.map((task) => [task.stopCode, task.stoppedReason]),
    [["TaskFailedToStart", reason("InsufficientFreeAddressesInSubnet")]],
  )
})

test("a task does not start with a security group or in a subnet that is gone", async () => {
  const { call, start, state, task } = await setUp()
  const [first] = (await call("RunTask", inSmall(1))).tasks ?? []
  state.transact((tx) => tx.securityGroups.delete(`${scopeKey(scope)}/${vpc.securityGroup.id}`))
  await start()
  assert.equal(task(first?.taskArn).stoppedReason, reason("InvalidGroup.NotFound"))

  const other = await setUp()
  const [second] = (await other.call("RunTask", inSmall(1))).tasks ?? []
  other.state.transact((tx) => tx.subnets.delete(`${scopeKey(scope)}/${small.id}`))
  await other.start()
  assert.equal(other.task(second?.taskArn).stoppedReason, reason("InvalidSubnetID.NotFound"))
})
