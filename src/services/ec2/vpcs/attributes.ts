// The attributes of a VPC: DescribeVpcAttribute and ModifyVpcAttribute. Both DNS attributes have effect: without either,
// interfaces have no private name, neither in descriptions nor in the VPC's resolver.
import type { Op, ReadOp } from "../../../gate/index.ts"
import { hasDnsHostnames, hasDnsSupport } from "../../../state/index.ts"
import { found, keyOf, missing } from "../lookups.ts"
import { invalid, invalidValue, missingParameter, unsupported } from "../refusals.ts"

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcAttribute.html */
export const DescribeVpcAttribute: ReadOp<"ec2", "DescribeVpcAttribute"> = (cx, input) => {
  const vpc = found(cx.tx.vpcs, cx.scope, input.VpcId, missing.vpc)
  switch (input.Attribute) {
    case "enableDnsSupport":
      return { VpcId: vpc.id, EnableDnsSupport: { Value: hasDnsSupport(vpc) } }
    case "enableDnsHostnames":
      return { VpcId: vpc.id, EnableDnsHostnames: { Value: hasDnsHostnames(vpc) } }
    case "enableNetworkAddressUsageMetrics":
      return { VpcId: vpc.id, EnableNetworkAddressUsageMetrics: { Value: false } }
    default:
      throw invalidValue(input.Attribute, "attribute", "Unknown attribute.")
  }
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcAttribute.html */
export const ModifyVpcAttribute: Op<"ec2", "ModifyVpcAttribute"> = (cx, input) => {
  const vpc = found(cx.tx.vpcs, cx.scope, input.VpcId, missing.vpc)
  const asked = [
    input.EnableDnsSupport?.Value,
    input.EnableDnsHostnames?.Value,
    input.EnableNetworkAddressUsageMetrics?.Value,
  ]
  const given = asked.filter((value) => value !== undefined).length
  if (given === 0) throw missingParameter("attribute")
  // AWS takes one attribute a request; the text is from memory.
  if (given > 1) throw invalid("Only one attribute may be modified in a request.")
  const [support, hostnames, metrics] = asked
  if (metrics) throw unsupported("network address usage metrics (EnableNetworkAddressUsageMetrics)")
  if (support !== undefined) cx.tx.vpcs.patch(keyOf(cx.scope, vpc.id), { enableDnsSupport: support })
  if (hostnames !== undefined) cx.tx.vpcs.patch(keyOf(cx.scope, vpc.id), { enableDnsHostnames: hostnames })
  return {}
}
