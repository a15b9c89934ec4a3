// VPCs: DescribeVpcs and DescribeVpcAttribute.

import type { Output, ReadOp } from "../../gate/index.ts"
import { fault, scopeKey } from "../../kernel/index.ts"
import type { VpcRow } from "../../state/index.ts"
import { applyFilters, type FilterTable, nothing, tagKeys } from "./filters.ts"
import { type Missing, named, tagSet } from "./lookups.ts"
import { pageOf } from "./pages.ts"

const missing: Missing = { code: "InvalidVpcID.NotFound", what: "The vpc ID" }

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
  const scope = scopeKey(cx.scope)
  const rows = named(
    input.VpcIds,
    () => cx.tx.vpcs.by("scope", scope),
    (id) => cx.tx.vpcs.get(`${scope}/${id}`),
    missing,
  )
  const page = pageOf(applyFilters(rows, input.Filters, filters), (v) => v.id, input)
  return { Vpcs: page.rows.map(describeVpc), NextToken: page.NextToken }
}

const describeVpc = (vpc: VpcRow): NonNullable<Output<"ec2", "DescribeVpcs">["Vpcs"]>[number] => ({
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

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcAttribute.html */
export const DescribeVpcAttribute: ReadOp<"ec2", "DescribeVpcAttribute"> = (cx, input) => {
  const id = input.VpcId ?? ""
  const vpc = cx.tx.vpcs.get(`${scopeKey(cx.scope)}/${id}`)
  if (!vpc) throw fault(missing.code, `${missing.what} '${id}' does not exist`)
  switch (input.Attribute) {
    case "enableDnsSupport":
      return { VpcId: id, EnableDnsSupport: { Value: true } }
    case "enableDnsHostnames":
      // AWS: on in a default VPC, off in any other until it is modified.
      return { VpcId: id, EnableDnsHostnames: { Value: vpc.isDefault } }
    case "enableNetworkAddressUsageMetrics":
      return { VpcId: id, EnableNetworkAddressUsageMetrics: { Value: false } }
    default:
      throw fault(
        "InvalidParameterValue",
        `Value (${String(input.Attribute)}) for parameter attribute is invalid. Unknown attribute.`,
      )
  }
}
