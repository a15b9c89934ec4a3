// The part of EC2's table about network interfaces.
import { describing, type Part } from "../operation.ts"
import { DescribeNetworkInterfaces } from "./describe-interfaces.ts"

export const networkInterfaceOperations = {
  DescribeNetworkInterfaces: describing("DescribeNetworkInterfaces", DescribeNetworkInterfaces),
} satisfies Part
