// How an instance behind a classic load balancer is: the registration, the zones of the load balancer, and what a proxy saw
// last, put together in AWS's states, reason codes and words (botocore's InstanceState; the guide on connection draining).
import type { View } from "./schema.ts"
import { type ClassicLoadBalancerRow, classicKey } from "./tables/classic-load-balancers.ts"
import { type TargetRow, targetKey } from "./tables/target-groups.ts"

export interface ShownInstanceHealth {
  readonly state: "InService" | "OutOfService" | "Unknown"
  readonly reasonCode: "ELB" | "Instance" | "N/A"
  readonly description: string
}

const out = (reasonCode: "ELB" | "Instance", description: string): ShownInstanceHealth => ({
  state: "OutOfService",
  reasonCode,
  description,
})

/** `target` is absent of an instance that is not registered, or no longer. */
export const shownInstanceHealth = (
  view: View,
  balancer: ClassicLoadBalancerRow,
  target: TargetRow | undefined,
): ShownInstanceHealth => {
  if (!target) return out("Instance", "Instance is not currently registered with the LoadBalancer.")
  if (target.draining) {
    return { state: "InService", reasonCode: "N/A", description: "Instance deregistration currently in progress." }
  }
  const state = view.instances.get(`${balancer.account}/${balancer.region}/${target.id}`)?.observed.state
  if (state === "stopped") return out("Instance", "Instance is in stopped state.")
  if (state === undefined || state === "terminated") return out("Instance", "Instance is in terminated state.")
  if (!balancer.subnets.some(({ zone }) => zone === target.zone)) {
    return out(
      "ELB",
      "Instance is in the EC2 Availability Zone for which LoadBalancer is not configured to route traffic to.",
    )
  }
  const seen = view.targetHealth.get(targetKey(classicKey(balancer, balancer.name), target.id, target.port))
  switch (seen?.state) {
    case "healthy":
      return { state: "InService", reasonCode: "N/A", description: "N/A" }
    case "unhealthy":
      return out(
        "Instance",
        "Instance has failed at least the UnhealthyThreshold number of health checks consecutively.",
      )
    case "unavailable":
      return { state: "Unknown", reasonCode: "ELB", description: "A transient error occurred. Please try again later." }
    default:
      return out("ELB", "Instance registration is still in progress.")
  }
}
