// EC2's table: what of EC2 Roadstead has. Everything here only describes; see README.md.
import { type Cx, type Entry, type Input, implement, type Output, type ReadCx, write } from "../../gate/index.ts"
import { Fault } from "../../kernel/index.ts"
import { ensureDefaultVpc } from "../../state/index.ts"
import { DescribeInternetGateways } from "./internet-gateways.ts"
import { DescribeNetworkInterfaces } from "./network-interfaces.ts"
import { DescribeRouteTables } from "./route-tables.ts"
import { DescribeSecurityGroupRules } from "./security-group-rules.ts"
import { DescribeSecurityGroups } from "./security-groups.ts"
import { DescribeSubnets } from "./subnets.ts"
import { DescribeTags } from "./tags.ts"
import { DescribeVpcAttribute, DescribeVpcs } from "./vpcs.ts"
import { DescribeAvailabilityZones, DescribeRegions } from "./zones.ts"

/**
 * An operation that describes. It is a `write`, because whoever looks first at an account's region makes its default
 * VPC; from then on it changes nothing, and a transaction that changes nothing costs no commit. EC2 has no
 * resource-level permissions for these: the resource is always `*`.
 */
const describing = <O extends Described>(
  operation: O,
  handler: (cx: ReadCx, input: Input<"ec2", O>) => Output<"ec2", O>,
): Entry<Input<"ec2", O>, Output<"ec2", O>> =>
  write(
    (cx: Cx, input: Input<"ec2", O>) => {
      if ((input as { DryRun?: boolean }).DryRun) {
        throw new Fault("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", { status: 412 })
      }
      ensureDefaultVpc(cx.tx, cx.scope)
      return handler(cx, input)
    },
    () => [{ action: `ec2:${operation}`, resources: ["*"] }],
  )

type Described =
  | "DescribeAvailabilityZones"
  | "DescribeInternetGateways"
  | "DescribeNetworkInterfaces"
  | "DescribeRegions"
  | "DescribeRouteTables"
  | "DescribeSecurityGroupRules"
  | "DescribeSecurityGroups"
  | "DescribeSubnets"
  | "DescribeTags"
  | "DescribeVpcAttribute"
  | "DescribeVpcs"

export const ec2 = implement(
  "ec2",
  {
    DescribeAvailabilityZones: describing("DescribeAvailabilityZones", DescribeAvailabilityZones),
    DescribeInternetGateways: describing("DescribeInternetGateways", DescribeInternetGateways),
    DescribeNetworkInterfaces: describing("DescribeNetworkInterfaces", DescribeNetworkInterfaces),
    DescribeRegions: describing("DescribeRegions", DescribeRegions),
    DescribeRouteTables: describing("DescribeRouteTables", DescribeRouteTables),
    DescribeSecurityGroupRules: describing("DescribeSecurityGroupRules", DescribeSecurityGroupRules),
    DescribeSecurityGroups: describing("DescribeSecurityGroups", DescribeSecurityGroups),
    DescribeSubnets: describing("DescribeSubnets", DescribeSubnets),
    DescribeTags: describing("DescribeTags", DescribeTags),
    DescribeVpcAttribute: describing("DescribeVpcAttribute", DescribeVpcAttribute),
    DescribeVpcs: describing("DescribeVpcs", DescribeVpcs),
  },
  // All zones and regions are open to everybody here, so that there are no more to show.
  ["DescribeAvailabilityZones.AllAvailabilityZones", "DescribeRegions.AllRegions"],
)
