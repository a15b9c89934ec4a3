// The IP address type of load balancers, which here is always ipv4.
import type { Op } from "../../../gate/index.ts"
import { misconfigured, oneOf } from "../checks.ts"
import { loadBalancerAt } from "../find.ts"

/** A VPC of Roadstead has no IPv6 addresses, so what AWS would make of them is refused. */
export const checkIpAddressType = (asked: string | undefined): "ipv4" => {
  const type = oneOf("ipAddressType", asked, ["ipv4", "dualstack", "dualstack-without-public-ipv4"])
  if (type !== undefined && type !== "ipv4")
    throw misconfigured(`The IP address type '${type}' is not supported by Roadstead: use 'ipv4'`)
  return "ipv4"
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetIpAddressType.html */
export const SetIpAddressType: Op<"elbv2", "SetIpAddressType"> = (cx, input) => {
  loadBalancerAt(cx, input.LoadBalancerArn)
  return { IpAddressType: checkIpAddressType(input.IpAddressType) }
}
