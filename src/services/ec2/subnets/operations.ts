// The part of EC2's table about subnets.
import { changing, describing, type Part } from "../operation.ts"
import { CreateSubnet, DeleteSubnet } from "./change-subnets.ts"
import { DescribeSubnets } from "./describe-subnets.ts"
import { ModifySubnetAttribute } from "./modify-subnets.ts"

export const subnetOperations = {
  CreateSubnet: changing("CreateSubnet", CreateSubnet, (input) => ["subnet/*", `vpc/${input.VpcId}`]),
  DeleteSubnet: changing("DeleteSubnet", DeleteSubnet, (input) => [`subnet/${input.SubnetId}`]),
  DescribeSubnets: describing("DescribeSubnets", DescribeSubnets),
  ModifySubnetAttribute: changing("ModifySubnetAttribute", ModifySubnetAttribute, (input) => [
    `subnet/${input.SubnetId}`,
  ]),
} satisfies Part
