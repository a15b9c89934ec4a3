// What a target's health is to whoever asks: the registration, what uses its group, and what a proxy saw last, put together
// in AWS's states, reason codes and words (aws-behaviour.md section 5.2).
import type { View } from "./schema.ts"
import { type TargetRow, targetKey } from "./tables/target-groups.ts"

export interface ShownTargetHealth {
  readonly state: "initial" | "healthy" | "unhealthy" | "unused" | "draining" | "unavailable"
  readonly reason?: string
  readonly description?: string
}

/** The load balancers that forward to a target group: ARNs, each once. */
export const loadBalancersOf = (view: View, groupArn: string): readonly string[] => [
  ...new Set([
    ...view.listeners.by("targetGroup", groupArn).map((l) => l.loadBalancerArn),
    ...view.listenerRules.by("targetGroup", groupArn).map((r) => r.loadBalancerArn),
  ]),
]

const unused = (reason: string, description: string): ShownTargetHealth => ({ state: "unused", reason, description })

/** What a target that is not registered, or no longer, is said to be. */
export const notRegistered = unused("Target.NotRegistered", "Target is not registered to the target group")

/** The health of a registration in a target group of Elastic Load Balancing v2. */
export const shownTargetHealth = (view: View, target: TargetRow): ShownTargetHealth => {
  if (target.draining)
    return {
      state: "draining",
      reason: "Target.DeregistrationInProgress",
      description: "Target deregistration is in progress",
    }
  const balancers = loadBalancersOf(view, target.groupArn)
  if (balancers.length === 0)
    return unused("Target.NotInUse", "Target group is not configured to receive traffic from the load balancer")
  if (!isInZones(view, target, balancers))
    return unused("Target.NotInUse", "Target is in an Availability Zone that is not enabled for the load balancer")
  const resting = restingState(view, target)
  if (resting !== undefined) return unused("Target.InvalidState", `Target is in the ${resting} state`)
  // text from memory
  if (isOfBalancer(view, target)) return unused("Target.IpUnusable", "Target IP address is in use by a load balancer")
  if (view.targetGroups.get(target.groupArn)?.healthCheck.enabled === false)
    return { state: "unavailable", reason: "Target.HealthCheckDisabled", description: "Health checks are disabled" }
  const seen = view.targetHealth.get(targetKey(target.groupArn, target.id, target.port))
  if (!seen)
    return {
      state: "initial",
      reason: "Elb.RegistrationInProgress",
      description: "Target registration is in progress",
    }
  return {
    state: seen.state,
    ...(seen.reason !== undefined && { reason: seen.reason }),
    ...(seen.description !== undefined && { description: seen.description }),
  }
}

/** The state of an instance that does not run. */
const restingState = (view: View, { account, region, id }: TargetRow): "stopped" | "terminated" | undefined => {
  if (!id.startsWith("i-")) return undefined
  const instance = view.instances.get(`${account}/${region}/${id}`)
  if (instance?.observed.state === "running") return undefined
  return !instance || instance.desired === "terminated" ? "terminated" : "stopped"
}

/** Whether a load balancer itself is at the address. */
const isOfBalancer = (view: View, { account, region, groupArn, id }: TargetRow): boolean => {
  const vpcId = view.targetGroups.get(groupArn)?.vpcId
  return view.networkInterfaces
    .by("address", `${account}/${region}/${vpcId}/${id}`)
    .some(({ balancer }) => balancer !== undefined)
}

/** Whether one of the load balancers is in the target's zone. A target in every zone always is in one. */
const isInZones = (view: View, { zone }: TargetRow, balancers: readonly string[]): boolean =>
  zone === undefined ||
  zone === "all" ||
  balancers.some((arn) => view.loadBalancers.get(arn)?.zones.some((one) => one.zone === zone))
