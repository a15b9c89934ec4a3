// Listeners as they are shown, and DescribeListeners.
import type { Action, Listener } from "@aws-sdk/client-elastic-load-balancing-v2"
import type { ReadOp } from "../../../gate/index.ts"
import type { ListenerRow } from "../../../state/index.ts"
import { invalid } from "../checks.ts"
import { allAt, loadBalancerAt } from "../find.ts"
import { pageOf } from "../pages.ts"
import { thaw } from "../thaw.ts"

export const shownListener = (row: ListenerRow): Listener => {
  const [certificate] = row.certificates
  return {
    ListenerArn: row.arn,
    LoadBalancerArn: row.loadBalancerArn,
    Port: row.port,
    Protocol: row.protocol,
    // The default one alone; the others are in DescribeListenerCertificates.
    ...(certificate !== undefined && { Certificates: [{ CertificateArn: certificate }] }),
    ...(row.sslPolicy !== undefined && { SslPolicy: row.sslPolicy }),
    DefaultActions: thaw<Action[]>(row.defaultActions),
    ...(row.alpnPolicy !== undefined && { AlpnPolicy: [row.alpnPolicy] }),
    ...(row.mutualAuthentication && { MutualAuthentication: { ...row.mutualAuthentication } }),
  }
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeListeners.html */
export const DescribeListeners: ReadOp<"elbv2", "DescribeListeners"> = (cx, input) => {
  const { LoadBalancerArn: balancer, ListenerArns: arns = [] } = input
  // Text of moto's tests.
  if (balancer === undefined && arns.length === 0)
    throw invalid("You must specify either listener ARNs or a load balancer ARN")
  // text from memory
  if (balancer !== undefined && arns.length > 0)
    throw invalid("Listener ARNs and a load balancer ARN cannot be specified at the same time")
  const rows =
    balancer === undefined
      ? allAt(cx, cx.tx.listeners, "listener", arns)
      : cx.tx.listeners.by("loadBalancer", loadBalancerAt(cx, balancer).arn)
  const page = pageOf(rows, ({ arn }) => cx.tx.listeners.ordinal(arn) ?? 0, input)
  return {
    Listeners: page.rows.map(shownListener),
    ...(page.NextMarker !== undefined && { NextMarker: page.NextMarker }),
  }
}
