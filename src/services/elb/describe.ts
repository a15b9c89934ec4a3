// Load balancers as they are shown, and DescribeLoadBalancers.
import type { LoadBalancerDescription, Policies } from "@aws-sdk/client-elastic-load-balancing"
import type { ReadCx, ReadOp } from "../../gate/index.ts"
import { scopeKey } from "../../kernel/index.ts"
import {
  type ClassicListener,
  type ClassicLoadBalancerRow,
  type ClassicPolicy,
  hostedZoneOf,
} from "../../state/index.ts"
import { balancerOf, keyOf, registeredIn } from "./find.ts"
import { shownHealthCheck } from "./health-check.ts"
import { pageOf } from "./pages.ts"

const shownListener = ({ port, protocol, instancePort, instanceProtocol, certificate, policies }: ClassicListener) => ({
  Listener: {
    Protocol: protocol,
    LoadBalancerPort: port,
    InstanceProtocol: instanceProtocol,
    InstancePort: instancePort,
    ...(certificate !== undefined && { SSLCertificateId: certificate }),
  },
  PolicyNames: [...policies],
})

const attributeOf = ({ attributes }: ClassicPolicy, name: string): string | undefined =>
  attributes.find((attribute) => attribute.name === name)?.value

const shownPolicies = (policies: readonly ClassicPolicy[]): Policies => {
  const ofType = (type: string) => policies.filter((policy) => policy.type === type)
  const [app, own] = [ofType("AppCookieStickinessPolicyType"), ofType("LBCookieStickinessPolicyType")]
  return {
    AppCookieStickinessPolicies: app.map((policy) => ({
      PolicyName: policy.name,
      CookieName: attributeOf(policy, "CookieName"),
    })),
    LBCookieStickinessPolicies: own.map((policy) => {
      const period = attributeOf(policy, "CookieExpirationPeriod")
      return { PolicyName: policy.name, ...(period !== undefined && { CookieExpirationPeriod: Number(period) }) }
    }),
    OtherPolicies: policies.filter((policy) => !app.includes(policy) && !own.includes(policy)).map(({ name }) => name),
  }
}

const shown = (cx: ReadCx, row: ClassicLoadBalancerRow): LoadBalancerDescription => {
  const [group] = row.securityGroups.flatMap((id) => cx.tx.securityGroups.get(`${scopeKey(row)}/${id}`) ?? [])
  const zone = hostedZoneOf(row.region, "application")
  return {
    LoadBalancerName: row.name,
    DNSName: row.dnsName,
    // AWS shows the name of internet-facing ones alone.
    ...(row.scheme === "internet-facing" && { CanonicalHostedZoneName: row.dnsName }),
    ...(zone !== undefined && { CanonicalHostedZoneNameID: zone }),
    ListenerDescriptions: row.listeners.map(shownListener),
    Policies: shownPolicies(row.policies),
    BackendServerDescriptions: row.backendPolicies.map(({ instancePort, policies }) => ({
      InstancePort: instancePort,
      PolicyNames: [...policies],
    })),
    AvailabilityZones: row.subnets.map(({ zone }) => zone),
    Subnets: row.subnets.map(({ id }) => id),
    VPCId: row.vpcId,
    Instances: registeredIn(cx, row).map(({ id }) => ({ InstanceId: id })),
    HealthCheck: shownHealthCheck(row.healthCheck),
    ...(group && { SourceSecurityGroup: { OwnerAlias: row.account, GroupName: group.name } }),
    SecurityGroups: [...row.securityGroups],
    CreatedTime: new Date(row.createdAt),
    Scheme: row.scheme,
  }
}

/** https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_DescribeLoadBalancers.html */
export const DescribeLoadBalancers: ReadOp<"elb", "DescribeLoadBalancers"> = (cx, input) => {
  const { LoadBalancerNames: names = [] } = input
  const rows =
    names.length > 0
      ? [...new Set(names)].map((name) => balancerOf(cx, name))
      : cx.tx.classicLoadBalancers.by("scope", scopeKey(cx.scope))
  const page = pageOf(rows, (row) => cx.tx.classicLoadBalancers.ordinal(keyOf(row)) ?? 0, input)
  return {
    LoadBalancerDescriptions: page.rows.map((row) => shown(cx, row)),
    ...(page.NextMarker !== undefined && { NextMarker: page.NextMarker }),
  }
}
