// Load balancers as they are shown, and DescribeLoadBalancers.
import type { LoadBalancer } from "@aws-sdk/client-elastic-load-balancing-v2"
import type { ReadCx, ReadOp } from "../../../gate/index.ts"
import { fault, scopeKey } from "../../../kernel/index.ts"
import { hostedZoneOf, type LoadBalancerRow, type LoadBalancerZone } from "../../../state/index.ts"
import { invalid } from "../checks.ts"
import { checkArn } from "../find.ts"
import { pageOf } from "../pages.ts"

const shownZone = (
  cx: ReadCx,
  row: LoadBalancerRow,
  { subnetId, zone, privateAddress, allocationId }: LoadBalancerZone,
) => {
  const elastic = allocationId && cx.tx.addresses.get(`${scopeKey(row)}/${allocationId}`)
  return {
    ZoneName: zone,
    SubnetId: subnetId,
    LoadBalancerAddresses: [
      ...(privateAddress === undefined ? [] : [{ PrivateIPv4Address: privateAddress }]),
      ...(elastic ? [{ IpAddress: elastic.publicIp, AllocationId: elastic.id }] : []),
    ],
  }
}

export const shownZones = (cx: ReadCx, row: LoadBalancerRow) => row.zones.map((zone) => shownZone(cx, row, zone))

export const shownLoadBalancer = (cx: ReadCx, row: LoadBalancerRow): LoadBalancer => {
  const hostedZone = hostedZoneOf(row.region, row.type)
  return {
    LoadBalancerArn: row.arn,
    DNSName: row.dnsName,
    ...(hostedZone !== undefined && { CanonicalHostedZoneId: hostedZone }),
    CreatedTime: new Date(row.createdAt),
    LoadBalancerName: row.name,
    Scheme: row.scheme,
    VpcId: row.vpcId,
    State: { Code: row.status.code, ...(row.status.reason !== undefined && { Reason: row.status.reason }) },
    Type: row.type,
    AvailabilityZones: shownZones(cx, row),
    // A network load balancer that was made without any has none, and never gets one.
    ...((row.type === "application" || row.securityGroups.length > 0) && { SecurityGroups: [...row.securityGroups] }),
    IpAddressType: row.ipAddressType,
  }
}

/** AWS: "You can specify up to 20 load balancers in a single call". */
const mostNamed = 20

/** All of them have to be there. Text of field reports. */
const named = (
  keys: readonly string[],
  find: (key: string) => LoadBalancerRow | undefined,
): readonly LoadBalancerRow[] => {
  const wanted = [...new Set(keys)]
  const missing = wanted.filter((key) => find(key) === undefined)
  if (missing.length > 0) throw fault("LoadBalancerNotFound", `Load balancers '[${missing.join(", ")}]' not found`)
  return wanted.flatMap((key) => find(key) ?? [])
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeLoadBalancers.html */
export const DescribeLoadBalancers: ReadOp<"elbv2", "DescribeLoadBalancers"> = (cx, input) => {
  const { LoadBalancerArns: arns = [], Names: names = [] } = input
  // text from memory
  if (arns.length > 0 && names.length > 0)
    throw invalid("Load balancer names and load balancer ARNs cannot be specified at the same time")
  // text from memory
  if (arns.length > mostNamed || names.length > mostNamed)
    throw invalid(`The maximum number of load balancers that can be specified is '${mostNamed}'`)
  for (const arn of arns) checkArn(cx.scope, "load balancer", arn)
  const scope = scopeKey(cx.scope)
  const isAll = arns.length === 0 && names.length === 0
  const rows = isAll
    ? cx.tx.loadBalancers.by("scope", scope)
    : [
        ...named(arns, (arn) => cx.tx.loadBalancers.get(arn)),
        ...named(names, (name) => cx.tx.loadBalancers.first("name", `${scope}/${name}`)),
      ]
  const page = pageOf(rows, ({ arn }) => cx.tx.loadBalancers.ordinal(arn) ?? 0, input)
  return {
    LoadBalancers: page.rows.map((row) => shownLoadBalancer(cx, row)),
    ...(page.NextMarker !== undefined && { NextMarker: page.NextMarker }),
  }
}
