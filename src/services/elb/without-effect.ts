// Input members of classic load balancers that are taken and do nothing: listed in docs/parity.md.
export const withoutEffect: readonly string[] = [
  // Kept and described; security groups let everything through here.
  "CreateLoadBalancer.SecurityGroups",
  "ApplySecurityGroupsToLoadBalancer.SecurityGroups",
]
