// Network interfaces that users make, tags on everything, and the lists of what there is none of.
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import {
  AllocateAddressCommand,
  CreateInternetGatewayCommand,
  CreateNetworkInterfaceCommand,
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  CreateVpcEndpointCommand,
  DeleteNetworkInterfaceCommand,
  DeleteTagsCommand,
  DescribeNetworkInterfaceAttributeCommand,
  DescribeNetworkInterfacesCommand,
  DescribePrefixListsCommand,
  DescribeSubnetsCommand,
  DescribeTagsCommand,
  DescribeVpcEndpointServicesCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcPeeringConnectionsCommand,
  DescribeVpnGatewaysCommand,
  DetachNetworkInterfaceCommand,
  EC2Client,
  ModifyNetworkInterfaceAttributeCommand,
  waitUntilNetworkInterfaceAvailable,
} from "@aws-sdk/client-ec2"
import { ec2 } from "../../src/services/ec2/index.ts"
import { allocateAddress, interfaceRow } from "../../src/state/index.ts"
import { type AwsEndpoint, account, awsEndpoint, region } from "../support/aws-endpoint.ts"
import { newSubnet, newVpc, refusal } from "../support/ec2.ts"

let aws: AwsEndpoint
let client: EC2Client
let VpcId: string
before(async () => {
  aws = await awsEndpoint([ec2])
  client = new EC2Client(aws.sdk)
  VpcId = await newVpc(client)
})
after(async () => {
  client.destroy()
  await aws.close()
})

/** The interface of a running task, as controllers/task makes it. */
const taskInterface = (SubnetId: string, id: string): void => {
  aws.state.transact((tx) => {
    const subnet = tx.subnets.get(`${account}/${region}/${SubnetId}`)
    assert.ok(subnet)
    const privateIp = allocateAddress(tx, subnet, id) ?? ""
    const taskArn = `arn:aws:ecs:${region}:${account}:task/default/${id}`
    tx.networkInterfaces.insert(
      interfaceRow({ id, subnet, privateIp, securityGroups: [], description: "a task's", createdAt: 0, taskArn }),
    )
  })
}

test("an interface holds an address of its subnet that nobody else gets", async () => {
  const SubnetId = await newSubnet(client, VpcId, "10.0.1.0/28")
  const create = (more: object = {}) => client.send(new CreateNetworkInterfaceCommand({ SubnetId, ...more }))
  const { NetworkInterface } = await create({ PrivateIpAddress: "10.0.1.9", Description: "mine" })
  const NetworkInterfaceId = NetworkInterface?.NetworkInterfaceId ?? ""
  await waitUntilNetworkInterfaceAvailable({ client, maxWaitTime: 60 }, { NetworkInterfaceIds: [NetworkInterfaceId] })
  assert.deepEqual(
    [NetworkInterface?.PrivateIpAddress, NetworkInterface?.Status, NetworkInterface?.RequesterManaged],
    ["10.0.1.9", "available", false],
  )
  assert.equal(NetworkInterface?.Groups?.[0]?.GroupName, "default")
  await assert.rejects(
    create({ PrivateIpAddress: "10.0.1.9" }),
    refusal("InvalidIPAddress.InUse", "The specified address is already in use."),
  )
  await assert.rejects(
    create({ PrivateIpAddress: "10.0.2.9" }),
    refusal("InvalidParameterValue", "Address does not fall within the subnet's address range"),
  )
  for (const kept of ["10.0.1.0", "10.0.1.3", "10.0.1.15"]) {
    await assert.rejects(
      create({ PrivateIpAddress: kept }),
      refusal("InvalidParameterValue", "Address is in subnet's reserved address range"),
    )
  }
  const given = new Set(["10.0.1.9"])
  for (let i = 0; i < 10; i++) given.add((await create()).NetworkInterface?.PrivateIpAddress ?? "")
  assert.equal(given.size, 11)
  await assert.rejects(
    create(),
    refusal(
      "InsufficientFreeAddressesInSubnet",
      "The specified subnet does not have enough free addresses to satisfy the request.",
    ),
  )
  const count = async () =>
    (await client.send(new DescribeSubnetsCommand({ SubnetIds: [SubnetId] }))).Subnets?.[0]?.AvailableIpAddressCount
  assert.equal(await count(), 0)
  await client.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId }))
  assert.equal(await count(), 1)
  assert.equal((await create()).NetworkInterface?.PrivateIpAddress, "10.0.1.9")
})

test("the interface of a task is nobody's to delete, change or detach", async () => {
  const SubnetId = await newSubnet(client, VpcId, "10.0.2.0/24")
  const NetworkInterfaceId = "eni-0000000000000ta5"
  taskInterface(SubnetId, NetworkInterfaceId)
  await assert.rejects(
    client.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId })),
    refusal("InvalidParameterValue", `Network interface '${NetworkInterfaceId}' is currently in use.`),
  )
  await assert.rejects(
    client.send(new ModifyNetworkInterfaceAttributeCommand({ NetworkInterfaceId, Description: { Value: "x" } })),
    refusal("AuthFailure", "You do not have permission to access the specified resource."),
  )
  const { NetworkInterfaces } = await client.send(
    new DescribeNetworkInterfacesCommand({ Filters: [{ Name: "requester-managed", Values: ["true"] }] }),
  )
  assert.deepEqual(
    NetworkInterfaces?.map((i) => i.NetworkInterfaceId),
    [NetworkInterfaceId],
  )
  const AttachmentId = NetworkInterfaces?.[0]?.Attachment?.AttachmentId
  await assert.rejects(client.send(new DetachNetworkInterfaceCommand({ AttachmentId })), { name: "AuthFailure" })
  await client.send(new CreateTagsCommand({ Resources: [NetworkInterfaceId], Tags: [{ Key: "a", Value: "b" }] }))
})

test("the attributes of an interface change one at a time; its groups are of its own VPC", async () => {
  const SubnetId = await newSubnet(client, VpcId, "10.0.3.0/24")
  const { NetworkInterface } = await client.send(new CreateNetworkInterfaceCommand({ SubnetId }))
  const { NetworkInterfaceId } = NetworkInterface ?? {}
  const modify = (change: object) =>
    client.send(new ModifyNetworkInterfaceAttributeCommand({ NetworkInterfaceId, ...change }))
  const group = async (vpc: string) =>
    (await client.send(new CreateSecurityGroupCommand({ GroupName: "g", Description: "d", VpcId: vpc }))).GroupId ?? ""
  const [own, foreign] = [await group(VpcId), await group(await newVpc(client))]
  await modify({ Groups: [own] })
  await modify({ Description: { Value: "changed" } })
  await modify({ SourceDestCheck: { Value: false } })
  await assert.rejects(
    modify({ Groups: [foreign] }),
    refusal("InvalidGroup.NotFound", `The security group '${foreign}' does not exist in VPC '${VpcId}'`),
  )
  const attribute = (Attribute: "description" | "groupSet" | "sourceDestCheck") =>
    client.send(new DescribeNetworkInterfaceAttributeCommand({ NetworkInterfaceId, Attribute }))
  assert.equal((await attribute("description")).Description?.Value, "changed")
  assert.deepEqual((await attribute("groupSet")).Groups, [{ GroupId: own, GroupName: "g" }])
  assert.equal((await attribute("sourceDestCheck")).SourceDestCheck?.Value, false)
})

test("everything takes tags, is found by them, and loses them by key or by key and value", async () => {
  const SubnetId = await newSubnet(client, VpcId, "10.0.4.0/24")
  const gateway = await client.send(new CreateInternetGatewayCommand({}))
  const address = await client.send(
    new AllocateAddressCommand({
      TagSpecifications: [{ ResourceType: "elastic-ip", Tags: [{ Key: "made", Value: "with" }] }],
    }),
  )
  const ids = [VpcId, SubnetId, gateway.InternetGateway?.InternetGatewayId ?? "", address.AllocationId ?? ""]
  await client.send(
    new CreateTagsCommand({
      Resources: ids,
      Tags: [
        { Key: "stage", Value: "test" },
        { Key: "empty", Value: "" },
      ],
    }),
  )
  const tags = async (...Filters: { Name: string; Values: string[] }[]) =>
    (await client.send(new DescribeTagsCommand({ Filters }))).Tags ?? []
  assert.deepEqual((await tags({ Name: "key", Values: ["stage"] })).map((tag) => tag.ResourceType).toSorted(), [
    "elastic-ip",
    "internet-gateway",
    "subnet",
    "vpc",
  ])
  assert.equal((await tags({ Name: "tag:made", Values: ["wi*"] })).length, 1)
  await client.send(
    new DeleteTagsCommand({ Resources: ids, Tags: [{ Key: "stage", Value: "other" }, { Key: "empty" }] }),
  )
  assert.equal((await tags({ Name: "resource-id", Values: [SubnetId] })).length, 1)
  await client.send(new DeleteTagsCommand({ Resources: ids }))
  assert.deepEqual(await tags({ Name: "resource-id", Values: ids }), [])
  const create = (Resources: string[], Tags: object[]) => client.send(new CreateTagsCommand({ Resources, Tags }))
  await assert.rejects(create(["what-1"], [{ Key: "a" }]), refusal("InvalidID", "The ID 'what-1' is not valid"))
  await assert.rejects(
    create([VpcId, "subnet-0"], [{ Key: "a", Value: "b" }]),
    refusal("InvalidSubnetID.NotFound", "The subnet ID 'subnet-0' does not exist"),
  )
  assert.deepEqual(await tags({ Name: "resource-id", Values: [VpcId] }), [])
  await assert.rejects(
    create([VpcId], [{ Key: "aws:mine", Value: "" }]),
    refusal("InvalidParameterValue", "Tag keys starting with 'aws:' are reserved for internal use"),
  )
  const many = Array.from({ length: 51 }, (_, i) => ({ Key: `k${i}`, Value: "" }))
  await assert.rejects(create([VpcId], many), { name: "TagLimitExceeded" })
})

test("lists of what there is none of are empty", async () => {
  assert.deepEqual((await client.send(new DescribeVpnGatewaysCommand({}))).VpnGateways ?? [], [])
  assert.deepEqual((await client.send(new DescribeVpcPeeringConnectionsCommand({}))).VpcPeeringConnections ?? [], [])
  assert.deepEqual((await client.send(new DescribePrefixListsCommand({}))).PrefixLists ?? [], [])
})

test("endpoints are for services of users, of which there are none at first", async () => {
  assert.deepEqual((await client.send(new DescribeVpcEndpointsCommand({}))).VpcEndpoints ?? [], [])
  assert.deepEqual((await client.send(new DescribeVpcEndpointServicesCommand({}))).ServiceNames ?? [], [])
  await assert.rejects(
    client.send(new DescribeVpcEndpointsCommand({ VpcEndpointIds: ["vpce-1"] })),
    refusal("InvalidVpcEndpointId.NotFound", "The Vpc Endpoint Id 'vpce-1' does not exist"),
  )
  await assert.rejects(
    client.send(new CreateVpcEndpointCommand({ VpcId, ServiceName: "com.amazonaws.us-east-1.s3" })),
    { name: "UnsupportedOperation", message: /AWS_ENDPOINT_URL/ },
  )
})
