// DescribeLoadBalancerAttributes and ModifyLoadBalancerAttributes.
import type { Op, ReadOp } from "../../../gate/index.ts"
import type { LoadBalancerRow } from "../../../state/index.ts"
import { shownAttributes, withAttributes } from "../attributes/attributes.ts"
import { isLoadBalancerAttribute, loadBalancerAttributes, onlyForIpv6 } from "../attributes/of-load-balancers.ts"
import { invalid, misconfigured } from "../checks.ts"
import { loadBalancerAt } from "../find.ts"

/** Texts of the Terraform provider, which reads them, and of aws-cdk issue 29970. */
const refuse =
  ({ type, ipAddressType }: LoadBalancerRow) =>
  (key: string) => {
    const subject = `Load balancer attribute key '${key}' is not`
    if (key === onlyForIpv6)
      return misconfigured(`${subject} supported on load balancers with IP address type '${ipAddressType}'`)
    return isLoadBalancerAttribute(key)
      ? misconfigured(`${subject} supported on load balancers with type '${type}'`)
      : invalid(`${subject} recognized`)
  }

/** What of attributes depends on others. Texts from memory. */
const checkTogether = (row: LoadBalancerRow, set: Readonly<Record<string, string>>): void => {
  if (row.type === "application" && set["load_balancing.cross_zone.enabled"] === "false")
    throw misconfigured(
      "Load balancer attribute 'load_balancing.cross_zone.enabled' cannot be turned off on load balancers with type 'application'",
    )
  for (const kind of ["access_logs", "connection_logs", "health_check_logs"])
    if (set[`${kind}.s3.enabled`] === "true" && !set[`${kind}.s3.bucket`])
      throw invalid(`The value of '${kind}.s3.bucket' cannot be empty`)
  const key = "secondary_ips.auto_assigned.per_subnet"
  if (Number(set[key] ?? 0) < Number(row.attributes[key] ?? 0))
    throw misconfigured(`The value of '${key}' cannot be decreased`)
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyLoadBalancerAttributes.html */
export const ModifyLoadBalancerAttributes: Op<"elbv2", "ModifyLoadBalancerAttributes"> = (cx, input) => {
  const row = loadBalancerAt(cx, input.LoadBalancerArn)
  const all = loadBalancerAttributes[row.type]
  const attributes = withAttributes(all, row, input.Attributes, refuse(row))
  checkTogether(row, attributes)
  return { Attributes: shownAttributes(all, cx.tx.loadBalancers.patch(row.arn, { attributes })) }
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeLoadBalancerAttributes.html */
export const DescribeLoadBalancerAttributes: ReadOp<"elbv2", "DescribeLoadBalancerAttributes"> = (cx, input) => {
  const row = loadBalancerAt(cx, input.LoadBalancerArn)
  return { Attributes: shownAttributes(loadBalancerAttributes[row.type], row) }
}
