// How many targets and target groups a load balancer may have behind it.
import type { ReadCx } from "../../../gate/index.ts"
import { type Fault, fault } from "../../../kernel/index.ts"
import { targetGroupsOf } from "../../../state/index.ts"
import { limits } from "../limits.ts"

/** The target groups that a load balancer forwards to, each once. */
export const groupsBehind = (cx: ReadCx, balancer: string): readonly string[] => {
  const found = new Set<string>()
  for (const listener of cx.tx.listeners.by("loadBalancer", balancer)) {
    for (const arn of targetGroupsOf(listener.defaultActions)) found.add(arn)
    for (const rule of cx.tx.listenerRules.by("listener", listener.arn))
      for (const arn of targetGroupsOf(rule.actions)) found.add(arn)
  }
  return [...found]
}

/** Words of a field report of targets (kubernetes issue 86441); those of others after it. */
export const reached = (code: string, what: string, most: number, balancer: string): Fault =>
  fault(
    code,
    `The maximum number of ${what} per load balancer '${most}' has been reached on load balancer '${balancer}'`,
  )

/** Throws when a load balancer has more behind it than it may. */
export const checkBalancersCapacity = (cx: ReadCx, balancer: string): void => {
  const isApplication = cx.tx.loadBalancers.get(balancer)?.type === "application"
  const groups = groupsBehind(cx, balancer)
  const mostGroups = limits.targetGroupsPerApplicationLoadBalancer
  if (isApplication && groups.length > mostGroups)
    throw reached("TooManyUniqueTargetGroupsPerLoadBalancer", "unique target groups", mostGroups, balancer)
  const most = isApplication ? limits.targetsPerApplicationLoadBalancer : limits.targetsPerNetworkLoadBalancer
  const targets = groups.reduce((sum, group) => sum + cx.tx.targets.count("group", group), 0)
  if (targets > most) throw reached("TooManyTargets", "targets", most, balancer)
}
