// The part of EC2's table about regions, zones and accounts.
import { describing, type Part } from "../operation.ts"
import { DescribeAccountAttributes } from "./account-attributes.ts"
import { DescribeAvailabilityZones, DescribeRegions } from "./zones.ts"

export const regionOperations = {
  DescribeAccountAttributes: describing("DescribeAccountAttributes", DescribeAccountAttributes),
  DescribeAvailabilityZones: describing("DescribeAvailabilityZones", DescribeAvailabilityZones),
  DescribeRegions: describing("DescribeRegions", DescribeRegions),
} satisfies Part
