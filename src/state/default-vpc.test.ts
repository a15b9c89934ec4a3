import assert from "node:assert/strict"
import { test } from "node:test"
import { scopeKey, silentLog } from "../kernel/index.ts"
import { defaultVpcId, defaultVpcRows, ensureDefaultVpc, forgoDefaultVpc, memoryStore, openStore } from "./index.ts"
import { memoryDisk, memoryJournal } from "./journal/memory.ts"
import { schema } from "./schema.ts"
import { defineTable, type TableSpec } from "./table.ts"

const scope = { account: "000000000000", region: "us-east-1" }
const key = (id: string) => `${scopeKey(scope)}/${id}`
const now = defaultVpcRows(scope)

/** A table as it was at version 1. */
const firstForm = (name: string): TableSpec<{ id: string }> =>
  defineTable<{ id: string }>()({ name, version: 1, key: (row) => key(row.id), indexes: {} })

test("a default VPC that an earlier release made is shown as one that is made now", async () => {
  const disk = memoryDisk()
  const openDisk = { journal: memoryJournal(disk), log: silentLog, onFailure: assert.fail }
  const old = await openStore({
    ...openDisk,
    schema: { vpcs: schema.vpcs, routeTables: firstForm("routeTables"), securityGroups: firstForm("securityGroups") },
  })
  const groupId = now.securityGroup.id
  old.transact((tx) => {
    tx.vpcs.insert(now.vpc)
    const { associations, ...table } = now.routeTable
    tx.routeTables.insert(
      Object.assign(table, {
        main: true,
        associationId: associations[0]?.id,
        routes: table.routes.map((r) => ({
          ...{ DestinationCidrBlock: r.destination, GatewayId: r.gatewayId, Origin: r.origin, State: "active" },
        })),
      }),
    )
    const { rules: _, ...group } = now.securityGroup
    tx.securityGroups.insert(
      Object.assign(group, {
        ingress: [{ IpProtocol: "-1", UserIdGroupPairs: [{ GroupId: groupId, UserId: scope.account }] }],
        egress: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
      }),
    )
  })
  await old.close()
  const store = await openStore({ ...openDisk, journal: memoryJournal(disk), schema })
  store.transact((tx) => ensureDefaultVpc(tx, scope))
  store.view((view) => {
    assert.deepEqual(view.routeTables.get(key(now.routeTable.id)), now.routeTable)
    assert.deepEqual(view.securityGroups.get(key(groupId)), now.securityGroup)
    assert.deepEqual(view.networkAcls.get(key(now.networkAcl.id)), now.networkAcl)
    assert.deepEqual(view.dhcpOptions.get(key(now.dhcpOptions.id)), now.dhcpOptions)
  })
  await store.close()
})

test("a default VPC that was removed on purpose is not made by the next who looks", () => {
  const store = memoryStore()
  store.transact((tx) => {
    ensureDefaultVpc(tx, scope)
    tx.vpcs.delete(key(defaultVpcId(scope)))
    forgoDefaultVpc(tx, scope)
  })
  assert.equal(store.transact((tx) => ensureDefaultVpc(tx, scope)).value, undefined)
  assert.ok(store.transact((tx) => ensureDefaultVpc(tx, { ...scope, region: "eu-west-1" })).value)
})
