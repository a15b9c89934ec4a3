// Input members of EC2's operations that are taken and do nothing but be described: docs/parity.md is made from them.

export const withoutEffect: readonly string[] = [
  // All zones and regions are open to everybody here, so that there are no more to show.
  "DescribeAvailabilityZones.AllAvailabilityZones",
  "DescribeRegions.AllRegions",
  // Security groups are stored and described, and let everything through: docs/security.md.
  "AuthorizeSecurityGroupEgress.IpPermissions",
  "AuthorizeSecurityGroupIngress.IpPermissions",
  "ModifySecurityGroupRules.SecurityGroupRules",
  "ModifyNetworkInterfaceAttribute.Groups",
  "ModifyNetworkInterfaceAttribute.SourceDestCheck",
  // So are network ACLs.
  "CreateNetworkAclEntry.RuleAction",
  "ReplaceNetworkAclEntry.RuleAction",
  "ReplaceNetworkAclAssociation.NetworkAclId",
  // Elastic addresses are of ranges for documentation, and nothing routes to them.
  "AssociateAddress.AllocationId",
  "AssociateAddress.PublicIp",
  // No interface gets a public address.
  "ModifySubnetAttribute.MapPublicIpOnLaunch",
]
