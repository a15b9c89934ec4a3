// What leads out of a VPC, over the wire: route tables, internet gateways, NAT gateways, elastic addresses.
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  AssociateRouteTableCommand,
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateNatGatewayCommand,
  CreateNetworkInterfaceCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  DeleteInternetGatewayCommand,
  DeleteNatGatewayCommand,
  DeleteRouteCommand,
  DeleteRouteTableCommand,
  DeleteSubnetCommand,
  DescribeAddressesAttributeCommand,
  DescribeAddressesCommand,
  DescribeInternetGatewaysCommand,
  DescribeNatGatewaysCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRouteTablesCommand,
  DetachInternetGatewayCommand,
  DisassociateAddressCommand,
  DisassociateRouteTableCommand,
  EC2Client,
  ReleaseAddressCommand,
  ReplaceRouteCommand,
  ReplaceRouteTableAssociationCommand,
  waitUntilNatGatewayAvailable,
  waitUntilNatGatewayDeleted,
} from "@aws-sdk/client-ec2"
import { ec2 } from "../../src/services/ec2/index.ts"
import { type AwsEndpoint, awsEndpoint } from "../support/aws-endpoint.ts"
import { newSubnet, newVpc, refusal } from "../support/ec2.ts"

let aws: AwsEndpoint
let client: EC2Client
before(async () => {
  aws = await awsEndpoint([ec2])
  client = new EC2Client(aws.sdk)
})
after(async () => {
  client.destroy()
  await aws.close()
})

const newTable = async (VpcId: string) =>
  (await client.send(new CreateRouteTableCommand({ VpcId }))).RouteTable?.RouteTableId ?? ""
const newGateway = async () =>
  (await client.send(new CreateInternetGatewayCommand({}))).InternetGateway?.InternetGatewayId ?? ""
const tableOf = async (id: string) =>
  (await client.send(new DescribeRouteTablesCommand({ RouteTableIds: [id] }))).RouteTables?.[0]

/** A VPC with a gateway. */
const openVpc = async () => {
  const VpcId = await newVpc(client)
  const InternetGatewayId = await newGateway()
  await client.send(new AttachInternetGatewayCommand({ VpcId, InternetGatewayId }))
  return { VpcId, InternetGatewayId }
}

test("a gateway is attached to one VPC, and a VPC has one gateway", async () => {
  const { VpcId, InternetGatewayId } = await openVpc()
  const { InternetGateways } = await client.send(
    new DescribeInternetGatewaysCommand({ Filters: [{ Name: "attachment.vpc-id", Values: [VpcId] }] }),
  )
  assert.deepEqual(InternetGateways?.[0]?.Attachments, [{ VpcId, State: "available" }])
  await assert.rejects(
    client.send(new AttachInternetGatewayCommand({ VpcId, InternetGatewayId })),
    refusal("Resource.AlreadyAssociated", `resource ${InternetGatewayId} is already attached to network ${VpcId}`),
  )
  const second = await newGateway()
  await assert.rejects(
    client.send(new AttachInternetGatewayCommand({ VpcId, InternetGatewayId: second })),
    refusal("InvalidParameterValue", `Network ${VpcId} already has an internet gateway attached`),
  )
  await assert.rejects(
    client.send(new DeleteInternetGatewayCommand({ InternetGatewayId })),
    refusal(
      "DependencyViolation",
      `The internetGateway '${InternetGatewayId}' has dependencies and cannot be deleted.`,
    ),
  )
  await client.send(new DetachInternetGatewayCommand({ VpcId, InternetGatewayId }))
  await assert.rejects(
    client.send(new DetachInternetGatewayCommand({ VpcId, InternetGatewayId })),
    refusal("Gateway.NotAttached", `resource ${InternetGatewayId} is not attached to network ${VpcId}`),
  )
  await client.send(new DeleteInternetGatewayCommand({ InternetGatewayId }))
})

test("routes are made, replaced and deleted; the local one stays; one whose target is gone is a black hole", async () => {
  const { VpcId, InternetGatewayId } = await openVpc()
  const RouteTableId = await newTable(VpcId)
  const everywhere = { RouteTableId, DestinationCidrBlock: "0.0.0.0/0" }
  const made = await client.send(new CreateRouteCommand({ ...everywhere, GatewayId: InternetGatewayId }))
  assert.equal(made.Return, true)
  assert.deepEqual((await tableOf(RouteTableId))?.Routes, [
    { DestinationCidrBlock: "10.0.0.0/16", GatewayId: "local", Origin: "CreateRouteTable", State: "active" },
    { DestinationCidrBlock: "0.0.0.0/0", GatewayId: InternetGatewayId, Origin: "CreateRoute", State: "active" },
  ])
  await assert.rejects(
    client.send(new CreateRouteCommand({ ...everywhere, GatewayId: InternetGatewayId })),
    refusal("RouteAlreadyExists", "The route identified by 0.0.0.0/0 already exists."),
  )
  await assert.rejects(
    client.send(new CreateRouteCommand({ ...everywhere, DestinationCidrBlock: "192.0.2.0/24", GatewayId: "igw-0" })),
    refusal("InvalidGatewayID.NotFound", "The gateway ID 'igw-0' does not exist"),
  )
  await assert.rejects(
    client.send(
      new CreateRouteCommand({ ...everywhere, DestinationCidrBlock: "192.0.2.0/24", GatewayId: await newGateway() }),
    ),
    { name: "InvalidParameterValue", message: /belong to different networks$/ },
  )
  await assert.rejects(
    client.send(new DeleteRouteCommand({ RouteTableId, DestinationCidrBlock: "10.0.0.0/16" })),
    refusal("InvalidParameterValue", `cannot remove local route 10.0.0.0/16 in route table ${RouteTableId}`),
  )
  const none = { RouteTableId, DestinationCidrBlock: "192.0.2.0/24" }
  await assert.rejects(
    client.send(new DeleteRouteCommand(none)),
    refusal(
      "InvalidRoute.NotFound",
      `no route with destination-cidr-block 192.0.2.0/24 in route table ${RouteTableId}`,
    ),
  )
  await assert.rejects(
    client.send(new ReplaceRouteCommand({ ...none, GatewayId: InternetGatewayId })),
    refusal(
      "InvalidParameterValue",
      "There is no route defined for '192.0.2.0/24' in the route table. Use CreateRoute instead.",
    ),
  )
  await client.send(new DetachInternetGatewayCommand({ VpcId, InternetGatewayId }))
  assert.equal((await tableOf(RouteTableId))?.Routes?.[1]?.State, "blackhole")
  const SubnetId = await newSubnet(client, VpcId)
  const { NetworkInterface } = await client.send(new CreateNetworkInterfaceCommand({ SubnetId }))
  const { NetworkInterfaceId } = NetworkInterface ?? {}
  await client.send(new ReplaceRouteCommand({ ...everywhere, NetworkInterfaceId }))
  const [, replaced] = (await tableOf(RouteTableId))?.Routes ?? []
  assert.deepEqual(
    [replaced?.GatewayId, replaced?.NetworkInterfaceId, replaced?.State],
    [undefined, NetworkInterfaceId, "active"],
  )
  await client.send(new DeleteRouteCommand(everywhere))
  assert.equal((await tableOf(RouteTableId))?.Routes?.length, 1)
})

test("a subnet follows one table; the main one can be another, and is never deleted", async () => {
  const VpcId = await newVpc(client)
  const SubnetId = await newSubnet(client, VpcId)
  const RouteTableId = await newTable(VpcId)
  const { AssociationId } = await client.send(new AssociateRouteTableCommand({ RouteTableId, SubnetId }))
  const bySubnet = await client.send(
    new DescribeRouteTablesCommand({ Filters: [{ Name: "association.subnet-id", Values: [SubnetId] }] }),
  )
  assert.deepEqual(
    bySubnet.RouteTables?.map((table) => [table.RouteTableId, table.Associations?.[0]?.RouteTableAssociationId]),
    [[RouteTableId, AssociationId]],
  )
  const second = await newTable(VpcId)
  await assert.rejects(
    client.send(new AssociateRouteTableCommand({ RouteTableId: second, SubnetId })),
    refusal(
      "Resource.AlreadyAssociated",
      `the specified association for route table ${second} conflicts with an existing association`,
    ),
  )
  await assert.rejects(
    client.send(new DeleteRouteTableCommand({ RouteTableId })),
    refusal("DependencyViolation", `The routeTable '${RouteTableId}' has dependencies and cannot be deleted.`),
  )
  const moved = await client.send(new ReplaceRouteTableAssociationCommand({ AssociationId, RouteTableId: second }))
  assert.notEqual(moved.NewAssociationId, AssociationId)
  await client.send(new DisassociateRouteTableCommand({ AssociationId: moved.NewAssociationId }))
  await assert.rejects(
    client.send(new DisassociateRouteTableCommand({ AssociationId: moved.NewAssociationId })),
    refusal("InvalidAssociationID.NotFound", `The association ID '${moved.NewAssociationId}' does not exist`),
  )
  const main = async () => {
    const Filters = [
      { Name: "vpc-id", Values: [VpcId] },
      { Name: "association.main", Values: ["true"] },
    ]
    const [table] = (await client.send(new DescribeRouteTablesCommand({ Filters }))).RouteTables ?? []
    return { id: table?.RouteTableId, association: table?.Associations?.[0]?.RouteTableAssociationId }
  }
  const before = await main()
  await assert.rejects(
    client.send(new DisassociateRouteTableCommand({ AssociationId: before.association })),
    refusal("InvalidParameterValue", `cannot disassociate the main route table association ${before.association}`),
  )
  await client.send(new ReplaceRouteTableAssociationCommand({ AssociationId: before.association, RouteTableId }))
  assert.equal((await main()).id, RouteTableId)
  await assert.rejects(client.send(new DeleteRouteTableCommand({ RouteTableId })), { name: "DependencyViolation" })
  await client.send(new DeleteRouteTableCommand({ RouteTableId: before.id }))
})

test("the same token makes one route table, and with another request none", async () => {
  const VpcId = await newVpc(client)
  const ask = (more: object = {}) => client.send(new CreateRouteTableCommand({ VpcId, ClientToken: "once", ...more }))
  const [first, second] = [await ask(), await ask()]
  assert.equal(first.RouteTable?.RouteTableId, second.RouteTable?.RouteTableId)
  await assert.rejects(ask({ VpcId: await newVpc(client) }), { name: "IdempotentParameterMismatch" })
  const Filters = [{ Name: "vpc-id", Values: [VpcId] }]
  assert.equal((await client.send(new DescribeRouteTablesCommand({ Filters }))).RouteTables?.length, 2)
})

test("an elastic address is of a range for documentation, on one interface at a time, and released when on none", async () => {
  const { VpcId, InternetGatewayId } = await openVpc()
  const SubnetId = await newSubnet(client, VpcId)
  const { AllocationId, PublicIp, Domain } = await client.send(new AllocateAddressCommand({ Domain: "vpc" }))
  assert.match(PublicIp ?? "", /^(192\.0\.2|198\.51\.100|203\.0\.113)\.\d+$/)
  assert.equal(Domain, "vpc")
  const newInterface = async () =>
    (await client.send(new CreateNetworkInterfaceCommand({ SubnetId }))).NetworkInterface?.NetworkInterfaceId
  const [NetworkInterfaceId, other] = [await newInterface(), await newInterface()]
  const { AssociationId } = await client.send(new AssociateAddressCommand({ AllocationId, NetworkInterfaceId }))
  await assert.rejects(
    client.send(new AssociateAddressCommand({ AllocationId, NetworkInterfaceId: other, AllowReassociation: false })),
    refusal(
      "Resource.AlreadyAssociated",
      `resource ${AllocationId} is already associated with associate-id ${AssociationId}`,
    ),
  )
  const { Addresses } = await client.send(new DescribeAddressesCommand({ PublicIps: [PublicIp ?? ""] }))
  assert.deepEqual(
    Addresses?.map((a) => [a.AllocationId, a.AssociationId, a.NetworkInterfaceId]),
    [[AllocationId, AssociationId, NetworkInterfaceId]],
  )
  const Filters = [{ Name: "association.public-ip", Values: [PublicIp ?? ""] }]
  const shown = await client.send(new DescribeNetworkInterfacesCommand({ Filters }))
  assert.deepEqual(
    shown.NetworkInterfaces?.map((i) => [i.NetworkInterfaceId, i.Association?.AllocationId]),
    [[NetworkInterfaceId, AllocationId]],
  )
  const attribute = await client.send(
    new DescribeAddressesAttributeCommand({ AllocationIds: [AllocationId ?? ""], Attribute: "domain-name" }),
  )
  assert.deepEqual(attribute.Addresses, [{ AllocationId, PublicIp }])
  await assert.rejects(
    client.send(new ReleaseAddressCommand({ AllocationId })),
    refusal("InvalidIPAddress.InUse", `Address ${PublicIp} is in use.`),
  )
  await assert.rejects(client.send(new DetachInternetGatewayCommand({ VpcId, InternetGatewayId })), {
    name: "DependencyViolation",
    message: /has some mapped public address\(es\)/,
  })
  await client.send(new DisassociateAddressCommand({ AssociationId }))
  await client.send(new ReleaseAddressCommand({ AllocationId }))
  await assert.rejects(
    client.send(new DescribeAddressesCommand({ AllocationIds: [AllocationId ?? ""] })),
    refusal("InvalidAllocationID.NotFound", `The allocation ID '${AllocationId}' does not exist`),
  )
})

test("a NAT gateway takes an address of its subnet and an elastic one, and gives both back", async () => {
  const { VpcId } = await openVpc()
  const SubnetId = await newSubnet(client, VpcId)
  const { AllocationId, PublicIp } = await client.send(new AllocateAddressCommand({}))
  const made = await client.send(new CreateNatGatewayCommand({ SubnetId, AllocationId }))
  const NatGatewayId = made.NatGateway?.NatGatewayId ?? ""
  await waitUntilNatGatewayAvailable({ client, maxWaitTime: 60 }, { NatGatewayIds: [NatGatewayId] })
  const [gateway] =
    (await client.send(new DescribeNatGatewaysCommand({ NatGatewayIds: [NatGatewayId] }))).NatGateways ?? []
  const [address] = gateway?.NatGatewayAddresses ?? []
  assert.equal(address?.PublicIp, PublicIp)
  assert.match(address?.PrivateIp ?? "", /^10\.0\.1\./)
  const [eni] =
    (
      await client.send(
        new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [address?.NetworkInterfaceId ?? ""] }),
      )
    ).NetworkInterfaces ?? []
  assert.deepEqual(
    [eni?.InterfaceType, eni?.RequesterManaged, eni?.Status, eni?.Description],
    ["nat_gateway", true, "in-use", `Interface for NAT Gateway ${NatGatewayId}`],
  )
  await assert.rejects(client.send(new DeleteSubnetCommand({ SubnetId })), { name: "DependencyViolation" })
  for (const command of [
    new ReleaseAddressCommand({ AllocationId }),
    new DisassociateAddressCommand({ AssociationId: address?.AssociationId }),
  ]) {
    const refused = refusal("AuthFailure", "You do not have permission to access the specified resource.")
    await assert.rejects(client.send(command as ReleaseAddressCommand), refused)
  }
  const RouteTableId = await newTable(VpcId)
  const route = { RouteTableId, DestinationCidrBlock: "0.0.0.0/0", NatGatewayId }
  await client.send(new CreateRouteCommand(route))
  assert.equal((await tableOf(RouteTableId))?.Routes?.[1]?.State, "active")
  await client.send(new DeleteNatGatewayCommand({ NatGatewayId }))
  await waitUntilNatGatewayDeleted({ client, maxWaitTime: 60 }, { NatGatewayIds: [NatGatewayId] })
  assert.equal((await tableOf(RouteTableId))?.Routes?.[1]?.State, "blackhole")
  await client.send(new ReleaseAddressCommand({ AllocationId }))
  await client.send(new DeleteSubnetCommand({ SubnetId }))
})

test("a NAT gateway that cannot be comes into being as failed, and says why", async () => {
  const VpcId = await newVpc(client)
  const SubnetId = await newSubnet(client, VpcId)
  const { AllocationId } = await client.send(new AllocateAddressCommand({}))
  const { NatGateway } = await client.send(new CreateNatGatewayCommand({ SubnetId, AllocationId }))
  assert.deepEqual(
    [NatGateway?.State, NatGateway?.FailureCode, NatGateway?.FailureMessage],
    ["failed", "Gateway.NotAttached", `Network ${VpcId} has no Internet gateway attached`],
  )
  await assert.rejects(
    client.send(new CreateNatGatewayCommand({ SubnetId })),
    refusal(
      "MissingParameter",
      "The request must include the AllocationId parameter. Add the required parameter and retry the request.",
    ),
  )
  await assert.rejects(
    client.send(new DescribeNatGatewaysCommand({ NatGatewayIds: ["nat-0"] })),
    refusal("NatGatewayNotFound", "NAT gateway nat-0 was not found"),
  )
  const own = await client.send(new CreateNatGatewayCommand({ SubnetId, ConnectivityType: "private" }))
  assert.equal(own.NatGateway?.State, "available")
  await client.send(new ReleaseAddressCommand({ AllocationId }))
})
