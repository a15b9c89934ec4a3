// Which of its two target groups a service revision gets: deployments that shift traffic take turns between them, and all
// others stay with the one that has the traffic. Where tasks are registered follows from it.
import type { ServiceRevisionRow, TaskBalancer } from "../../../../state/index.ts"

type Balanced = Pick<ServiceRevisionRow, "loadBalancers" | "targetGroupArns">

/** Where the tasks of a revision are registered, in the order of its load balancers. */
export const balancersOf = ({ loadBalancers = [], targetGroupArns }: Balanced): readonly TaskBalancer[] =>
  loadBalancers.map((balancer, i) => {
    const { containerName = "", containerPort = 0, loadBalancerName } = balancer
    const targetGroupArn = targetGroupArns?.[i] ?? balancer.targetGroupArn
    return {
      ...(targetGroupArn !== undefined && { targetGroupArn }),
      ...(loadBalancerName !== undefined && { loadBalancerName }),
      containerName,
      containerPort,
    }
  })

/**
 * The target groups of a new revision. `current` is the revision that has the production traffic; `shifts`: the new one is
 * to take it over from there, and so is in the other groups. A group that neither of the two is begins with the primary one.
 */
export const targetGroupsOf = (
  { loadBalancers = [] }: Balanced,
  current: Balanced | undefined,
  shifts: boolean,
): Pick<ServiceRevisionRow, "targetGroupArns"> => {
  if (!loadBalancers.some((balancer) => balancer.advancedConfiguration)) return {}
  const taken = new Set((current ? balancersOf(current) : []).map(({ targetGroupArn }) => targetGroupArn))
  return {
    targetGroupArns: loadBalancers.map(({ targetGroupArn: first, advancedConfiguration }) => {
      const other = advancedConfiguration?.alternateTargetGroupArn
      if (shifts) return taken.has(first) ? other : first
      return other !== undefined && taken.has(other) ? other : first
    }),
  }
}
