// The part of EC2's table about network interfaces.
import { changing, describing, type Part } from "../operation.ts"
import {
  DescribeNetworkInterfaceAttribute,
  DetachNetworkInterface,
  ModifyNetworkInterfaceAttribute,
} from "./attributes.ts"
import { CreateNetworkInterface, DeleteNetworkInterface } from "./change-interfaces.ts"
import { DescribeNetworkInterfaces } from "./describe-interfaces.ts"

const named = (input: { readonly NetworkInterfaceId: string | undefined }) => [
  `network-interface/${input.NetworkInterfaceId}`,
]

export const networkInterfaceOperations = {
  CreateNetworkInterface: changing("CreateNetworkInterface", CreateNetworkInterface, (input) => [
    "network-interface/*",
    `subnet/${input.SubnetId}`,
    ...(input.Groups ?? []).map((id) => `security-group/${id}`),
  ]),
  DeleteNetworkInterface: changing("DeleteNetworkInterface", DeleteNetworkInterface, named),
  DescribeNetworkInterfaceAttribute: describing("DescribeNetworkInterfaceAttribute", DescribeNetworkInterfaceAttribute),
  DescribeNetworkInterfaces: describing("DescribeNetworkInterfaces", DescribeNetworkInterfaces),
  DetachNetworkInterface: changing("DetachNetworkInterface", DetachNetworkInterface, () => ["network-interface/*"]),
  ModifyNetworkInterfaceAttribute: changing("ModifyNetworkInterfaceAttribute", ModifyNetworkInterfaceAttribute, named),
} satisfies Part
