// EC2's slice as the SDK and the AWS CLI see it, over the ec2Query protocol.
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import {
  DescribeAvailabilityZonesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRegionsCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcAttributeCommand,
  DescribeVpcsCommand,
  EC2Client,
  paginateDescribeNetworkInterfaces,
} from "@aws-sdk/client-ec2"
import { ec2 } from "../../src/services/ec2/index.ts"
import { allocateAddress, defaultVpcRows, interfaceRow } from "../../src/state/index.ts"
import { type AwsEndpoint, account, awsEndpoint, region } from "../support/aws-endpoint.ts"

const expected = defaultVpcRows({ account, region })
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

test("the SDK finds the default VPC, its subnets and security group by filters", async () => {
  const vpcs = await client.send(new DescribeVpcsCommand({ Filters: [{ Name: "is-default", Values: ["true"] }] }))
  assert.deepEqual(
    vpcs.Vpcs?.map((vpc) => [vpc.VpcId, vpc.CidrBlock, vpc.IsDefault, vpc.State]),
    [[expected.vpc.id, "172.31.0.0/16", true, "available"]],
  )
  const Filters = [{ Name: "vpc-id", Values: [expected.vpc.id] }]
  const subnets = await client.send(new DescribeSubnetsCommand({ Filters }))
  assert.deepEqual(
    subnets.Subnets?.map((subnet) => [subnet.SubnetId, subnet.AvailableIpAddressCount, subnet.MapPublicIpOnLaunch]),
    expected.subnets.map((subnet) => [subnet.id, 4091, true]),
  )
  const groups = await client.send(new DescribeSecurityGroupsCommand({ Filters }))
  assert.deepEqual(groups.SecurityGroups?.[0]?.IpPermissionsEgress?.[0]?.IpRanges, [{ CidrIp: "0.0.0.0/0" }])
  const dns = await client.send(
    new DescribeVpcAttributeCommand({ VpcId: expected.vpc.id, Attribute: "enableDnsHostnames" }),
  )
  assert.equal(dns.EnableDnsHostnames?.Value, true)
})

test("the SDK reads zones and regions", async () => {
  const zones = await client.send(new DescribeAvailabilityZonesCommand({}))
  assert.deepEqual(
    zones.AvailabilityZones?.map((zone) => [zone.ZoneName, zone.ZoneId, zone.State]),
    [
      ["us-east-1a", "use1-az1", "available"],
      ["us-east-1b", "use1-az2", "available"],
      ["us-east-1c", "use1-az3", "available"],
    ],
  )
  const regions = await client.send(new DescribeRegionsCommand({ RegionNames: ["eu-west-1"] }))
  assert.equal(regions.Regions?.[0]?.Endpoint, "ec2.eu-west-1.amazonaws.com")
})

test("the SDK's paginator reads every interface of a task once", async () => {
  await client.send(new DescribeVpcsCommand({}))
  aws.state.transact((tx) => {
    const [subnet] = expected.subnets
    assert.ok(subnet)
    for (let i = 0; i < 11; i++) {
      const id = `eni-${String(i).padStart(17, "0")}`
      const privateIp = allocateAddress(tx, subnet, id) ?? ""
      const securityGroups = [expected.securityGroup.id]
      tx.networkInterfaces.insert(
        interfaceRow({ id, subnet, privateIp, securityGroups, description: `task ${i}`, createdAt: 1_700_000_000_000 }),
      )
    }
  })
  const seen = new Set<string | undefined>()
  for await (const page of paginateDescribeNetworkInterfaces({ client, pageSize: 5 }, {})) {
    for (const row of page.NetworkInterfaces ?? []) seen.add(row.NetworkInterfaceId)
  }
  assert.equal(seen.size, 11)
  const one = await client.send(
    new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: ["eni-00000000000000003"] }),
  )
  assert.equal(one.NetworkInterfaces?.[0]?.Description, "task 3")
  assert.deepEqual(one.NetworkInterfaces?.[0]?.Attachment?.AttachTime, new Date(1_700_000_000_000))
})

test("errors arrive with EC2's codes", async () => {
  await assert.rejects(client.send(new DescribeSubnetsCommand({ SubnetIds: ["subnet-0"] })), {
    name: "InvalidSubnetID.NotFound",
    message: "The subnet ID 'subnet-0' does not exist",
  })
  await assert.rejects(
    client.send(new DescribeVpcsCommand({ DryRun: true })),
    (error: { name: string; $metadata: { httpStatusCode: number } }) => {
      assert.equal(error.name, "DryRunOperation")
      assert.equal(error.$metadata.httpStatusCode, 412)
      return true
    },
  )
})

test("the CLI answers the query of the README: the ids of the default subnets", async () => {
  const query = ["--filters", "Name=default-for-az,Values=true", "--query", "Subnets[].SubnetId"]
  const { code, json, stderr } = await aws.cli("ec2", "describe-subnets", ...query)
  assert.equal(code, 0, stderr)
  assert.deepEqual(
    json,
    expected.subnets.map((subnet) => subnet.id),
  )
  const missing = await aws.cli("ec2", "describe-vpcs", "--vpc-ids", "vpc-0")
  assert.match(
    missing.stderr,
    /\(InvalidVpcID\.NotFound\) when calling the DescribeVpcs operation: The vpc ID 'vpc-0' does not exist/,
  )
})
