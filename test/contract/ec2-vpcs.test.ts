// VPCs and subnets over the wire: made, changed, described and deleted as the SDK and the AWS CLI do it.
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import {
  CreateDefaultSubnetCommand,
  CreateDefaultVpcCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DeleteInternetGatewayCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DescribeAccountAttributesCommand,
  DescribeDhcpOptionsCommand,
  DescribeInternetGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcAttributeCommand,
  DescribeVpcClassicLinkCommand,
  DescribeVpcsCommand,
  DetachInternetGatewayCommand,
  EC2Client,
  ModifySubnetAttributeCommand,
  ModifyVpcAttributeCommand,
  paginateDescribeVpcs,
  waitUntilSubnetAvailable,
  waitUntilVpcAvailable,
} from "@aws-sdk/client-ec2"
import { ec2 } from "../../src/services/ec2/index.ts"
import { allocateAddress, interfaceRow } from "../../src/state/index.ts"
import { type AwsEndpoint, account, awsEndpoint, region } from "../support/aws-endpoint.ts"
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

const inVpc = (id: string) => ({ Filters: [{ Name: "vpc-id", Values: [id] }] })

test("a new VPC comes with a main route table, a default security group and DHCP options", async () => {
  const { Vpc } = await client.send(
    new CreateVpcCommand({
      CidrBlock: "10.1.2.3/16",
      TagSpecifications: [{ ResourceType: "vpc", Tags: [{ Key: "Name", Value: "blue" }] }],
    }),
  )
  assert.match(Vpc?.VpcId ?? "", /^vpc-[0-9a-f]{17}$/)
  assert.deepEqual([Vpc?.CidrBlock, Vpc?.IsDefault, Vpc?.OwnerId], ["10.1.0.0/16", false, account])
  const id = Vpc?.VpcId ?? ""
  await waitUntilVpcAvailable({ client, maxWaitTime: 60 }, { VpcIds: [id] })
  const byTag = await client.send(new DescribeVpcsCommand({ Filters: [{ Name: "tag:Name", Values: ["blue"] }] }))
  assert.deepEqual(
    byTag.Vpcs?.map((vpc) => vpc.VpcId),
    [id],
  )
  const { RouteTables } = await client.send(new DescribeRouteTablesCommand(inVpc(id)))
  assert.deepEqual(
    RouteTables?.map((table) => [table.Associations?.map((a) => a.Main), table.Routes]),
    [
      [
        [true],
        [{ DestinationCidrBlock: "10.1.0.0/16", GatewayId: "local", Origin: "CreateRouteTable", State: "active" }],
      ],
    ],
  )
  const { SecurityGroups } = await client.send(new DescribeSecurityGroupsCommand(inVpc(id)))
  assert.deepEqual(
    SecurityGroups?.map((group) => [group.GroupName, group.IpPermissions?.[0]?.UserIdGroupPairs?.[0]?.GroupId]),
    [["default", SecurityGroups?.[0]?.GroupId]],
  )
  const options = await client.send(new DescribeDhcpOptionsCommand({ DhcpOptionsIds: [Vpc?.DhcpOptionsId ?? ""] }))
  assert.deepEqual(
    options.DhcpOptions?.[0]?.DhcpConfigurations?.map((c) => [c.Key, c.Values?.[0]?.Value]),
    [
      ["domain-name", "ec2.internal"],
      ["domain-name-servers", "AmazonProvidedDNS"],
    ],
  )
  const classic = await client.send(new DescribeVpcClassicLinkCommand({ VpcIds: [id] }))
  assert.equal(classic.Vpcs?.[0]?.ClassicLinkEnabled, false)
})

test("blocks outside /16 to /28, blocks that are none, and what there is no means for are refused", async () => {
  const create = (input: object) => client.send(new CreateVpcCommand(input))
  const before = (await client.send(new DescribeVpcsCommand({}))).Vpcs?.length
  for (const CidrBlock of ["10.0.0.0/15", "10.0.0.0/29", "169.254.0.0/16", "127.0.0.0/16", "240.0.0.0/16"]) {
    await assert.rejects(create({ CidrBlock }), refusal("InvalidVpc.Range", `The CIDR '${CidrBlock}' is invalid.`))
  }
  await assert.rejects(
    create({ CidrBlock: "10.0.0/16" }),
    refusal(
      "InvalidParameterValue",
      "Value (10.0.0/16) for parameter cidrBlock is invalid. This is not a valid CIDR block.",
    ),
  )
  await assert.rejects(create({}), refusal("MissingParameter", "The request must contain the parameter cidrBlock"))
  await assert.rejects(create({ CidrBlock: "10.0.0.0/16", AmazonProvidedIpv6CidrBlock: true }), {
    name: "UnsupportedOperation",
  })
  await assert.rejects(create({ CidrBlock: "10.0.0.0/16", DryRun: true }), { name: "DryRunOperation" })
  await assert.rejects(
    create({ CidrBlock: "10.0.0.0/16", TagSpecifications: [{ ResourceType: "subnet", Tags: [{ Key: "a" }] }] }),
    refusal("InvalidParameterValue", "'subnet' is not a valid taggable resource type for this operation."),
  )
  assert.equal((await client.send(new DescribeVpcsCommand({}))).Vpcs?.length, before)
})

test("DNS attributes are kept one at a time, and decide whether an interface has a name", async () => {
  const VpcId = await newVpc(client)
  const SubnetId = await newSubnet(client, VpcId)
  const attribute = async (Attribute: "enableDnsSupport" | "enableDnsHostnames") => {
    const answer = await client.send(new DescribeVpcAttributeCommand({ VpcId, Attribute }))
    return (answer.EnableDnsSupport ?? answer.EnableDnsHostnames)?.Value
  }
  assert.deepEqual([await attribute("enableDnsSupport"), await attribute("enableDnsHostnames")], [true, false])
  const id = "eni-0000000000000dn5"
  aws.state.transact((tx) => {
    const subnet = tx.subnets.get(`${account}/${region}/${SubnetId}`)
    assert.ok(subnet)
    const privateIp = allocateAddress(tx, subnet, id) ?? ""
    tx.networkInterfaces.insert(
      interfaceRow({ id, subnet, privateIp, securityGroups: [], description: "", createdAt: 0 }),
    )
  })
  const name = async () => {
    const { json } = await aws.cli("ec2", "describe-network-interfaces", "--network-interface-ids", id)
    return (json as { NetworkInterfaces: { PrivateDnsName?: string }[] }).NetworkInterfaces[0]?.PrivateDnsName
  }
  assert.equal(await name(), undefined)
  await client.send(new ModifyVpcAttributeCommand({ VpcId, EnableDnsHostnames: { Value: true } }))
  assert.equal(await attribute("enableDnsHostnames"), true)
  assert.match((await name()) ?? "", /^ip-10-0-1-\d+\.ec2\.internal$/)
  await client.send(new ModifyVpcAttributeCommand({ VpcId, EnableDnsSupport: { Value: false } }))
  assert.equal(await name(), undefined)
  await assert.rejects(
    client.send(new ModifyVpcAttributeCommand({ VpcId, EnableNetworkAddressUsageMetrics: { Value: true } })),
    { name: "UnsupportedOperation" },
  )
  await assert.rejects(
    client.send(
      new ModifyVpcAttributeCommand({
        VpcId,
        EnableDnsSupport: { Value: true },
        EnableDnsHostnames: { Value: false },
      }),
    ),
    { name: "InvalidParameterValue" },
  )
})

test("subnets lie in their VPC, apart from each other, in the zone that was asked for", async () => {
  const VpcId = await newVpc(client)
  const create = (CidrBlock: string, more: object = {}) =>
    client.send(new CreateSubnetCommand({ VpcId, CidrBlock, ...more }))
  const { Subnet } = await create("10.0.1.0/24", { AvailabilityZone: "us-east-1b" })
  await waitUntilSubnetAvailable({ client, maxWaitTime: 60 }, { SubnetIds: [Subnet?.SubnetId ?? ""] })
  assert.deepEqual(
    [
      Subnet?.AvailabilityZone,
      Subnet?.AvailabilityZoneId,
      Subnet?.AvailableIpAddressCount,
      Subnet?.MapPublicIpOnLaunch,
    ],
    ["us-east-1b", "use1-az2", 251, false],
  )
  assert.equal((await create("10.0.2.0/28", { AvailabilityZoneId: "use1-az3" })).Subnet?.AvailableIpAddressCount, 11)
  // The zone with the fewest subnets.
  assert.equal((await create("10.0.3.0/24")).Subnet?.AvailabilityZone, "us-east-1a")
  for (const cidr of ["10.0.1.128/25", "10.0.0.0/16"]) {
    await assert.rejects(
      create(cidr),
      refusal("InvalidSubnet.Conflict", `The CIDR '${cidr}' conflicts with another subnet`),
    )
  }
  for (const cidr of ["10.1.0.0/24", "10.0.0.0/29", "10.0.0.0/8"]) {
    await assert.rejects(create(cidr), refusal("InvalidSubnet.Range", `The CIDR '${cidr}' is invalid.`))
  }
  await assert.rejects(
    create("10.0.9.0/24", { AvailabilityZone: "us-east-1z" }),
    refusal(
      "InvalidParameterValue",
      "Value (us-east-1z) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: us-east-1a, us-east-1b, us-east-1c.",
    ),
  )
  await client.send(
    new ModifySubnetAttributeCommand({ SubnetId: Subnet?.SubnetId, MapPublicIpOnLaunch: { Value: true } }),
  )
  const { Subnets } = await client.send(
    new DescribeSubnetsCommand({
      Filters: [
        { Name: "vpc-id", Values: [VpcId] },
        { Name: "map-public-ip-on-launch", Values: ["true"] },
      ],
    }),
  )
  assert.deepEqual(
    Subnets?.map((subnet) => subnet.SubnetId),
    [Subnet?.SubnetId],
  )
})

test("a VPC with a subnet, and a subnet with an address in use, cannot be deleted", async () => {
  const VpcId = await newVpc(client)
  const SubnetId = await newSubnet(client, VpcId)
  await assert.rejects(
    client.send(new DeleteVpcCommand({ VpcId })),
    refusal("DependencyViolation", `The vpc '${VpcId}' has dependencies and cannot be deleted.`),
  )
  const id = "eni-0000000000000de1"
  const key = `${account}/${region}/${id}`
  aws.state.transact((tx) => {
    const subnet = tx.subnets.get(`${account}/${region}/${SubnetId}`)
    assert.ok(subnet)
    const privateIp = allocateAddress(tx, subnet, id) ?? ""
    tx.networkInterfaces.insert(
      interfaceRow({ id, subnet, privateIp, securityGroups: [], description: "", createdAt: 0 }),
    )
  })
  await assert.rejects(
    client.send(new DeleteSubnetCommand({ SubnetId })),
    refusal("DependencyViolation", `The subnet '${SubnetId}' has dependencies and cannot be deleted.`),
  )
  aws.state.transact((tx) => tx.networkInterfaces.delete(key))
  await client.send(new DeleteSubnetCommand({ SubnetId }))
  await client.send(new DeleteVpcCommand({ VpcId }))
  await assert.rejects(
    client.send(new DescribeVpcsCommand({ VpcIds: [VpcId] })),
    refusal("InvalidVpcID.NotFound", `The vpc ID '${VpcId}' does not exist`),
  )
  const left = aws.state.view((view) =>
    [view.routeTables, view.securityGroups, view.networkAcls].map((t) =>
      t.count("vpc", `${account}/${region}/${VpcId}`),
    ),
  )
  assert.deepEqual(left, [0, 0, 0])
})

test("pages hold every VPC once", async () => {
  for (let i = 0; i < 7; i++) await newVpc(client, `10.${50 + i}.0.0/16`)
  const seen: (string | undefined)[] = []
  for await (const page of paginateDescribeVpcs({ client, pageSize: 5 }, {})) {
    assert.ok((page.Vpcs?.length ?? 0) <= 5)
    seen.push(...(page.Vpcs ?? []).map((vpc) => vpc.VpcId))
  }
  assert.equal(new Set(seen).size, seen.length)
  assert.equal(seen.length, (await client.send(new DescribeVpcsCommand({}))).Vpcs?.length)
})

test("the default VPC stays deleted until it is asked for again, and then has the same ids", async () => {
  const other = new EC2Client({ ...aws.sdk, region: "eu-west-1" })
  const [vpc] = (await other.send(new DescribeVpcsCommand({}))).Vpcs ?? []
  const VpcId = vpc?.VpcId ?? ""
  const subnets = (await other.send(new DescribeSubnetsCommand({}))).Subnets ?? []
  const platform = async () => {
    const { AccountAttributes } = await other.send(
      new DescribeAccountAttributesCommand({ AttributeNames: ["default-vpc"] }),
    )
    return AccountAttributes?.[0]?.AttributeValues?.[0]?.AttributeValue
  }
  assert.equal(await platform(), VpcId)
  await assert.rejects(
    other.send(new CreateDefaultVpcCommand({})),
    refusal("DefaultVpcAlreadyExists", "A Default VPC already exists for this account in this region."),
  )
  await assert.rejects(
    other.send(new CreateDefaultSubnetCommand({ AvailabilityZone: "eu-west-1a" })),
    refusal(
      "DefaultSubnetAlreadyExistsInAvailabilityZone",
      `'${subnets[0]?.SubnetId}' is already the default subnet in eu-west-1a.`,
    ),
  )
  await other.send(new DeleteSubnetCommand({ SubnetId: subnets[0]?.SubnetId }))
  const again = await other.send(new CreateDefaultSubnetCommand({ AvailabilityZone: "eu-west-1a" }))
  assert.deepEqual(
    [again.Subnet?.CidrBlock, again.Subnet?.DefaultForAz, again.Subnet?.MapPublicIpOnLaunch],
    ["172.31.0.0/20", true, true],
  )
  for (const { SubnetId } of [again.Subnet ?? {}, ...subnets.slice(1)]) {
    await other.send(new DeleteSubnetCommand({ SubnetId }))
  }
  const [gateway] = (await other.send(new DescribeInternetGatewaysCommand({}))).InternetGateways ?? []
  const InternetGatewayId = gateway?.InternetGatewayId
  await assert.rejects(other.send(new DeleteVpcCommand({ VpcId })), { name: "DependencyViolation" })
  await other.send(new DetachInternetGatewayCommand({ VpcId, InternetGatewayId }))
  await other.send(new DeleteInternetGatewayCommand({ InternetGatewayId }))
  await other.send(new DeleteVpcCommand({ VpcId }))
  assert.deepEqual((await other.send(new DescribeVpcsCommand({}))).Vpcs, [])
  assert.equal(await platform(), "none")
  await assert.rejects(
    other.send(new CreateDefaultSubnetCommand({ AvailabilityZone: "eu-west-1a" })),
    refusal("DefaultVpcDoesNotExist", "No default VPC exists for this account in this region."),
  )
  assert.equal((await other.send(new CreateDefaultVpcCommand({}))).Vpc?.VpcId, VpcId)
  const back = (await other.send(new DescribeSubnetsCommand({}))).Subnets ?? []
  assert.deepEqual(
    back.map((subnet) => subnet.SubnetId),
    subnets.map((subnet) => subnet.SubnetId),
  )
  other.destroy()
})

test("the CLI makes a VPC, waits for it, and deletes it", async () => {
  const made = await aws.cli("ec2", "create-vpc", "--cidr-block", "10.9.0.0/16", "--query", "Vpc.VpcId")
  const id = String(made.json)
  assert.equal((await aws.cli("ec2", "wait", "vpc-available", "--vpc-ids", id)).code, 0)
  assert.equal((await aws.cli("ec2", "modify-vpc-attribute", "--vpc-id", id, "--enable-dns-hostnames")).code, 0)
  const { code, stderr } = await aws.cli("ec2", "delete-vpc", "--vpc-id", id)
  assert.equal(code, 0, stderr)
  assert.match((await aws.cli("ec2", "delete-vpc", "--vpc-id", id)).stderr, /InvalidVpcID\.NotFound/)
})
