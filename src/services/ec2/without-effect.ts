// Input members of EC2's operations that are taken and do nothing but be described: docs/parity.md is made from them.

export const withoutEffect: readonly string[] = [
  // All zones and regions are open to everybody here, so that there are no more to show.
  "DescribeAvailabilityZones.AllAvailabilityZones",
  "DescribeRegions.AllRegions",
  // Security groups are stored and described, and let everything through: docs/security.md.
  "AuthorizeSecurityGroupEgress.IpPermissions",
  "AuthorizeSecurityGroupIngress.IpPermissions",
  "ModifySecurityGroupRules.SecurityGroupRules",
  // No interface gets a public address.
  "ModifySubnetAttribute.MapPublicIpOnLaunch",
]
