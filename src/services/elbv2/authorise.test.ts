import assert from "node:assert/strict"
import { test } from "node:test"
import { balancing, notFoundAction, root, scope, subnets } from "../../../test/support/elbv2.ts"
import type { Caller } from "../../gate/index.ts"
import { iamKey } from "../../state/index.ts"

const arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012"
const caller: Caller = { ...root, kind: "user", arn: `arn:aws:iam::${scope.account}:user/u`, userId: "AIDAU" }

/** Load balancers asked by a user who may do what is said. */
const withUser = () => {
  const b = balancing()
  const { account } = scope
  b.state.transact((tx) =>
    tx.iamUsers.insert({
      ...{ account, name: "u", id: "AIDAU", path: "/", arn: caller.arn, createdAt: 0 },
      ...{ attached: [], inline: [], tags: [], groups: [] },
    }),
  )
  const allow = (...Statement: object[]) => {
    const document = JSON.stringify({
      Version: "2012-10-17",
      Statement: Statement.map((one) => ({ Effect: "Allow", ...one })),
    })
    b.state.transact((tx) => tx.iamUsers.patch(iamKey(account, "u"), { inline: [{ name: "p", document }] }))
  }
  return { ...b, allow }
}

const denied = (action: string, resource: string) => ({
  code: "AccessDenied",
  message: `User: ${caller.arn} is not authorized to perform: elasticloadbalancing:${action} on resource: ${resource} because no identity-based policy allows the elasticloadbalancing:${action} action`,
})

test("a load balancer is made by whoever may make one of its name, scheme and subnets", async () => {
  const { call, allow } = withUser()
  const make = (more: object = {}) => call("CreateLoadBalancer", { Name: "web", Subnets: subnets, ...more }, caller)
  const Action = "elasticloadbalancing:CreateLoadBalancer"
  await assert.rejects(make(), denied("CreateLoadBalancer", `${arn}:loadbalancer/app/web/*`))
  allow({
    Action,
    Resource: `${arn}:loadbalancer/app/web/*`,
    Condition: { StringEquals: { "elasticloadbalancing:Scheme": "internal" } },
  })
  await assert.rejects(make(), { code: "AccessDenied" })
  const only = { "ForAllValues:StringEquals": { "elasticloadbalancing:Subnet": subnets } }
  allow({ Action, Resource: `${arn}:loadbalancer/app/web/*`, Condition: only })
  await assert.rejects(make({ Name: "other" }), { code: "AccessDenied" })
  await assert.rejects(make({ Type: "network" }), { code: "AccessDenied" })
  await make()
})

test("tagging while making is asked for besides, as what it is for", async () => {
  const { call, allow } = withUser()
  const make = () =>
    call("CreateLoadBalancer", { Name: "web", Subnets: subnets, Tags: [{ Key: "a", Value: "b" }] }, caller)
  const create = { Action: "elasticloadbalancing:CreateLoadBalancer", Resource: "*" }
  allow(create)
  await assert.rejects(make(), denied("AddTags", `${arn}:loadbalancer/app/web/*`))
  const purpose = { StringEquals: { "elasticloadbalancing:CreateAction": "CreateLoadBalancer" } }
  allow(create, { Action: "elasticloadbalancing:AddTags", Resource: "*", Condition: purpose })
  await make()
})

test("things are changed by whoever may change what has their tags", async () => {
  const { call, allow, loadBalancer } = withUser()
  const mine = await loadBalancer({ Tags: [{ Key: "team", Value: "sea" }] })
  const other = await loadBalancer()
  allow({
    Action: "elasticloadbalancing:*",
    Resource: "*",
    Condition: { StringEquals: { "elasticloadbalancing:ResourceTag/team": "sea" } },
  })
  const listen = (LoadBalancerArn: string) =>
    call("CreateListener", { LoadBalancerArn, Protocol: "HTTP", Port: 80, DefaultActions: [notFoundAction] }, caller)
  await listen(mine)
  await assert.rejects(listen(other), { code: "AccessDenied" })
})
