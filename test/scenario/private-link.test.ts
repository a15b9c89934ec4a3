// PrivateLink from the API of EC2 to what proxies are told: a service in the default VPC, an endpoint in another one. Real services,
// controllers and channel; simulated proxies.
import assert from "node:assert/strict"
import { type TestContext, test } from "node:test"
import type { Caller } from "../../src/gate/index.ts"
import { ec2 } from "../../src/services/ec2/index.ts"
import { elbv2 } from "../../src/services/elbv2/index.ts"
import { iam } from "../../src/services/iam/index.ts"
import { defaultVpcRows } from "../../src/state/index.ts"
import { scope, serviceHarness } from "../support/service-harness.ts"
import { simulatedTraffic } from "../support/simulated-traffic.ts"

const vpc = defaultVpcRows(scope)
const [subnet] = vpc.subnets

/** A service over a network load balancer in the first zone (or in so many), and a subnet of another VPC in each of the first two zones. */
const world = async (t: TestContext, more: { readonly AcceptanceRequired?: boolean } = {}, zones = 1) => {
  const { state, clock, call, refuses, ask } = serviceHarness("ec2", [ec2, elbv2, iam])
  const traffic = simulatedTraffic({ state, clock })
  t.after(() => traffic.stop())
  state.transact((tx) =>
    tx.machines.insert({
      ...{ id: "m-shared", kind: "fargate-host", place: "shared", desired: "up", accessKeyId: "ASIAM", generation: 1 },
      observed: { generation: 1, status: "UP", at: 0 },
    }),
  )
  const Subnets = vpc.subnets.slice(0, zones).map(({ id }) => id)
  const network = { Name: "net", Type: "network", Scheme: "internal" } as const
  const made = await ask("elbv2", "CreateLoadBalancer", { ...network, Subnets })
  const balancer = made.LoadBalancers?.[0]?.LoadBalancerArn ?? assert.fail()
  const group = await ask("elbv2", "CreateTargetGroup", {
    ...{ Name: "app", Protocol: "TCP", Port: 8080, TargetType: "ip", VpcId: vpc.vpc.id },
  })
  const TargetGroupArn = group.TargetGroups?.[0]?.TargetGroupArn ?? assert.fail()
  await ask("elbv2", "CreateListener", {
    ...{ LoadBalancerArn: balancer, Protocol: "TCP", Port: 80 },
    DefaultActions: [{ Type: "forward", TargetGroupArn }],
  })
  const other = (await call("CreateVpc", { CidrBlock: "10.9.0.0/16" })).Vpc?.VpcId ?? assert.fail()
  const place = async (zone: string, CidrBlock: string) => {
    const input = { VpcId: other, CidrBlock, AvailabilityZone: `us-east-1${zone}` }
    return (await call("CreateSubnet", input)).Subnet?.SubnetId ?? assert.fail()
  }
  const [near, far] = [await place("a", "10.9.1.0/24"), await place("b", "10.9.2.0/24")]
  const { ServiceConfiguration: service } = await call("CreateVpcEndpointServiceConfiguration", {
    NetworkLoadBalancerArns: [balancer],
    ...more,
  })
  const ServiceName = service?.ServiceName ?? assert.fail()
  const wanted = { VpcId: other, ServiceName, VpcEndpointType: "Interface", SubnetIds: [near] } as const
  const endpoint = async (input: object = {}) => {
    const { VpcEndpoint } = await call("CreateVpcEndpoint", { ...wanted, SubnetIds: [near], ...input })
    await clock.settle()
    return VpcEndpoint?.VpcEndpointId ?? assert.fail()
  }
  const described = async (id: string) => {
    const { VpcEndpoints: [one] = [] } = await call("DescribeVpcEndpoints", { VpcEndpointIds: [id] })
    return one ?? assert.fail()
  }
  const judge = async (operation: "AcceptVpcEndpointConnections" | "RejectVpcEndpointConnections", id: string) => {
    const answer = await call(operation, { ServiceId: service?.ServiceId, VpcEndpointIds: [id] })
    await clock.settle()
    return answer
  }
  const carried = (id: string) => state.view((view) => view.carriedBalancers.by("balancer", id)[0])
  return {
    ...{ state, clock, call, refuses, ask, balancer, near, far, other, service, wanted },
    ...{ endpoint, described, judge, carried },
  }
}

test("an endpoint waits for its acceptance, and is available with an address of its own once a proxy carries it", async (t) => {
  const { endpoint, described, judge, carried, near, service, call } = await world(t)
  assert.deepEqual([service?.ServiceState, service?.AvailabilityZones], ["Available", ["us-east-1a"]])
  const id = await endpoint()
  assert.equal((await described(id)).State, "pendingAcceptance")
  assert.equal(carried(id), undefined)
  assert.deepEqual((await judge("AcceptVpcEndpointConnections", id)).Unsuccessful, [])
  const one = await described(id)
  assert.deepEqual([one.State, one.SubnetIds, one.VpcEndpointType], ["available", [near], "Interface"])
  const [name, zonal] = one.DnsEntries?.map(({ DnsName }) => DnsName) ?? []
  assert.match(name ?? "", new RegExp(`^${id}-[0-9a-f]{8}\\.${service?.ServiceId}\\.us-east-1\\.vpce\\.localhost$`))
  assert.match(zonal ?? "", new RegExp(`^${id}-[0-9a-f]{8}-us-east-1a\\.`))
  const { NetworkInterfaces: [eni] = [] } = await call("DescribeNetworkInterfaces", {
    NetworkInterfaceIds: one.NetworkInterfaceIds,
  })
  assert.deepEqual([eni?.InterfaceType, eni?.SubnetId], ["vpc_endpoint", near])
  assert.deepEqual([carried(id)?.nodes, carried(id)?.listeners], [[eni?.PrivateIpAddress], [`${id}:80`]])
})

test("without acceptance it is available at once, and a listener that comes later is carried too", async (t) => {
  const { endpoint, described, ask, balancer, carried, clock } = await world(t, { AcceptanceRequired: false })
  const id = await endpoint()
  assert.equal((await described(id)).State, "available")
  const { TargetGroups: [group] = [] } = await ask("elbv2", "DescribeTargetGroups", {})
  await ask("elbv2", "CreateListener", {
    ...{ LoadBalancerArn: balancer, Protocol: "TCP", Port: 81 },
    DefaultActions: [{ Type: "forward", TargetGroupArn: group?.TargetGroupArn }],
  })
  await clock.settle()
  assert.deepEqual(carried(id)?.listeners, [`${id}:80`, `${id}:81`])
})

test("a rejected endpoint carries nothing, keeps its address, and may be accepted again", async (t) => {
  const { endpoint, described, judge, carried, call, service } = await world(t, { AcceptanceRequired: false })
  const id = await endpoint()
  const before = (await described(id)).NetworkInterfaceIds
  await judge("RejectVpcEndpointConnections", id)
  const rejected = await described(id)
  assert.deepEqual([rejected.State, rejected.NetworkInterfaceIds, carried(id)], ["rejected", before, undefined])
  const { VpcEndpointConnections: [connection] = [] } = await call("DescribeVpcEndpointConnections", {
    Filters: [{ Name: "vpc-endpoint-state", Values: ["rejected"] }],
  })
  assert.deepEqual([connection?.VpcEndpointId, connection?.ServiceId], [id, service?.ServiceId])
  await judge("AcceptVpcEndpointConnections", id)
  assert.equal((await described(id)).State, "available")
})

test("a deleted endpoint is deleting until its proxy has let go of its address, and gone then", async (t) => {
  const { endpoint, call, clock, state, refuses } = await world(t, { AcceptanceRequired: false })
  const id = await endpoint()
  assert.deepEqual((await call("DeleteVpcEndpoints", { VpcEndpointIds: [id, "vpce-none"] })).Unsuccessful, [
    {
      ResourceId: "vpce-none",
      Error: { Code: "InvalidVpcEndpointId.NotFound", Message: "The Vpc Endpoint Id 'vpce-none' does not exist" },
    },
  ])
  await clock.settle()
  const left = state.view((view) => view.networkInterfaces.by("balancer", id).length)
  assert.equal(left, 0)
  const message = `The Vpc Endpoint Id '${id}' does not exist`
  await refuses("DescribeVpcEndpoints", { VpcEndpointIds: [id] }, "InvalidVpcEndpointId.NotFound", message)
})

test("a service with connections is not deleted, nor is its load balancer", async (t) => {
  const { endpoint, judge, call, service, ask, balancer } = await world(t)
  const ServiceIds = [service?.ServiceId ?? ""]
  const id = await endpoint()
  const { Unsuccessful: [failed] = [] } = await call("DeleteVpcEndpointServiceConfigurations", { ServiceIds })
  assert.equal(failed?.Error?.Code, "ExistingVpcEndpointConnections")
  await assert.rejects(ask("elbv2", "DeleteLoadBalancer", { LoadBalancerArn: balancer }), { code: "ResourceInUse" })
  await judge("RejectVpcEndpointConnections", id)
  assert.deepEqual((await call("DeleteVpcEndpointServiceConfigurations", { ServiceIds })).Unsuccessful, [])
  await ask("elbv2", "DeleteLoadBalancer", { LoadBalancerArn: balancer })
})

test("an endpoint is placed in zones of its service, one subnet each", async (t) => {
  const { refuses, wanted, near, far, call, endpoint, service } = await world(t)
  const input = { ...wanted, SubnetIds: [far] }
  await refuses(
    "CreateVpcEndpoint",
    input,
    "InvalidParameter",
    `The VPC endpoint service ${service?.ServiceName} does not support the availability zone of the subnet: ${far}.`,
  )
  await assert.rejects(call("CreateVpcEndpoint", { ...wanted, SubnetIds: [subnet?.id ?? ""] }), {
    code: "InvalidParameter",
  })
  const id = await endpoint({ SubnetIds: undefined, SubnetConfigurations: [{ SubnetId: near, Ipv4: "10.9.1.77" }] })
  const { NetworkInterfaces: [eni] = [] } = await call("DescribeNetworkInterfaces", {
    Filters: [{ Name: "interface-type", Values: ["vpc_endpoint"] }],
  })
  assert.equal(eni?.PrivateIpAddress, "10.9.1.77")
  await assert.rejects(call("ModifyVpcEndpoint", { VpcEndpointId: id, RemoveSubnetIds: [near] }), {
    code: "InvalidParameter",
  })
})

test("an endpoint comes into another zone and leaves one, with its address and its name there", async (t) => {
  const { endpoint, described, call, clock, carried, near, far } = await world(t, { AcceptanceRequired: false }, 2)
  const id = await endpoint()
  const [first] = carried(id)?.nodes ?? []
  await call("ModifyVpcEndpoint", { VpcEndpointId: id, AddSubnetIds: [far] })
  await clock.settle()
  const both = await described(id)
  assert.deepEqual([both.SubnetIds, both.State, both.DnsEntries?.length], [[near, far], "available", 3])
  assert.equal(carried(id)?.nodes.length, 2)
  await call("ModifyVpcEndpoint", { VpcEndpointId: id, RemoveSubnetIds: [near] })
  await clock.settle()
  const one = await described(id)
  assert.deepEqual([one.SubnetIds, one.State, one.NetworkInterfaceIds?.length], [[far], "available", 1])
  assert.match(one.DnsEntries?.[1]?.DnsName ?? "", /-us-east-1b\./)
  assert.equal(carried(id)?.nodes.includes(first ?? ""), false)
})

test("what there are no means for is refused clearly", async (t) => {
  const { call, wanted, balancer, ask } = await world(t)
  const refused = async (input: object, code: string, message: RegExp) =>
    assert.rejects(call("CreateVpcEndpoint", { ...wanted, SubnetIds: [...wanted.SubnetIds], ...input }), {
      code,
      message,
    })
  await refused({ VpcEndpointType: undefined }, "InvalidParameter", /^Endpoint type \(Gateway\) does not match/)
  const s3 = "com.amazonaws.us-east-1.s3"
  await refused({ ServiceName: s3, VpcEndpointType: "Gateway" }, "UnsupportedOperation", /AWS_ENDPOINT_URL/)
  const none = "com.amazonaws.vpce.us-east-1.vpce-svc-0"
  await refused({ ServiceName: none }, "InvalidServiceName", /'com.amazonaws.vpce.us-east-1.vpce-svc-0' does not exist/)
  await refused({ PrivateDnsEnabled: true }, "InvalidParameter", /does not provide a private DNS name/)
  await refused({ PolicyDocument: "{}" }, "UnsupportedOperation", /policies of endpoints/)
  await refused({ SubnetIds: [] }, "MissingParameter", /SubnetIds/)
  const service = (input: object) => call("CreateVpcEndpointServiceConfiguration", input)
  await assert.rejects(service({ GatewayLoadBalancerArns: [balancer] }), { code: "UnsupportedOperation" })
  await assert.rejects(service({ NetworkLoadBalancerArns: [] }), { code: "MissingParameter" })
  const Subnets = vpc.subnets.map(({ id }) => id)
  const { LoadBalancers: [app] = [] } = await ask("elbv2", "CreateLoadBalancer", { Name: "app", Subnets })
  await assert.rejects(service({ NetworkLoadBalancerArns: [app?.LoadBalancerArn] }), { code: "InvalidParameter" })
})

test("another account sees a service when it is permitted to, and connects to it", async (t) => {
  const { call, service, state, clock, judge } = await world(t)
  const stranger: Caller = { account: "210987654321", arn: "arn:aws:iam::210987654321:root", kind: "root" }
  const names = async () => (await call("DescribeVpcEndpointServices", {}, stranger)).ServiceNames
  assert.deepEqual(await names(), [])
  const ServiceId = service?.ServiceId
  const { AddedPrincipals: [added] = [] } = await call("ModifyVpcEndpointServicePermissions", {
    ServiceId,
    AddAllowedPrincipals: [stranger.arn],
  })
  assert.deepEqual([added?.PrincipalType, added?.Principal], ["Account", stranger.arn])
  assert.deepEqual(await names(), [service?.ServiceName])
  const { Vpcs: [own] = [] } = await call("DescribeVpcs", {}, stranger)
  const { Subnets: subnets = [] } = await call("DescribeSubnets", {}, stranger)
  const SubnetIds = subnets.flatMap((one) => (one.AvailabilityZone === "us-east-1a" ? (one.SubnetId ?? []) : []))
  const made = await call(
    "CreateVpcEndpoint",
    { VpcId: own?.VpcId, ServiceName: service?.ServiceName, VpcEndpointType: "Interface", SubnetIds },
    stranger,
  )
  const id = made.VpcEndpoint?.VpcEndpointId ?? assert.fail()
  await judge("AcceptVpcEndpointConnections", id)
  const one = async () => (await call("DescribeVpcEndpoints", {}, stranger)).VpcEndpoints?.[0]
  assert.equal((await one())?.State, "available")
  const { VpcEndpointConnections: [connection] = [] } = await call("DescribeVpcEndpointConnections", {})
  assert.equal(connection?.VpcEndpointOwner, stranger.account)
  // Its network had to be made on another machine: from there no target is reached.
  state.transact((tx) => tx.networks.patch(`${stranger.account}/us-east-1/${own?.VpcId}`, { machineId: "m-apart" }))
  await clock.settle()
  const apart = await one()
  assert.deepEqual([apart?.State, /different machines/.test(apart?.FailureReason ?? "")], ["failed", true])
  await call("ModifyVpcEndpointServicePermissions", { ServiceId, RemoveAllowedPrincipals: [stranger.arn] })
  assert.deepEqual(await names(), [])
})

test("tokens, tags and filters work as on everything of EC2", async (t) => {
  const { call, wanted, endpoint } = await world(t)
  const TagSpecifications = [{ ResourceType: "vpc-endpoint" as const, Tags: [{ Key: "a", Value: "b" }] }]
  const [first, second] = [
    await endpoint({ ClientToken: "t", TagSpecifications }),
    await endpoint({ ClientToken: "t", TagSpecifications }),
  ]
  assert.equal(second, first)
  await call("CreateTags", { Resources: [first], Tags: [{ Key: "c", Value: "d" }] })
  const Filters = [
    { Name: "tag:c", Values: ["d"] },
    { Name: "service-name", Values: [wanted.ServiceName] },
  ]
  const { VpcEndpoints: found } = await call("DescribeVpcEndpoints", { Filters })
  assert.deepEqual(
    found?.map(({ VpcEndpointId }) => VpcEndpointId),
    [first],
  )
  const { Tags } = await call("DescribeTags", { Filters: [{ Name: "resource-type", Values: ["vpc-endpoint"] }] })
  assert.equal(Tags?.length, 2)
})
