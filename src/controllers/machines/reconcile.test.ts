// Wishes for machines and networks as VPCs come and go; what the supervisor would say is written by hand.
import assert from "node:assert/strict"
import { test } from "node:test"
import { TestClock } from "../../../test/support/test-clock.ts"
import { testIds } from "../../../test/support/test-ids.ts"
import { createGate } from "../../gate/index.ts"
import { silentLog } from "../../kernel/index.ts"
import {
  type BlobStore,
  type BulkStore,
  memoryStore,
  type NetworkRow,
  type Tx,
  type VpcRow,
} from "../../state/index.ts"
import { startControllers } from "../index.ts"
import { machinesController } from "./index.ts"

const scope = { account: "000000000000", region: "us-east-1" }
const key = "000000000000/us-east-1/vpc-1"
const vpc: VpcRow = {
  ...scope,
  ...{ id: "vpc-1", cidr: "10.0.0.0/16", isDefault: false, state: "available", dhcpOptionsId: "dopt-1", tags: [] },
}

const setUp = async () => {
  const state = memoryStore()
  const clock = new TestClock()
  const gate = createGate({
    ...{ state, clock, ids: testIds(), log: silentLog, services: [] },
    bulk: { logEvents: {} as BulkStore, layers: {} as BlobStore },
  })
  startControllers({ ...{ state, gate, clock, log: silentLog }, controllers: [machinesController(scope)] })
  await clock.settle()
  const write = async (change: (tx: Tx) => unknown) => {
    state.transact(change)
    await clock.settle()
  }
  const network = () => state.view((view) => view.networks.get(key))
  const machines = () => state.view((view) => [...view.machines.all()])
  const [shared] = machines()
  await write((tx) => {
    tx.vpcs.insert(vpc)
    tx.networks.insert({
      ...{ ...scope, vpcId: vpc.id, cidr: vpc.cidr, gateway: "10.0.0.1", machineId: shared?.id ?? "" },
      ...{ desired: "up", generation: 1, observed: { generation: 0, status: "UNKNOWN", at: 0 } },
    })
  })
  /** What the supervisor observed of the newest wish. */
  const observe = (status: NetworkRow["observed"]["status"]) =>
    write((tx) => {
      const generation = tx.networks.get(key)?.generation ?? 0
      tx.networks.patch(key, { observed: { generation, status, at: 0 } })
    })
  return { write, network, machines, observe, state }
}

test("there is one shared host, and a network of a VPC that is there is left alone", async () => {
  const { network, machines, observe } = await setUp()
  await observe("UP")
  assert.deepEqual(
    machines().map((machine) => machine.place),
    ["shared"],
  )
  assert.equal(network()?.desired, "up")
})

test("the network of a deleted VPC is wished gone, and forgotten when it is", async () => {
  const { write, network, machines, observe } = await setUp()
  await observe("UP")
  await write((tx) => tx.vpcs.delete(key))
  assert.deepEqual([network()?.desired, network()?.generation, network()?.observed.status], ["gone", 2, "UNKNOWN"])
  // Containers are still on it: it is tried again by who removes it.
  await observe("FAILED")
  assert.equal(network()?.desired, "gone")
  await observe("GONE")
  assert.equal(network(), undefined)
  assert.equal(machines().length, 1)
})

test("a machine that was made for one network goes with it, and its host and key too", async () => {
  const { write, network, machines, observe, state } = await setUp()
  await observe("OVERLAPS")
  const apart = machines().find((machine) => machine.place === "apart")
  assert.ok(apart)
  assert.equal(network()?.machineId, apart.id)
  await observe("UP")
  await write((tx) => tx.vpcs.delete(key))
  assert.equal(machines().find(({ id }) => id === apart.id)?.desired, "up")
  await observe("GONE")
  const going = machines().find(({ id }) => id === apart.id)
  assert.deepEqual([going?.desired, going?.generation], ["gone", 2])
  await write((tx) => tx.machines.patch(apart.id, { observed: { generation: 2, status: "GONE", at: 0 } }))
  assert.deepEqual(
    machines().map((machine) => machine.place),
    ["shared"],
  )
  assert.equal(
    state.view((view) => view.accessKeys.has(apart.accessKeyId)),
    false,
  )
})
