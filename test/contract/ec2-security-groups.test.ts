// Security groups and their rules over the wire, and network ACLs.
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateNetworkAclCommand,
  CreateNetworkAclEntryCommand,
  CreateNetworkInterfaceCommand,
  CreateSecurityGroupCommand,
  DeleteNetworkAclCommand,
  DeleteNetworkAclEntryCommand,
  DeleteNetworkInterfaceCommand,
  DeleteSecurityGroupCommand,
  DescribeNetworkAclsCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
  ModifySecurityGroupRulesCommand,
  ReplaceNetworkAclAssociationCommand,
  ReplaceNetworkAclEntryCommand,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
  UpdateSecurityGroupRuleDescriptionsIngressCommand,
} from "@aws-sdk/client-ec2"
import { ec2 } from "../../src/services/ec2/index.ts"
import { type AwsEndpoint, account, awsEndpoint } from "../support/aws-endpoint.ts"
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

let groups = 0
const newGroup = async (vpc = VpcId): Promise<string> => {
  groups += 1
  const command = new CreateSecurityGroupCommand({ GroupName: `g${groups}`, Description: "of a test", VpcId: vpc })
  return (await client.send(command)).GroupId ?? ""
}
const web = { IpProtocol: "tcp", FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: "10.0.0.0/8", Description: "inside" }] }
const rulesOf = async (id: string) =>
  (await client.send(new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: "group-id", Values: [id] }] })))
    .SecurityGroupRules ?? []

test("a new group lets everything out and nothing in; its name is its own in the VPC", async () => {
  const made = await client.send(
    new CreateSecurityGroupCommand({
      GroupName: "web",
      Description: "front",
      VpcId,
      TagSpecifications: [{ ResourceType: "security-group", Tags: [{ Key: "tier", Value: "1" }] }],
    }),
  )
  assert.deepEqual(made.Tags, [{ Key: "tier", Value: "1" }])
  assert.equal(made.SecurityGroupArn, `arn:aws:ec2:us-east-1:${account}:security-group/${made.GroupId}`)
  const { SecurityGroups } = await client.send(new DescribeSecurityGroupsCommand({ GroupIds: [made.GroupId ?? ""] }))
  assert.deepEqual(
    SecurityGroups?.map((g) => [g.GroupName, g.Description, g.IpPermissions, g.IpPermissionsEgress?.[0]?.IpRanges]),
    [["web", "front", [], [{ CidrIp: "0.0.0.0/0" }]]],
  )
  const create = (GroupName: string, Description = "again") =>
    client.send(new CreateSecurityGroupCommand({ GroupName, Description, VpcId }))
  await assert.rejects(
    create("web"),
    refusal("InvalidGroup.Duplicate", `The security group 'web' already exists for VPC '${VpcId}'`),
  )
  await assert.rejects(
    create("default"),
    refusal("InvalidParameterValue", "Cannot use reserved security group name: default"),
  )
  await assert.rejects(create("sg-1"), refusal("InvalidParameterValue", "Group names may not be in the format sg-*"))
  await assert.rejects(create("other", "<b>"), { name: "InvalidParameterValue" })
})

test("rules are added, found one by one, refused twice, and taken away by what they say or by id", async () => {
  const GroupId = await newGroup()
  const peer = await newGroup()
  const added = await client.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId,
      IpPermissions: [web, { IpProtocol: "-1", UserIdGroupPairs: [{ GroupId: peer }] }],
      TagSpecifications: [{ ResourceType: "security-group-rule", Tags: [{ Key: "k", Value: "v" }] }],
    }),
  )
  assert.equal(added.Return, true)
  assert.deepEqual(
    added.SecurityGroupRules?.map((r) => [
      r.IpProtocol,
      r.FromPort,
      r.ToPort,
      r.CidrIpv4,
      r.ReferencedGroupInfo?.GroupId,
    ]),
    [
      ["tcp", 80, 80, "10.0.0.0/8", undefined],
      ["-1", -1, -1, undefined, peer],
    ],
  )
  const byTag = await client.send(
    new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: "tag:k", Values: ["v"] }] }),
  )
  assert.equal(byTag.SecurityGroupRules?.length, 2)
  const authorise = (...IpPermissions: object[]) =>
    client.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }))
  await assert.rejects(
    authorise({ ...web, IpRanges: [{ CidrIp: "192.0.2.0/24" }, { CidrIp: "10.0.0.0/8" }] }),
    refusal(
      "InvalidPermission.Duplicate",
      'the specified rule "peer: 10.0.0.0/8, TCP, from port: 80, to port: 80, ALLOW" already exists',
    ),
  )
  await assert.rejects(
    authorise({ ...web, FromPort: 81, ToPort: 81, IpRanges: [{ CidrIp: "10.1.0.0/16" }, { CidrIp: "10.1.0.7/16" }] }),
    refusal("InvalidParameterValue", "The same permission must not appear multiple times"),
  )
  assert.equal((await rulesOf(GroupId)).length, 3)
  const [first, second] = added.SecurityGroupRules ?? []
  const revoked = await client.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions: [web] }))
  assert.deepEqual(
    revoked.RevokedSecurityGroupRules?.map((r) => [r.SecurityGroupRuleId, r.CidrIpv4]),
    [[first?.SecurityGroupRuleId, "10.0.0.0/8"]],
  )
  await assert.rejects(
    client.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions: [web] })),
    refusal("InvalidPermission.NotFound", "The specified rule does not exist in this security group."),
  )
  const SecurityGroupRuleIds = [second?.SecurityGroupRuleId ?? ""]
  await assert.rejects(
    client.send(new RevokeSecurityGroupEgressCommand({ GroupId, SecurityGroupRuleIds })),
    refusal(
      "InvalidSecurityGroupRuleId.NotFound",
      `The security group rule ID '${second?.SecurityGroupRuleId}' does not exist`,
    ),
  )
  await client.send(new RevokeSecurityGroupIngressCommand({ GroupId, SecurityGroupRuleIds }))
  assert.deepEqual(
    (await rulesOf(GroupId)).map((rule) => rule.IsEgress),
    [true],
  )
})

test("rules that say nothing sensible are refused in EC2's words and change nothing", async () => {
  const GroupId = await newGroup()
  const elsewhere = await newGroup(await newVpc(client))
  const authorise = (permission: object) =>
    client.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [permission] }))
  const cases: [object, string, string][] = [
    [{ ...web, IpRanges: [{ CidrIp: "10.0.0.1" }] }, "InvalidParameterValue", "CIDR block 10.0.0.1 is malformed"],
    [{ ...web, IpRanges: [{ CidrIp: "10.0.0.0/33" }] }, "InvalidParameterValue", "CIDR block 10.0.0.0/33 is malformed"],
    [
      { ...web, IpProtocol: "smoke" },
      "InvalidParameterValue",
      "Invalid value 'smoke' for IP protocol. Unknown protocol.",
    ],
    [
      { IpProtocol: "tcp", IpRanges: web.IpRanges },
      "InvalidParameterValue",
      "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.",
    ],
    [
      { IpProtocol: "-1", UserIdGroupPairs: [{ GroupId: "sg-00000000000000000" }] },
      "InvalidGroup.NotFound",
      "The security group 'sg-00000000000000000' does not exist",
    ],
    [
      { IpProtocol: "-1", UserIdGroupPairs: [{ GroupId: elsewhere }] },
      "InvalidGroup.NotFound",
      "You have specified two resources that belong to different networks.",
    ],
    [
      { IpProtocol: "-1" },
      "MissingParameter",
      "Missing source specification: include source security group or CIDR information",
    ],
  ]
  for (const [permission, code, text] of cases) await assert.rejects(authorise(permission), refusal(code, text))
  await assert.rejects(authorise({ ...web, FromPort: 90, ToPort: 80 }), { name: "InvalidParameterValue" })
  await assert.rejects(
    authorise({ ...web, FromPort: -1, ToPort: 80 }),
    refusal("InvalidPermission.Malformed", "TCP/UDP port (-1) out of range"),
  )
  assert.equal((await rulesOf(GroupId)).length, 1)
})

test("a group holds sixty rules a direction, counted for IPv4 and IPv6 apart", async () => {
  const GroupId = await newGroup()
  const ranges = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => ({ CidrIp: `10.0.${from + i}.0/24` }))
  const authorise = (permission: object) =>
    client.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [{ ...web, ...permission }] }))
  await authorise({ IpRanges: ranges(0, 60) })
  await assert.rejects(
    authorise({ IpRanges: ranges(60, 1) }),
    refusal("RulesPerSecurityGroupLimitExceeded", "The maximum number of rules per security group has been reached."),
  )
  await authorise({ IpRanges: [], Ipv6Ranges: [{ CidrIpv6: "2001:DB8:0:0::7:1/32" }] })
  assert.equal((await rulesOf(GroupId)).find((rule) => rule.CidrIpv6)?.CidrIpv6, "2001:db8::/32")
})

test("rules change in place, and their descriptions too", async () => {
  const GroupId = await newGroup()
  const added = await client.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [web] }))
  const SecurityGroupRuleId = added.SecurityGroupRules?.[0]?.SecurityGroupRuleId
  await client.send(
    new ModifySecurityGroupRulesCommand({
      GroupId,
      SecurityGroupRules: [
        {
          SecurityGroupRuleId,
          SecurityGroupRule: { IpProtocol: "udp", FromPort: 53, ToPort: 53, CidrIpv4: "192.0.2.7/24" },
        },
      ],
    }),
  )
  const rule = async () => (await rulesOf(GroupId)).find((r) => r.SecurityGroupRuleId === SecurityGroupRuleId)
  const changed = await rule()
  assert.deepEqual(
    [changed?.IpProtocol, changed?.FromPort, changed?.CidrIpv4, changed?.Description, changed?.IsEgress],
    ["udp", 53, "192.0.2.0/24", undefined, false],
  )
  await client.send(
    new UpdateSecurityGroupRuleDescriptionsIngressCommand({
      GroupId,
      SecurityGroupRuleDescriptions: [{ SecurityGroupRuleId, Description: "names" }],
    }),
  )
  assert.equal((await rule())?.Description, "names")
  const dns = { IpProtocol: "udp", FromPort: 53, ToPort: 53, IpRanges: [{ CidrIp: "192.0.2.0/24" }] }
  await client.send(new UpdateSecurityGroupRuleDescriptionsIngressCommand({ GroupId, IpPermissions: [dns] }))
  assert.equal((await rule())?.Description, undefined)
})

test("a group that a rule of another names, or that an interface has, cannot be deleted", async () => {
  const [GroupId, other] = [await newGroup(), await newGroup()]
  const pair = { IpProtocol: "-1", UserIdGroupPairs: [{ GroupId }] }
  await client.send(new AuthorizeSecurityGroupEgressCommand({ GroupId: other, IpPermissions: [pair] }))
  const remove = (id: string) => client.send(new DeleteSecurityGroupCommand({ GroupId: id }))
  await assert.rejects(remove(GroupId), refusal("DependencyViolation", `resource ${GroupId} has a dependent object`))
  await client.send(new RevokeSecurityGroupEgressCommand({ GroupId: other, IpPermissions: [pair] }))
  const SubnetId = await newSubnet(client, VpcId, "10.0.77.0/24")
  const { NetworkInterface } = await client.send(new CreateNetworkInterfaceCommand({ SubnetId, Groups: [GroupId] }))
  await assert.rejects(remove(GroupId), { name: "DependencyViolation" })
  const { NetworkInterfaceId } = NetworkInterface ?? {}
  await client.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId }))
  assert.equal((await remove(GroupId)).Return, true)
  const { SecurityGroups } = await client.send(
    new DescribeSecurityGroupsCommand({
      Filters: [
        { Name: "vpc-id", Values: [VpcId] },
        { Name: "group-name", Values: ["default"] },
      ],
    }),
  )
  const standard = SecurityGroups?.[0]?.GroupId ?? ""
  await assert.rejects(
    remove(standard),
    refusal("CannotDelete", `the specified group: "${standard}" name: "default" cannot be deleted by a user`),
  )
})

test("the CLI adds a rule by protocol, port and source", async () => {
  const id = await newGroup()
  const rule = ["--protocol", "tcp", "--port", "443", "--cidr", "203.0.113.9/32"]
  const added = await aws.cli("ec2", "authorize-security-group-ingress", "--group-id", id, ...rule)
  assert.equal(added.code, 0, added.stderr)
  const shown = await aws.cli(
    "ec2",
    "describe-security-groups",
    "--group-ids",
    id,
    "--query",
    "SecurityGroups[0].IpPermissions",
  )
  assert.deepEqual(shown.json, [
    {
      IpProtocol: "tcp",
      FromPort: 443,
      ToPort: 443,
      IpRanges: [{ CidrIp: "203.0.113.9/32" }],
      Ipv6Ranges: [],
      PrefixListIds: [],
      UserIdGroupPairs: [],
    },
  ])
  assert.equal((await aws.cli("ec2", "revoke-security-group-ingress", "--group-id", id, ...rule)).code, 0)
})

test("a subnet is behind one network ACL, the default one until it is moved", async () => {
  const vpc = await newVpc(client)
  const SubnetId = await newSubnet(client, vpc)
  const behind = async () => {
    const Filters = [{ Name: "association.subnet-id", Values: [SubnetId] }]
    const [acl] = (await client.send(new DescribeNetworkAclsCommand({ Filters }))).NetworkAcls ?? []
    return { acl, association: acl?.Associations?.find((a) => a.SubnetId === SubnetId)?.NetworkAclAssociationId }
  }
  const first = await behind()
  assert.equal(first.acl?.IsDefault, true)
  assert.deepEqual(
    first.acl?.Entries?.map((e) => [e.Egress, e.RuleNumber, e.RuleAction, e.Protocol, e.CidrBlock]),
    [
      [true, 100, "allow", "-1", "0.0.0.0/0"],
      [true, 32767, "deny", "-1", "0.0.0.0/0"],
      [false, 100, "allow", "-1", "0.0.0.0/0"],
      [false, 32767, "deny", "-1", "0.0.0.0/0"],
    ],
  )
  const { NetworkAcl } = await client.send(new CreateNetworkAclCommand({ VpcId: vpc }))
  const NetworkAclId = NetworkAcl?.NetworkAclId
  await client.send(new ReplaceNetworkAclAssociationCommand({ AssociationId: first.association, NetworkAclId }))
  assert.equal((await behind()).acl?.NetworkAclId, NetworkAclId)
  const entry = { NetworkAclId, RuleNumber: 10, Egress: false } as const
  const tcp = { ...entry, Protocol: "6", CidrBlock: "10.0.0.0/8", PortRange: { From: 80, To: 80 } } as const
  await client.send(new CreateNetworkAclEntryCommand({ ...tcp, RuleAction: "allow" }))
  await assert.rejects(
    client.send(new CreateNetworkAclEntryCommand({ ...tcp, RuleAction: "deny" })),
    refusal("NetworkAclEntryAlreadyExists", "The network acl entry identified by 10 already exists."),
  )
  await client.send(new ReplaceNetworkAclEntryCommand({ ...tcp, RuleAction: "deny" }))
  assert.equal((await behind()).acl?.Entries?.find((e) => e.RuleNumber === 10)?.RuleAction, "deny")
  await client.send(new DeleteNetworkAclEntryCommand(entry))
  await assert.rejects(client.send(new DeleteNetworkAclEntryCommand(entry)), {
    name: "InvalidNetworkAclEntry.NotFound",
  })
  await assert.rejects(client.send(new DeleteNetworkAclCommand({ NetworkAclId })), { name: "DependencyViolation" })
  const back = await behind()
  const home = { AssociationId: back.association, NetworkAclId: first.acl?.NetworkAclId }
  await client.send(new ReplaceNetworkAclAssociationCommand(home))
  await client.send(new DeleteNetworkAclCommand({ NetworkAclId }))
})
