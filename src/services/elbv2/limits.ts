// The quotas of an account, with the numbers that a new account has at AWS.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
// https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-limits.html

export const limits = {
  applicationLoadBalancers: 50,
  networkLoadBalancers: 50,
  targetGroups: 3000,
  targetsPerGroup: 1000,
  targetsPerApplicationLoadBalancer: 1000,
  targetsPerNetworkLoadBalancer: 3000,
  targetsPerZoneOfNetworkLoadBalancer: 500,
  targetGroupsPerApplicationLoadBalancer: 100,
  targetGroupsPerAction: 5,
  listenersPerLoadBalancer: 50,
  rulesPerApplicationLoadBalancer: 100,
  certificatesPerLoadBalancer: 25,
  conditionValuesPerRule: 5,
  wildcardsPerRule: 5,
  tags: 50,
} as const
