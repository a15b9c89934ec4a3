import assert from "node:assert/strict"
import { test } from "node:test"
import {
  aClassic,
  aListener,
  aLoadBalancer,
  aTarget,
  aTargetGroup,
  aWorldFor,
} from "../../test/support/balancer-rows.ts"
import { scope, vpc } from "../../test/support/ecs-harness.ts"
import { classicKey, memoryStore, type TargetGroupRow, type TargetHealthRow, type Tx } from "../state/index.ts"
import { classicZonesInDns, concernsFailover, zonesInDns } from "./dns-failover.ts"

const [first = "", second = ""] = vpc.subnets.map(({ availabilityZone }) => availabilityZone)
const balancer = (attributes: Record<string, string> = {}) => aLoadBalancer({ type: "network", attributes })

const health = (id: string, state: TargetHealthRow["state"], groupArn = aTargetGroup().arn): TargetHealthRow => ({
  ...scope,
  ...{ groupArn, id, port: 8080, state, since: 0 },
})

const world = (fill: (tx: Tx) => void, group: Partial<TargetGroupRow> = {}) => {
  const state = memoryStore()
  state.transact((tx) => {
    aWorldFor(tx)
    tx.targetGroups.insert(aTargetGroup(group))
    tx.listeners.insert(aListener({ loadBalancerArn: balancer().arn }))
    for (const [id, zone] of [
      ["10.0.0.1", first],
      ["10.0.0.2", second],
    ] as const)
      tx.targets.insert(aTarget(id, { zone }))
    fill(tx)
  })
  return (attributes: Record<string, string> = {}) =>
    [...state.view((view) => zonesInDns(view, balancer(attributes)))].toSorted()
}

test("a zone without a healthy target is not in DNS, unless targets of other zones count for it", () => {
  const zones = world((tx) => {
    tx.targetHealth.insert(health("10.0.0.1", "healthy"))
    tx.targetHealth.insert(health("10.0.0.2", "unhealthy"))
  })
  assert.deepEqual(zones(), [first])
  assert.deepEqual(zones({ "load_balancing.cross_zone.enabled": "true" }), [first, second].toSorted())
})

test("while no zone has a healthy target all are in DNS", () => {
  assert.deepEqual(world(() => {})(), [first, second].toSorted())
})

test("targets that drain do not count, those that nobody checks do", () => {
  const drained = world((tx) => {
    for (const id of ["10.0.0.1", "10.0.0.2"]) tx.targetHealth.insert(health(id, "healthy"))
    const [row] = tx.targets.by("group", aTargetGroup().arn)
    if (row) tx.targets.put({ ...row, draining: { since: 0, until: 1 } })
  })
  assert.equal(drained().length, 1)
  const unchecked = world(() => {}, { healthCheck: { ...aTargetGroup().healthCheck, enabled: false } })
  assert.equal(unchecked().length, 2)
})

test("a target group may want more healthy targets of a zone", () => {
  const fill = (tx: Tx) => {
    tx.targets.insert(aTarget("10.0.0.3", { zone: first }))
    for (const id of ["10.0.0.1", "10.0.0.2"]) tx.targetHealth.insert(health(id, "healthy"))
  }
  const key = "target_group_health.dns_failover.minimum_healthy_targets.percentage"
  assert.deepEqual(world(fill, { attributes: { [key]: "60" } })(), [second])
})

test("instances of a classic load balancer count in their own zones", () => {
  const state = memoryStore()
  const subnets = vpc.subnets.slice(0, 2).map((subnet) => ({ id: subnet.id, zone: subnet.availabilityZone }))
  const row = aClassic({ subnets })
  const groupArn = classicKey(row, row.name)
  state.transact((tx) => {
    for (const [id, zone] of [
      ["i-1", first],
      ["i-2", second],
    ] as const)
      tx.targets.insert(aTarget(id, { groupArn, zone, port: 0 }))
    tx.targetHealth.insert({ ...health("i-2", "healthy", groupArn), port: 0 })
  })
  assert.deepEqual([...state.view((view) => classicZonesInDns(view, row))], [second])
  const across = aClassic({ subnets, attributes: { "CrossZoneLoadBalancing.Enabled": "true" } })
  assert.equal(state.view((view) => classicZonesInDns(view, across)).size, 2)
})

test("of a target's health only what makes it healthy, or no longer, may move a name", () => {
  const [ill, good] = [health("a", "unhealthy"), health("a", "healthy")]
  assert.equal(concernsFailover("targetHealth", ill, good), true)
  assert.equal(concernsFailover("targetHealth", undefined, ill), false)
  assert.equal(concernsFailover("targetHealth", ill, { ...ill, reason: "Target.Timeout" }), false)
  assert.equal(concernsFailover("targets", undefined, aTarget("a")), true)
})
