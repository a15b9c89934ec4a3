// SetSubnets and SetSecurityGroups.
import type { Op } from "../../../gate/index.ts"
import { invalid, misconfigured, oneOf } from "../checks.ts"
import { loadBalancerAt } from "../find.ts"
import { shownZones } from "./describe.ts"
import { checkIpAddressType } from "./ip-address-type.ts"
import { securityGroupsFor } from "./security-groups.ts"
import { zonesFor } from "./zones.ts"

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetSubnets.html */
export const SetSubnets: Op<"elbv2", "SetSubnets"> = (cx, input) => {
  const row = loadBalancerAt(cx, input.LoadBalancerArn)
  checkIpAddressType(input.IpAddressType)
  // text from memory
  if (input.EnablePrefixForIpv6SourceNat === "on")
    throw invalid("IPv6 source NAT is supported only for dualstack load balancers")
  const { vpcId, zones } = zonesFor(cx, input, { type: row.type, scheme: row.scheme, old: row })
  // text from memory
  if (vpcId !== row.vpcId) throw misconfigured("All subnets must belong to the same VPC")
  const changed = cx.tx.loadBalancers.patch(row.arn, { zones })
  return { AvailabilityZones: shownZones(cx, changed), IpAddressType: changed.ipAddressType }
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetSecurityGroups.html */
export const SetSecurityGroups: Op<"elbv2", "SetSecurityGroups"> = (cx, input) => {
  const row = loadBalancerAt(cx, input.LoadBalancerArn)
  const enforce = input.EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic
  oneOf("enforceSecurityGroupInboundRulesOnPrivateLinkTraffic", enforce, ["on", "off"])
  const asked = input.SecurityGroups ?? []
  // Texts from memory.
  if (asked.length === 0) throw invalid("At least one security group must be specified")
  // AWS: "You can't perform this operation on a Network Load Balancer unless you specified a security group … when you created it."
  if (row.type === "network" && row.securityGroups.length === 0)
    throw misconfigured(
      "SetSecurityGroups is not supported for load balancers of type 'network' that were created without security groups",
    )
  const securityGroups = securityGroupsFor(cx, asked, row)
  cx.tx.loadBalancers.patch(row.arn, { securityGroups })
  return { SecurityGroupIds: [...securityGroups] }
}
