import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { aListener, aLoadBalancer, aTarget, aTargetGroup } from "../../../../test/support/balancer-rows.ts"
import { node, subnetA, world } from "../../../../test/support/compile-world.ts"
import { scope, vpc } from "../../../../test/support/ecs-harness.ts"
import type { Tx, VpcEndpointRow } from "../../../state/index.ts"

const net = aLoadBalancer({ name: "net", type: "network", attributes: { "load_balancing.cross_zone.enabled": "true" } })
const group = aTargetGroup({ name: "tcp", protocol: "TCP" })
const listener = aListener({
  ...{ loadBalancerArn: net.arn, protocol: "TCP", port: 5432 },
  defaultActions: [{ Type: "forward", TargetGroupArn: group.arn }],
})
const serviceName = "com.amazonaws.vpce.us-east-1.vpce-svc-1"
const endpoint: VpcEndpointRow = {
  ...{ ...scope, tags: [], id: "vpce-1", vpcId: vpc.vpc.id, serviceName, securityGroups: [], createdAt: 0 },
  ...{ dnsName: "vpce-1-a.vpce-svc-1.us-east-1.vpce.localhost", connectionId: "vpce-con-1" },
  subnets: [{ id: subnetA.id, zone: subnetA.availabilityZone }],
  acceptance: "accepted",
  status: { code: "provisioning" },
}

const connected = (more: Partial<VpcEndpointRow> = {}) =>
  world((tx: Tx) => {
    tx.loadBalancers.insert(net)
    tx.targetGroups.insert(group)
    tx.listeners.insert(listener)
    tx.targets.insert(aTarget("172.31.0.77", { groupArn: group.arn }))
    tx.vpcEndpointServices.insert({
      ...{ ...scope, tags: [], id: "vpce-svc-1", name: serviceName, acceptanceRequired: true },
      ...{ loadBalancers: [net.arn], principals: [], createdAt: 0 },
    })
    tx.vpcEndpoints.insert({ ...endpoint, ...more })
    node(tx, "vpce-1", subnetA, "172.31.0.99")
  })

describe("an interface endpoint", () => {
  test("has its own address, and the listeners and pools of the service's load balancer", () => {
    const { balancers, pools } = connected().compile()
    const made = balancers.find(({ id }) => id === "vpce-1")
    assert.deepEqual(
      [made?.kind, made?.nodes, made?.attributes],
      ["endpoint", [{ address: "172.31.0.99", zone: "us-east-1a" }], net.attributes],
    )
    assert.deepEqual(
      made?.listeners.map(({ id, protocol, port, rules }) => [id, protocol, port, rules[0]?.action]),
      [["vpce-1:5432", "TCP", 5432, { type: "forward", pools: [{ pool: group.arn, weight: 1 }] }]],
    )
    assert.deepEqual(pools.find(({ id }) => id === group.arn)?.targets[0]?.address, "172.31.0.77")
  })

  test("is left out while nobody may connect, and when it was deleted", () => {
    for (const more of [{ acceptance: "pendingAcceptance" }, { acceptance: "rejected" }, { deletedAt: 1 }] as const) {
      const { balancers } = connected(more).compile()
      assert.ok(!balancers.some(({ id }) => id === "vpce-1"))
    }
  })

  test("comes out as the same object until something of it changes", () => {
    const { compile, change } = connected()
    const of = () => compile().balancers.find(({ id }) => id === "vpce-1")
    const before = of()
    assert.equal(of(), before)
    change((tx) => tx.listeners.insert({ ...listener, arn: `${listener.arn}2`, port: 5433 }))
    assert.equal(of()?.listeners[0], before?.listeners[0])
    assert.equal(of()?.listeners.length, 2)
  })
})
