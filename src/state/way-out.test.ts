import assert from "node:assert/strict"
import { test } from "node:test"
import { scopeKey } from "../kernel/index.ts"
import { closedSubnets, defaultVpcRows, ensureDefaultVpc, memoryStore, type Route, type Tx } from "./index.ts"

const scope = { account: "000000000000", region: "us-east-1" }
const key = (id: string) => `${scopeKey(scope)}/${id}`
const { vpc, subnets, routeTable, internetGateway } = defaultVpcRows(scope)
const [first, second, third] = subnets
assert.ok(first && second && third)
const cidrs = subnets.map((subnet) => subnet.cidr)

/** The blocks without a way out after the changes. */
const closedAfter = (...changes: ((tx: Tx) => unknown)[]): readonly string[] => {
  const store = memoryStore()
  store.transact((tx) => {
    ensureDefaultVpc(tx, scope)
    for (const change of changes) change(tx)
  })
  return store.view((view) => closedSubnets(view, scope, vpc.id))
}

const everywhere = (target: Partial<Route>): Route => ({
  ...{ destination: "0.0.0.0/0", origin: "CreateRoute" },
  ...target,
})
const mainRoutes =
  (...routes: Route[]) =>
  (tx: Tx) =>
    tx.routeTables.patch(key(routeTable.id), { routes })
/** A table of its own for a subnet. */
const ownTable = (id: string, subnetId: string, routes: Route[]) => (tx: Tx) =>
  tx.routeTables.insert({
    ...{ ...scope, tags: [], id, vpcId: vpc.id, routes },
    associations: [{ id: `${id}-assoc`, main: false, subnetId }],
  })
const nat =
  (subnetId: string, more: object = {}) =>
  (tx: Tx) =>
    tx.natGateways.insert({
      ...{ ...scope, tags: [], id: "nat-1", vpcId: vpc.id, subnetId, connectivityType: "public", state: "available" },
      createdAt: 0,
      ...more,
    })

test("all subnets of the default VPC have a way out", () => {
  assert.deepEqual(closedAfter(), [])
})

test("without a default route, or with a gateway that is attached elsewhere, there is none", () => {
  assert.deepEqual(closedAfter(mainRoutes()), cidrs)
  assert.deepEqual(
    closedAfter((tx) => tx.internetGateways.patch(key(internetGateway.id), { vpcId: "vpc-other" })),
    cidrs,
  )
  assert.deepEqual(closedAfter(mainRoutes(everywhere({ networkInterfaceId: "eni-1" }))), cidrs)
})

test("a subnet's own table counts, not the main one", () => {
  assert.deepEqual(closedAfter(ownTable("rtb-1", first.id, [])), [first.cidr])
  const open = [everywhere({ gatewayId: internetGateway.id })]
  assert.deepEqual(closedAfter(mainRoutes(), ownTable("rtb-1", first.id, open)), [second.cidr, third.cidr])
})

test("a public NAT gateway leads out from a subnet that does; a private, deleted or badly placed one does not", () => {
  const through = ownTable("rtb-1", first.id, [everywhere({ natGatewayId: "nat-1" })])
  assert.deepEqual(closedAfter(through), [first.cidr])
  assert.deepEqual(closedAfter(through, nat(second.id)), [])
  assert.deepEqual(closedAfter(through, nat(second.id, { connectivityType: "private" })), [first.cidr])
  assert.deepEqual(closedAfter(through, nat(second.id, { state: "deleted" })), [first.cidr])
  // In the very subnet that it is to lead out of.
  assert.deepEqual(closedAfter(through, nat(first.id)), [first.cidr])
})
