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
  "CreateVpcEndpoint.SecurityGroupIds",
  "ModifyVpcEndpoint.AddSecurityGroupIds",
  "ModifyVpcEndpoint.RemoveSecurityGroupIds",
  // So are network ACLs.
  "CreateNetworkAclEntry.RuleAction",
  "ReplaceNetworkAclEntry.RuleAction",
  "ReplaceNetworkAclAssociation.NetworkAclId",
  // Elastic addresses are of ranges for documentation, and nothing routes to them.
  "AssociateAddress.AllocationId",
  "AssociateAddress.PublicIp",
  // An instance has no volumes; its disk is a folder of this machine.
  "RunInstances.BlockDeviceMappings",
  "RunInstances.EbsOptimized",
  // An image is a name: every instance has the engine and the agent of this machine.
  "RunInstances.ImageId",
  // There is nothing to log in to.
  "RunInstances.KeyName",
  "RunInstances.AdditionalInfo",
  "RunInstances.CapacityReservationSpecification",
  "RunInstances.CpuOptions",
  "RunInstances.CreditSpecification",
  "RunInstances.InstanceInitiatedShutdownBehavior",
  "RunInstances.MaintenanceOptions",
  "RunInstances.Monitoring",
  "RunInstances.PrivateDnsNameOptions",
  "RunInstances.SecurityGroupIds",
  "RunInstances.SecurityGroups",
  // No interface gets a public address.
  "ModifySubnetAttribute.MapPublicIpOnLaunch",
]
