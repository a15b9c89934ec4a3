// Target groups as they are shown, and DescribeTargetGroups.
import type { TargetGroup } from "@aws-sdk/client-elastic-load-balancing-v2"
import type { ReadCx, ReadOp } from "../../../gate/index.ts"
import { scopeKey } from "../../../kernel/index.ts"
import { loadBalancersOf, type TargetGroupRow } from "../../../state/index.ts"
import { invalid } from "../checks.ts"
import { allAt, loadBalancerAt, someNotFound } from "../find.ts"
import { pageOf } from "../pages.ts"

export const shownTargetGroup = (cx: ReadCx, row: TargetGroupRow): TargetGroup => {
  const check = row.healthCheck
  return {
    TargetGroupArn: row.arn,
    TargetGroupName: row.name,
    Protocol: row.protocol,
    Port: row.port,
    VpcId: row.vpcId,
    HealthCheckProtocol: check.protocol,
    HealthCheckPort: check.port,
    HealthCheckEnabled: check.enabled,
    HealthCheckIntervalSeconds: check.intervalSeconds,
    HealthCheckTimeoutSeconds: check.timeoutSeconds,
    HealthyThresholdCount: check.healthyThreshold,
    UnhealthyThresholdCount: check.unhealthyThreshold,
    ...(check.path !== undefined && { HealthCheckPath: check.path }),
    ...(check.matcher && { Matcher: { ...check.matcher } }),
    LoadBalancerArns: [...loadBalancersOf(cx.tx, row.arn)],
    TargetType: row.targetType,
    ...(row.protocolVersion !== undefined && { ProtocolVersion: row.protocolVersion }),
    IpAddressType: row.ipAddressType,
  }
}

/** The target groups that a load balancer's listeners and rules forward to. */
export const targetGroupsBehind = (cx: ReadCx, loadBalancer: string): readonly TargetGroupRow[] =>
  cx.tx.targetGroups
    .by("scope", scopeKey(cx.scope))
    .filter(({ arn }) => loadBalancersOf(cx.tx, arn).includes(loadBalancer))

const chosen = (
  cx: ReadCx,
  { arns, names, balancer }: { arns: readonly string[]; names: readonly string[]; balancer: string | undefined },
): readonly TargetGroupRow[] => {
  const ways = [arns.length > 0, names.length > 0, balancer !== undefined].filter(Boolean)
  // Text of moto's tests.
  if (ways.length > 1)
    throw invalid("Target group names, target group ARNs, and a load balancer ARN cannot be specified at the same time")
  if (arns.length > 0) return allAt(cx, cx.tx.targetGroups, "target group", arns)
  if (balancer !== undefined) return targetGroupsBehind(cx, loadBalancerAt(cx, balancer).arn)
  if (names.length === 0) return cx.tx.targetGroups.by("scope", scopeKey(cx.scope))
  return [...new Set(names)].map((name) => {
    const row = cx.tx.targetGroups.first("name", `${scopeKey(cx.scope)}/${name}`)
    if (!row) throw someNotFound("target group")
    return row
  })
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetGroups.html */
export const DescribeTargetGroups: ReadOp<"elbv2", "DescribeTargetGroups"> = (cx, input) => {
  const rows = chosen(cx, {
    arns: input.TargetGroupArns ?? [],
    names: input.Names ?? [],
    balancer: input.LoadBalancerArn,
  })
  const page = pageOf(rows, ({ arn }) => cx.tx.targetGroups.ordinal(arn) ?? 0, input)
  return {
    TargetGroups: page.rows.map((row) => shownTargetGroup(cx, row)),
    ...(page.NextMarker !== undefined && { NextMarker: page.NextMarker }),
  }
}
