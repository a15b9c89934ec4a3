// Describing subnets: DescribeSubnets.
import type { Subnet } from "@aws-sdk/client-ec2"
import type { ReadCx, ReadOp } from "../../../gate/index.ts"
import { freeAddresses, type SubnetRow, type View } from "../../../state/index.ts"
import { applyFilters, type FilterTable, nothing, tagKeys } from "../filters.ts"
import { missing, namedRows, tagSet } from "../lookups.ts"
import { pageOf } from "../pages.ts"

const filtersOf = (view: View): FilterTable<SubnetRow> => {
  const zone = (s: SubnetRow) => [s.availabilityZone]
  const zoneId = (s: SubnetRow) => [s.availabilityZoneId]
  const cidr = (s: SubnetRow) => [s.cidr]
  const defaultForAz = (s: SubnetRow) => [String(s.defaultForAz)]
  return {
    ...tagKeys,
    "availability-zone": zone,
    availabilityZone: zone,
    "availability-zone-id": zoneId,
    availabilityZoneId: zoneId,
    "available-ip-address-count": (s) => [String(freeAddresses(view, s))],
    "cidr-block": cidr,
    cidr,
    cidrBlock: cidr,
    "customer-owned-ipv4-pool": nothing,
    "default-for-az": defaultForAz,
    defaultForAz,
    "enable-dns64": () => ["false"],
    "enable-lni-at-device-index": nothing,
    "ipv6-cidr-block-association.ipv6-cidr-block": nothing,
    "ipv6-cidr-block-association.association-id": nothing,
    "ipv6-cidr-block-association.state": nothing,
    "ipv6-native": () => ["false"],
    "map-customer-owned-ip-on-launch": () => ["false"],
    "map-public-ip-on-launch": (s) => [String(s.mapPublicIpOnLaunch)],
    "outpost-arn": nothing,
    "owner-id": (s) => [s.account],
    "private-dns-name-options-on-launch.hostname-type": () => ["ip-name"],
    "private-dns-name-options-on-launch.enable-resource-name-dns-a-record": () => ["false"],
    "private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record": () => ["false"],
    state: () => ["available"],
    "subnet-arn": (s) => [s.arn],
    "subnet-id": (s) => [s.id],
    "vpc-id": (s) => [s.vpcId],
  }
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSubnets.html */
export const DescribeSubnets: ReadOp<"ec2", "DescribeSubnets"> = (cx, input) => {
  const rows = namedRows(cx.tx.subnets, cx.scope, input.SubnetIds, missing.subnet)
  const page = pageOf(applyFilters(rows, input.Filters, filtersOf(cx.tx)), (s) => s.id, input)
  return { Subnets: page.rows.map((subnet) => describeSubnet(cx, subnet)), NextToken: page.NextToken }
}

/** A subnet as EC2 shows it. */
export const describeSubnet = (cx: ReadCx, subnet: SubnetRow): Subnet => ({
  SubnetId: subnet.id,
  SubnetArn: subnet.arn,
  VpcId: subnet.vpcId,
  CidrBlock: subnet.cidr,
  AvailabilityZone: subnet.availabilityZone,
  AvailabilityZoneId: subnet.availabilityZoneId,
  AvailableIpAddressCount: freeAddresses(cx.tx, subnet),
  DefaultForAz: subnet.defaultForAz,
  MapPublicIpOnLaunch: subnet.mapPublicIpOnLaunch,
  MapCustomerOwnedIpOnLaunch: false,
  AssignIpv6AddressOnCreation: false,
  Ipv6CidrBlockAssociationSet: [],
  EnableDns64: false,
  Ipv6Native: false,
  PrivateDnsNameOptionsOnLaunch: {
    HostnameType: "ip-name",
    EnableResourceNameDnsARecord: false,
    EnableResourceNameDnsAAAARecord: false,
  },
  OwnerId: subnet.account,
  State: "available",
  Tags: tagSet(subnet.tags),
})
