// Describing VPCs: DescribeVpcs, and what is left of ClassicLink in clients.
import type { Vpc } from "@aws-sdk/client-ec2"
import type { ReadOp } from "../../../gate/index.ts"
import type { VpcRow } from "../../../state/index.ts"
import { applyFilters, type FilterTable, nothing, tagKeys } from "../filters.ts"
import { missing, namedRows, tagSet } from "../lookups.ts"
import { pageOf } from "../pages.ts"

/** The association of a VPC with its one CIDR block has the VPC's own digits: a VPC here has no second block. */
const associationId = (vpc: VpcRow) => vpc.id.replace(/^vpc-/, "vpc-cidr-assoc-")

const filters: FilterTable<VpcRow> = {
  ...tagKeys,
  cidr: (v) => [v.cidr],
  "cidr-block-association.cidr-block": (v) => [v.cidr],
  "cidr-block-association.association-id": (v) => [associationId(v)],
  "cidr-block-association.state": () => ["associated"],
  "dhcp-options-id": (v) => [v.dhcpOptionsId],
  "ipv6-cidr-block-association.ipv6-cidr-block": nothing,
  "ipv6-cidr-block-association.ipv6-pool": nothing,
  "ipv6-cidr-block-association.association-id": nothing,
  "ipv6-cidr-block-association.state": nothing,
  "is-default": (v) => [String(v.isDefault)],
  isDefault: (v) => [String(v.isDefault)],
  "owner-id": (v) => [v.account],
  state: (v) => [v.state],
  "vpc-id": (v) => [v.id],
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcs.html */
export const DescribeVpcs: ReadOp<"ec2", "DescribeVpcs"> = (cx, input) => {
  const rows = namedRows(cx.tx.vpcs, cx.scope, input.VpcIds, missing.vpc)
  const page = pageOf(applyFilters(rows, input.Filters, filters), (v) => v.id, input)
  return { Vpcs: page.rows.map(describeVpc), NextToken: page.NextToken }
}

/** A VPC as EC2 shows it. */
export const describeVpc = (vpc: VpcRow): Vpc => ({
  VpcId: vpc.id,
  CidrBlock: vpc.cidr,
  CidrBlockAssociationSet: [
    { AssociationId: associationId(vpc), CidrBlock: vpc.cidr, CidrBlockState: { State: "associated" } },
  ],
  DhcpOptionsId: vpc.dhcpOptionsId,
  InstanceTenancy: "default",
  IsDefault: vpc.isDefault,
  OwnerId: vpc.account,
  State: vpc.state,
  Tags: tagSet(vpc.tags),
})

const classicFilters: FilterTable<VpcRow> = { ...tagKeys, "is-classic-link-enabled": () => ["false"] }

/** Older clients ask it of every VPC. No VPC has a link to EC2-Classic, and that is the answer. */
export const DescribeVpcClassicLink: ReadOp<"ec2", "DescribeVpcClassicLink"> = (cx, input) => ({
  Vpcs: applyFilters(namedRows(cx.tx.vpcs, cx.scope, input.VpcIds, missing.vpc), input.Filters, classicFilters).map(
    (vpc) => ({ VpcId: vpc.id, ClassicLinkEnabled: false, Tags: tagSet(vpc.tags) }),
  ),
})

export const DescribeVpcClassicLinkDnsSupport: ReadOp<"ec2", "DescribeVpcClassicLinkDnsSupport"> = (cx, input) => {
  const rows = namedRows(cx.tx.vpcs, cx.scope, input.VpcIds, missing.vpc)
  const page = pageOf(rows, (v) => v.id, input)
  return {
    Vpcs: page.rows.map((vpc) => ({ VpcId: vpc.id, ClassicLinkDnsSupported: false })),
    NextToken: page.NextToken,
  }
}
