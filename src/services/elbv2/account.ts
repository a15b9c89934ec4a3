// What an account may have (DescribeAccountLimits), and that no load balancer has capacity reserved.
import type { ReadOp } from "../../gate/index.ts"
import { loadBalancerAt } from "./find.ts"
import { limits } from "./limits.ts"
import { pageOf } from "./pages.ts"

/** AWS's names, with those numbers that are enforced here and the others as AWS says them. */
const names: readonly (readonly [name: string, max: number])[] = [
  ["target-groups", limits.targetGroups],
  ["targets-per-application-load-balancer", limits.targetsPerApplicationLoadBalancer],
  ["listeners-per-application-load-balancer", limits.listenersPerLoadBalancer],
  ["rules-per-application-load-balancer", limits.rulesPerApplicationLoadBalancer],
  ["network-load-balancers", limits.networkLoadBalancers],
  ["targets-per-network-load-balancer", limits.targetsPerNetworkLoadBalancer],
  ["targets-per-availability-zone-per-network-load-balancer", limits.targetsPerZoneOfNetworkLoadBalancer],
  ["listeners-per-network-load-balancer", limits.listenersPerLoadBalancer],
  ["condition-values-per-alb-rule", limits.conditionValuesPerRule],
  ["condition-wildcards-per-alb-rule", limits.wildcardsPerRule],
  ["target-groups-per-application-load-balancer", limits.targetGroupsPerApplicationLoadBalancer],
  ["target-groups-per-action-on-application-load-balancer", limits.targetGroupsPerAction],
  ["target-groups-per-action-on-network-load-balancer", limits.targetGroupsPerAction],
  ["certificates-per-application-load-balancer", limits.certificatesPerLoadBalancer],
  ["certificates-per-network-load-balancer", limits.certificatesPerLoadBalancer],
  ["targets-per-target-group", limits.targetsPerGroup],
  ["target-id-registrations-per-application-load-balancer", limits.targetsPerApplicationLoadBalancer],
  ["network-load-balancer-enis-per-vpc", 1200],
  ["application-load-balancers", limits.applicationLoadBalancers],
  ["gateway-load-balancers", 100],
  ["gateway-load-balancers-per-vpc", 100],
  ["geneve-target-groups", 100],
  ["targets-per-availability-zone-per-gateway-load-balancer", 300],
]

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeAccountLimits.html */
export const DescribeAccountLimits: ReadOp<"elbv2", "DescribeAccountLimits"> = (_cx, input) => {
  const page = pageOf(names, (one) => names.indexOf(one), input)
  return {
    Limits: page.rows.map(([Name, max]) => ({ Name, Max: String(max) })),
    ...(page.NextMarker !== undefined && { NextMarker: page.NextMarker }),
  }
}

/** Asked by clients of every load balancer that they look at. None can be reserved here, so none is. */
export const DescribeCapacityReservation: ReadOp<"elbv2", "DescribeCapacityReservation"> = (cx, input) => {
  loadBalancerAt(cx, input.LoadBalancerArn)
  return { CapacityReservationState: [] }
}
