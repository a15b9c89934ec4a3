// The part of EC2's table about VPCs.
import { changing, describing, type Part } from "../operation.ts"
import { DescribeVpcAttribute, ModifyVpcAttribute } from "./attributes.ts"
import { CreateVpc, DeleteVpc } from "./change-vpcs.ts"
import { CreateDefaultSubnet, CreateDefaultVpc } from "./default-vpc.ts"
import { DescribeVpcClassicLink, DescribeVpcClassicLinkDnsSupport, DescribeVpcs } from "./describe-vpcs.ts"
import { DescribeDhcpOptions } from "./dhcp-options.ts"

export const vpcOperations = {
  CreateDefaultSubnet: changing("CreateDefaultSubnet", CreateDefaultSubnet, () => []),
  CreateDefaultVpc: changing("CreateDefaultVpc", CreateDefaultVpc, () => []),
  CreateVpc: changing("CreateVpc", CreateVpc, () => ["vpc/*"]),
  DeleteVpc: changing("DeleteVpc", DeleteVpc, (input) => [`vpc/${input.VpcId}`]),
  DescribeDhcpOptions: describing("DescribeDhcpOptions", DescribeDhcpOptions),
  DescribeVpcAttribute: describing("DescribeVpcAttribute", DescribeVpcAttribute),
  DescribeVpcClassicLink: describing("DescribeVpcClassicLink", DescribeVpcClassicLink),
  DescribeVpcClassicLinkDnsSupport: describing("DescribeVpcClassicLinkDnsSupport", DescribeVpcClassicLinkDnsSupport),
  DescribeVpcs: describing("DescribeVpcs", DescribeVpcs),
  ModifyVpcAttribute: changing("ModifyVpcAttribute", ModifyVpcAttribute, (input) => [`vpc/${input.VpcId}`]),
} satisfies Part
