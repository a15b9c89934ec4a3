// Describing network ACLs: DescribeNetworkAcls. They are stored, not enforced.
import type { NetworkAcl } from "@aws-sdk/client-ec2"
import type { ReadOp } from "../../../gate/index.ts"
import type { NetworkAclEntry, NetworkAclRow } from "../../../state/index.ts"
import { applyFilters, type FilterTable, nothing, tagKeys } from "../filters.ts"
import { missing, namedRows, tagSet } from "../lookups.ts"
import { pageOf } from "../pages.ts"

const ofEntries = (value: (entry: NetworkAclEntry) => string | number | undefined) => (acl: NetworkAclRow) =>
  acl.entries
    .map(value)
    .filter((found) => found !== undefined)
    .map(String)

const filters: FilterTable<NetworkAclRow> = {
  ...tagKeys,
  "association.association-id": (a) => a.associations.map(({ id }) => id),
  "association.network-acl-id": (a) => (a.associations.length > 0 ? [a.id] : []),
  "association.subnet-id": (a) => a.associations.map(({ subnetId }) => subnetId),
  default: (a) => [String(a.isDefault)],
  "entry.cidr": ofEntries((e) => e.cidr),
  "entry.egress": ofEntries((e) => String(e.egress)),
  "entry.icmp.code": ofEntries((e) => e.icmp?.code),
  "entry.icmp.type": ofEntries((e) => e.icmp?.type),
  "entry.ipv6-cidr": nothing,
  "entry.port-range.from": ofEntries((e) => e.ports?.from),
  "entry.port-range.to": ofEntries((e) => e.ports?.to),
  "entry.protocol": ofEntries((e) => e.protocol),
  "entry.rule-action": ofEntries((e) => e.action),
  "entry.rule-number": ofEntries((e) => e.number),
  "network-acl-id": (a) => [a.id],
  "owner-id": (a) => [a.account],
  "vpc-id": (a) => [a.vpcId],
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNetworkAcls.html */
export const DescribeNetworkAcls: ReadOp<"ec2", "DescribeNetworkAcls"> = (cx, input) => {
  const rows = namedRows(cx.tx.networkAcls, cx.scope, input.NetworkAclIds, missing.networkAcl)
  const page = pageOf(applyFilters(rows, input.Filters, filters), (a) => a.id, input)
  return { NetworkAcls: page.rows.map(describeAcl), NextToken: page.NextToken }
}

/** An ACL as EC2 shows it. */
export const describeAcl = (acl: NetworkAclRow): NetworkAcl => ({
  NetworkAclId: acl.id,
  VpcId: acl.vpcId,
  OwnerId: acl.account,
  IsDefault: acl.isDefault,
  Associations: acl.associations.map(({ id, subnetId }) => ({
    NetworkAclAssociationId: id,
    NetworkAclId: acl.id,
    SubnetId: subnetId,
  })),
  Entries: acl.entries.map((entry) => ({
    Egress: entry.egress,
    RuleNumber: entry.number,
    RuleAction: entry.action,
    Protocol: entry.protocol,
    CidrBlock: entry.cidr,
    ...(entry.ports && { PortRange: { From: entry.ports.from, To: entry.ports.to } }),
    ...(entry.icmp && { IcmpTypeCode: { Type: entry.icmp.type, Code: entry.icmp.code } }),
  })),
  Tags: tagSet(acl.tags),
})
