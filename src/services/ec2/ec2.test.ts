import assert from "node:assert/strict"
import { test } from "node:test"
import { testIds } from "../../../test/support/test-ids.ts"
import { type BulkStores, createGate, type Input, type Output } from "../../gate/index.ts"
import { type Fault, silentLog } from "../../kernel/index.ts"
import type { Operations } from "../../model/operations.ts"
import { allocateAddress, defaultVpcRows, interfaceRow, memoryStore } from "../../state/index.ts"
import { ec2 } from "./index.ts"

const scope = { account: "123456789012", region: "us-east-1" }
const caller = { account: scope.account, arn: "arn:aws:iam::123456789012:root", kind: "root" } as const
const expected = defaultVpcRows(scope)
const clock = { now: () => Date.UTC(2024, 0, 1), at: () => () => {} }

const setUp = () => {
  const state = memoryStore()
  const gate = createGate({ state, bulk: {} as BulkStores, services: [ec2], clock, ids: testIds(), log: silentLog })
  const call = <O extends keyof Operations["ec2"] & string>(
    operation: O,
    input: Input<"ec2", O>,
    region = scope.region,
  ): Promise<Output<"ec2", O>> => gate.invoke("ec2", operation, input, { ...scope, region }, caller)
  return { state, call }
}

const refusal = (code: string, message: string) => (thrown: Fault) => {
  assert.deepEqual({ code: thrown.code, message: thrown.message }, { code, message })
  return true
}

/** Three interfaces of tasks in the first subnet. */
const withInterfaces = (state: ReturnType<typeof memoryStore>) =>
  state.transact((tx) =>
    ["a", "b", "c"].map((name) => {
      const [subnet] = expected.subnets
      assert.ok(subnet)
      const id = `eni-${name.repeat(17)}`
      return tx.networkInterfaces.insert(
        interfaceRow({
          id,
          subnet,
          privateIp: allocateAddress(tx, subnet, id) ?? "",
          securityGroups: [expected.securityGroup.id],
          description: `arn:aws:ecs:us-east-1:123456789012:attachment/${name}`,
          createdAt: clock.now(),
          taskArn: `arn:aws:ecs:us-east-1:123456789012:task/default/${name}`,
        }),
      )
    }),
  ).value

test("an account finds its default VPC with three subnets in three zones in every region", async () => {
  const { call } = setUp()
  const { Vpcs } = await call("DescribeVpcs", {})
  assert.deepEqual(Vpcs, [
    {
      VpcId: expected.vpc.id,
      CidrBlock: "172.31.0.0/16",
      CidrBlockAssociationSet: [
        {
          AssociationId: expected.vpc.id.replace("vpc-", "vpc-cidr-assoc-"),
          CidrBlock: "172.31.0.0/16",
          CidrBlockState: { State: "associated" },
        },
      ],
      DhcpOptionsId: expected.vpc.dhcpOptionsId,
      InstanceTenancy: "default",
      IsDefault: true,
      OwnerId: "123456789012",
      State: "available",
      Tags: [],
    },
  ])
  const { Subnets } = await call("DescribeSubnets", {})
  assert.deepEqual(
    Subnets?.map((s) => [s.CidrBlock, s.AvailabilityZone, s.AvailabilityZoneId, s.AvailableIpAddressCount, s.VpcId]),
    [
      ["172.31.0.0/20", "us-east-1a", "use1-az1", 4091, expected.vpc.id],
      ["172.31.16.0/20", "us-east-1b", "use1-az2", 4091, expected.vpc.id],
      ["172.31.32.0/20", "us-east-1c", "use1-az3", 4091, expected.vpc.id],
    ],
  )
  const other = await call("DescribeSubnets", {}, "eu-west-1")
  assert.deepEqual(
    other.Subnets?.map((s) => s.AvailabilityZoneId),
    ["euw1-az1", "euw1-az2", "euw1-az3"],
  )
})

test("the default VPC has a main route table to its gateway and a security group that trusts itself", async () => {
  const { call } = setUp()
  const { RouteTables } = await call("DescribeRouteTables", {
    Filters: [{ Name: "association.main", Values: ["true"] }],
  })
  assert.deepEqual(RouteTables?.[0]?.Routes, [
    { DestinationCidrBlock: "172.31.0.0/16", GatewayId: "local", Origin: "CreateRouteTable", State: "active" },
    {
      DestinationCidrBlock: "0.0.0.0/0",
      GatewayId: expected.internetGateway.id,
      Origin: "CreateRoute",
      State: "active",
    },
  ])
  const { InternetGateways } = await call("DescribeInternetGateways", {
    Filters: [{ Name: "attachment.vpc-id", Values: [expected.vpc.id] }],
  })
  assert.deepEqual(InternetGateways?.[0]?.Attachments, [{ VpcId: expected.vpc.id, State: "available" }])
  const { SecurityGroups } = await call("DescribeSecurityGroups", { GroupNames: ["default"] })
  assert.deepEqual(SecurityGroups?.[0]?.IpPermissions, [
    {
      IpProtocol: "-1",
      IpRanges: [],
      Ipv6Ranges: [],
      PrefixListIds: [],
      UserIdGroupPairs: [{ GroupId: expected.securityGroup.id, UserId: "123456789012" }],
    },
  ])
  const { SecurityGroupRules } = await call("DescribeSecurityGroupRules", {
    Filters: [{ Name: "group-id", Values: [expected.securityGroup.id] }],
  })
  assert.deepEqual(
    SecurityGroupRules?.map((rule) => [
      rule.IsEgress,
      rule.IpProtocol,
      rule.CidrIpv4,
      rule.ReferencedGroupInfo?.GroupId,
    ]),
    [
      [false, "-1", undefined, expected.securityGroup.id],
      [true, "-1", "0.0.0.0/0", undefined],
    ],
  )
  const one = SecurityGroupRules?.[1]?.SecurityGroupRuleId ?? ""
  const again = await call("DescribeSecurityGroupRules", { SecurityGroupRuleIds: [one] })
  assert.deepEqual(again.SecurityGroupRules, SecurityGroupRules?.slice(1))
})

test("describing what is there already writes nothing", async () => {
  const { state, call } = setUp()
  await call("DescribeVpcs", {})
  const { position } = state
  await call("DescribeSubnets", {})
  await call("DescribeNetworkInterfaces", {})
  assert.equal(state.position, position)
})

test("the interfaces of tasks are found by every name that they have", async () => {
  const { state, call } = setUp()
  await call("DescribeVpcs", {})
  const [a, b] = withInterfaces(state)
  assert.ok(a && b)
  const { NetworkInterfaces } = await call("DescribeNetworkInterfaces", { NetworkInterfaceIds: [a.id] })
  assert.deepEqual(NetworkInterfaces?.[0], {
    NetworkInterfaceId: a.id,
    SubnetId: a.subnetId,
    VpcId: expected.vpc.id,
    AvailabilityZone: "us-east-1a",
    AvailabilityZoneId: "use1-az1",
    Attachment: {
      AttachmentId: a.id.replace("eni-", "eni-attach-"),
      AttachTime: new Date(clock.now()),
      DeleteOnTermination: false,
      DeviceIndex: 1,
      NetworkCardIndex: 0,
      Status: "attached",
    },
    Description: a.description,
    Groups: [{ GroupId: expected.securityGroup.id, GroupName: "default" }],
    InterfaceType: "interface",
    Ipv6Addresses: [],
    MacAddress: a.macAddress,
    OwnerId: "123456789012",
    PrivateDnsName: a.privateDnsName,
    PrivateIpAddress: a.privateIp,
    PrivateIpAddresses: [{ Primary: true, PrivateDnsName: a.privateDnsName, PrivateIpAddress: a.privateIp }],
    RequesterManaged: true,
    SourceDestCheck: true,
    Status: "in-use",
    TagSet: [],
  })
  const found = async (Name: string, Values: string[]) =>
    (await call("DescribeNetworkInterfaces", { Filters: [{ Name, Values }] })).NetworkInterfaces?.length
  assert.equal(await found("private-ip-address", [a.privateIp, b.privateIp]), 2)
  assert.equal(await found("group-name", ["default"]), 3)
  assert.equal(await found("description", ["*:attachment/?"]), 3)
  assert.equal(await found("description", ["arn:aws:ecs:*attachment/b"]), 1)
  assert.equal(await found("description", ["arn.aws*"]), 0)
  assert.equal(await found("association.public-ip", ["*"]), 0)
  const { Subnets } = await call("DescribeSubnets", { SubnetIds: [a.subnetId] })
  assert.equal(Subnets?.[0]?.AvailableIpAddressCount, 4088)
})

test("filters combine, wildcards can be escaped, and tags filter by key and value", async () => {
  const { state, call } = setUp()
  await call("DescribeVpcs", {})
  state.transact((tx) => {
    const [first, second] = expected.subnets
    assert.ok(first && second)
    tx.subnets.patch(`123456789012/us-east-1/${first.id}`, { tags: [{ key: "Name", value: "a*c" }] })
    tx.subnets.patch(`123456789012/us-east-1/${second.id}`, { tags: [{ key: "Name", value: "abc" }] })
  })
  const ids = async (...Filters: { Name: string; Values: string[] }[]) =>
    (await call("DescribeSubnets", { Filters })).Subnets?.map((s) => s.AvailabilityZone)
  assert.deepEqual(await ids({ Name: "tag:Name", Values: ["a*c"] }), ["us-east-1a", "us-east-1b"])
  assert.deepEqual(await ids({ Name: "tag:Name", Values: ["a\\*c"] }), ["us-east-1a"])
  assert.deepEqual(await ids({ Name: "tag-key", Values: ["Name"] }, { Name: "availabilityZone", Values: ["*b"] }), [
    "us-east-1b",
  ])
  assert.deepEqual(await ids({ Name: "tag:name", Values: ["abc"] }), [])
  const { Tags } = await call("DescribeTags", { Filters: [{ Name: "value", Values: ["abc"] }] })
  assert.deepEqual(Tags, [{ ResourceId: expected.subnets[1]?.id, ResourceType: "subnet", Key: "Name", Value: "abc" }])
  assert.equal((await call("DescribeTags", { Filters: [{ Name: "tag:Name", Values: ["abc"] }] })).Tags?.length, 1)
})

test("what does not exist is refused in EC2's words", async () => {
  const { call } = setUp()
  await assert.rejects(
    call("DescribeVpcs", { VpcIds: ["vpc-0"] }),
    refusal("InvalidVpcID.NotFound", "The vpc ID 'vpc-0' does not exist"),
  )
  await assert.rejects(
    call("DescribeSubnets", { SubnetIds: ["subnet-0", expected.subnets[0]?.id ?? ""] }),
    refusal("InvalidSubnetID.NotFound", "The subnet ID 'subnet-0' does not exist"),
  )
  await assert.rejects(
    call("DescribeSubnets", { SubnetIds: [expected.subnets[0]?.id ?? ""] }, "eu-west-1"),
    (thrown: Fault) => thrown.code === "InvalidSubnetID.NotFound",
  )
  await assert.rejects(
    call("DescribeSecurityGroups", { GroupIds: ["sg-0"] }),
    refusal("InvalidGroup.NotFound", "The security group 'sg-0' does not exist"),
  )
  await assert.rejects(
    call("DescribeSecurityGroups", { GroupIds: ["web"] }),
    refusal("InvalidGroupId.Malformed", 'Invalid id: "web" (expecting "sg-...")'),
  )
  await assert.rejects(
    call("DescribeNetworkInterfaces", { NetworkInterfaceIds: ["eni-0", "eni-1"] }),
    refusal("InvalidNetworkInterfaceID.NotFound", "The networkInterface IDs 'eni-0, eni-1' do not exist"),
  )
  await assert.rejects(
    call("DescribeVpcs", { Filters: [{ Name: "colour", Values: ["red"] }] }),
    refusal("InvalidParameterValue", "The filter 'colour' is invalid"),
  )
  await assert.rejects(
    call("DescribeAvailabilityZones", { ZoneNames: ["us-east-1z"] }),
    refusal("InvalidParameterValue", "Invalid availability zone: [us-east-1z]"),
  )
  await assert.rejects(
    call("DescribeVpcs", { DryRun: true }),
    refusal("DryRunOperation", "Request would have succeeded, but DryRun flag is set."),
  )
})

test("pages are of the size asked for, and together hold everything once", async () => {
  const { state, call } = setUp()
  await call("DescribeVpcs", {})
  state.transact((tx) => {
    const [subnet] = expected.subnets
    assert.ok(subnet)
    for (let i = 0; i < 12; i++) {
      const id = `eni-${i}`
      const privateIp = allocateAddress(tx, subnet, id) ?? ""
      tx.networkInterfaces.insert(
        interfaceRow({ id, subnet, privateIp, securityGroups: [], description: "", createdAt: 0 }),
      )
    }
  })
  const seen: string[] = []
  const sizes: number[] = []
  let NextToken: string | undefined
  do {
    const page = await call("DescribeNetworkInterfaces", { MaxResults: 5, ...(NextToken && { NextToken }) })
    sizes.push(page.NetworkInterfaces?.length ?? 0)
    seen.push(...(page.NetworkInterfaces ?? []).map((i) => i.NetworkInterfaceId ?? ""))
    NextToken = page.NextToken
  } while (NextToken)
  assert.deepEqual(sizes, [5, 5, 2])
  assert.equal(new Set(seen).size, 12)
  await assert.rejects(
    call("DescribeNetworkInterfaces", { NextToken: "rubbish" }),
    refusal("InvalidNextToken", "The token 'rubbish' is invalid"),
  )
  await assert.rejects(
    call("DescribeNetworkInterfaces", { MaxResults: 4 }),
    (thrown: Fault) => thrown.code === "InvalidParameterValue",
  )
})

test("every region is open, with three zones", async () => {
  const { call } = setUp()
  const { Regions } = await call("DescribeRegions", { RegionNames: ["eu-west-1"] })
  assert.deepEqual(Regions, [
    { RegionName: "eu-west-1", Endpoint: "ec2.eu-west-1.amazonaws.com", OptInStatus: "opt-in-not-required" },
  ])
  assert.ok(((await call("DescribeRegions", {})).Regions?.length ?? 0) > 30)
  const { AvailabilityZones } = await call("DescribeAvailabilityZones", {
    Filters: [{ Name: "zone-id", Values: ["use1-az2"] }],
  })
  assert.deepEqual(
    AvailabilityZones?.map((zone) => [zone.ZoneName, zone.State, zone.ZoneType, zone.GroupName]),
    [["us-east-1b", "available", "availability-zone", "us-east-1-zg-1"]],
  )
})

test("a VPC tells its DNS attributes one at a time", async () => {
  const { call } = setUp()
  const VpcId = expected.vpc.id
  assert.deepEqual(await call("DescribeVpcAttribute", { VpcId, Attribute: "enableDnsHostnames" }), {
    VpcId,
    EnableDnsHostnames: { Value: true },
  })
  assert.deepEqual(await call("DescribeVpcAttribute", { VpcId, Attribute: "enableDnsSupport" }), {
    VpcId,
    EnableDnsSupport: { Value: true },
  })
})
