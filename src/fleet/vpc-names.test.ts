import assert from "node:assert/strict"
import { test } from "node:test"
import { aLoadBalancer, aWorldFor } from "../../test/support/balancer-rows.ts"
import { scope, vpc } from "../../test/support/ecs-harness.ts"
import { interfaceRow, memoryStore, type Tx } from "../state/index.ts"
import { concernsNames, namesOf } from "./vpc-names.ts"

const network = `${scope.account}/${scope.region}/${vpc.vpc.id}`

const nodes = (tx: Tx): void => {
  const made = { interfaceType: "interface", requesterManaged: true, status: "in-use" } as const
  for (const [at, subnet] of vpc.subnets.entries()) {
    const privateIp = `172.31.${at * 16}.9`
    const row = interfaceRow({
      id: `eni-${at}`,
      subnet,
      privateIp,
      securityGroups: [],
      description: "",
      createdAt: 0,
      made,
    })
    tx.networkInterfaces.insert({ ...row, balancer: aLoadBalancer().arn })
  }
}

test("a load balancer's name has an address in each subnet that it is in", () => {
  const state = memoryStore()
  state.transact((tx) => {
    aWorldFor(tx)
    tx.loadBalancers.insert(aLoadBalancer({ dnsName: "Web-1.us-east-1.elb.localhost" }))
    nodes(tx)
  })
  const named = state.view(namesOf).filter(({ name }) => name === "web-1.us-east-1.elb.localhost")
  assert.deepEqual(named, [
    { network, name: "web-1.us-east-1.elb.localhost", address: "172.31.0.9" },
    { network, name: "web-1.us-east-1.elb.localhost", address: "172.31.16.9" },
  ])
  state.transact((tx) => tx.vpcs.patch(network, { enableDnsSupport: false }))
  assert.deepEqual(state.view(namesOf), [])
})

test("a load balancer's status gives nothing a name, its subnets do", () => {
  const row = aLoadBalancer()
  assert.equal(concernsNames("loadBalancers", row, { ...row, status: { code: "active" } }), false)
  assert.equal(concernsNames("loadBalancers", row, { ...row, zones: [] }), true)
  assert.equal(concernsNames("loadBalancers", undefined, row), true)
})
