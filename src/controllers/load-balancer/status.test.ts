import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { aListener, aLoadBalancer } from "../../../test/support/balancer-rows.ts"
import { scope, vpc } from "../../../test/support/ecs-harness.ts"
import {
  type CarriedBalancerRow,
  type CarriedWay,
  interfaceRow,
  type LoadBalancerStatus,
  type NetworkRow,
} from "../../state/index.ts"
import { isEmpty, plan } from "./plan.ts"
import type { Seen, Wanted } from "./seen.ts"
import { statusOf } from "./status.ts"

const { arn } = aLoadBalancer()
const listener = aListener().arn
const places = vpc.subnets.slice(0, 2).map(({ id: subnetId }) => ({ subnetId }))

const wanted = (more: Partial<Wanted> = {}): Wanted => ({
  ...scope,
  ...{ id: arn, table: "loadBalancers", key: arn, vpcId: vpc.vpc.id, places, securityGroups: ["sg-1"] },
  ...{ description: "ELB app/web/1", interfaceType: "interface", listeners: [listener] },
  status: { code: "provisioning" },
  ...more,
})

const interfaces = vpc.subnets.map((subnet, at) => ({
  ...interfaceRow({
    ...{ id: `eni-${at}`, subnet, privateIp: `172.31.${at * 16}.9`, securityGroups: ["sg-1"], description: "" },
    ...{ createdAt: 0, made: { interfaceType: "interface", requesterManaged: true, status: "in-use" } },
  }),
  balancer: arn,
}))

const network = (status: NetworkRow["observed"]["status"] = "UP", reason?: string): NetworkRow => ({
  ...{ ...scope, vpcId: vpc.vpc.id, cidr: "172.31.0.0/16", gateway: "172.31.0.1", machineId: "m-1", desired: "up" },
  generation: 1,
  observed: { generation: 1, status, at: 0, ...(reason !== undefined && { reason }) },
})

const way = (more: Partial<CarriedWay> = {}): CarriedWay => ({ listener, way: "address", status: "open", ...more })

const carried = (ways: readonly CarriedWay[], more: Partial<CarriedBalancerRow> = {}): CarriedBalancerRow => ({
  ...{ ...scope, balancer: arn, machineId: "m-1", nodes: ["172.31.0.9", "172.31.16.9"], listeners: [listener], ways },
  ...more,
})

const seen = (more: Partial<Seen> = {}): Seen => ({
  interfaces: interfaces.slice(0, 2),
  network: network(),
  carried: [carried([way()])],
  ...more,
})

const said = (more: Partial<Seen> = {}, as: Partial<Wanted> = {}): LoadBalancerStatus =>
  statusOf(seen(more), wanted(as))
const wasActive = { status: { code: "active" } } as const

describe("the status of a load balancer", () => {
  test("is active when the proxy of its network carries it at all addresses and listeners", () => {
    assert.deepEqual(said(), { code: "active" })
    assert.deepEqual(said({ carried: [carried([])] }), { code: "provisioning" })
    assert.deepEqual(said({ carried: [carried([way()], { nodes: ["172.31.0.9"] })] }), { code: "provisioning" })
    assert.deepEqual(said({ carried: [carried([way()], { machineId: "m-2" })] }), { code: "provisioning" })
    assert.deepEqual(said({ carried: [carried([way()], { listeners: [] })] }), { code: "provisioning" })
    assert.deepEqual(said({ carried: [carried([])] }, { listeners: [] }), { code: "active" })
  })

  test("stays active while a listener or a subnet that came to it is not there yet", () => {
    assert.deepEqual(said({ carried: [carried([way()])] }, { ...wasActive, listeners: [listener, "new"] }), {
      code: "active",
    })
    assert.deepEqual(said({ carried: [carried([way()], { nodes: ["172.31.0.9"] })] }, wasActive), { code: "active" })
  })

  test("is active, with the reason, when only the way by the loopback is taken", () => {
    const reason = "Port 80 of 127.0.0.1 is taken by another program."
    const ways = [way(), way({ way: "localhost", status: "failed", reason })]
    assert.deepEqual(said({ carried: [carried(ways)] }), { code: "active", reason })
  })

  test("is failed when it cannot be reached at its own addresses, and impaired when that is so for some listeners", () => {
    const reason = "Port 80 of 172.31.0.9 is taken by another program, which listens on all addresses."
    const failed = way({ status: "failed", reason })
    assert.deepEqual(said({ carried: [carried([failed])] }, wasActive), { code: "failed", reason })
    const more = { listeners: [listener, "other"] }
    assert.deepEqual(said({ carried: [carried([failed, way({ listener: "other" })], more)] }, more), {
      code: "active_impaired",
      reason,
    })
    // Of a listener that was deleted nothing is said.
    assert.deepEqual(said({ carried: [carried([way(), way({ listener: "deleted", status: "failed", reason })])] }), {
      code: "active",
    })
  })

  test("is failed where its network is, or where it can have no address", () => {
    const reason = "no engine"
    assert.deepEqual(said({ network: network("FAILED", reason) }), { code: "failed", reason })
    const [{ subnetId = "" } = {}, other] = places
    assert.deepEqual(said({ interfaces: [] }), {
      code: "failed",
      reason: `There is no free address in subnet ${subnetId}.`,
    })
    assert.deepEqual(said({ interfaces: interfaces.slice(0, 1), carried: [carried([way()])] }), {
      code: "active_impaired",
      reason: `There is no free address in subnet ${other?.subnetId}.`,
    })
    assert.deepEqual(said({ interfaces: [] }, { places: [{ subnetId, privateAddress: "172.31.0.4" }] }), {
      code: "failed",
      reason: `The address 172.31.0.4 in subnet ${subnetId} is not free.`,
    })
  })

  test("says that no proxy is there only of one that was carried before", () => {
    assert.deepEqual(said({ carried: [] }), { code: "provisioning" })
    const reason = "No proxy carries its traffic at the moment."
    const away = said({ carried: [] }, wasActive)
    assert.deepEqual(away, { code: "provisioning", reason })
    assert.deepEqual(said({ carried: [] }, { status: away }), away)
  })
})

describe("what is done for a load balancer", () => {
  const planned = (more: Partial<Seen> = {}) => plan({ wanted: wanted(), ...seen(more) })

  test("is nothing when all is there", () => {
    assert.ok(isEmpty(planned()))
  })

  test("is to make what it lacks, and to give back what it no longer has and no proxy listens at", () => {
    const missing = planned({ interfaces: interfaces.slice(1), carried: [] })
    assert.deepEqual(missing.make, places.slice(0, 1))
    assert.deepEqual(
      missing.release.map(({ id }) => id),
      ["eni-2"],
    )
    const listening = planned({ interfaces, carried: [carried([], { nodes: ["172.31.32.9"] })] })
    assert.deepEqual(listening.release, [])
  })

  test("is to give everything back once it was deleted and its proxy let go", () => {
    const gone = { interfaces: interfaces.slice(0, 2) }
    assert.equal(plan({ ...gone, carried: [] }).release.length, 2)
    assert.equal(plan({ ...gone, carried: [carried([])] }).release.length, 0)
    assert.equal(plan({ ...gone, carried: [] }).network, false)
  })

  test("is to ask for the network of its VPC, and to give interfaces its security groups", () => {
    const { network: _none, ...without } = seen()
    assert.equal(plan({ wanted: wanted(), ...without }).network, true)
    const changed = plan({ wanted: wanted({ securityGroups: ["sg-2"] }), ...seen() })
    assert.equal(changed.change.length, 2)
  })
})
