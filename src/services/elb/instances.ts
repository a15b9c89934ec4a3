// The instances behind a load balancer: registering, deregistering, and how each of them is.
import type { Instance, InstanceState } from "@aws-sdk/client-elastic-load-balancing"
import type { Cx, Op, ReadCx, ReadOp } from "../../gate/index.ts"
import { fault, scopeKey } from "../../kernel/index.ts"
import { type ClassicLoadBalancerRow, type InstanceRow, shownInstanceHealth } from "../../state/index.ts"
import { drainingOf } from "./attributes.ts"
import { misconfigured } from "./checks.ts"
import { balancerOf, keyOf, registeredIn, registrationKey } from "./find.ts"
import { limits } from "./limits.ts"

const isGone = (instance: InstanceRow | undefined): boolean =>
  !instance || instance.desired === "terminated" || instance.observed.state === "terminated"

/** The instance, which must be there. Text of field reports. */
const instanceAt = (cx: ReadCx, id: string): InstanceRow => {
  const instance = cx.tx.instances.get(`${scopeKey(cx.scope)}/${id}`)
  if (!instance || isGone(instance)) throw fault("InvalidInstance", `Could not find EC2 instance ${id}.`)
  return instance
}

const idsOf = (instances: readonly Instance[] | undefined): readonly string[] => [
  ...new Set((instances ?? []).map(({ InstanceId }) => InstanceId ?? "")),
]

const shown = (cx: ReadCx, row: ClassicLoadBalancerRow) => ({
  Instances: registeredIn(cx, row).map(({ id }) => ({ InstanceId: id })),
})

/** https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_RegisterInstancesWithLoadBalancer.html */
export const RegisterInstancesWithLoadBalancer: Op<"elb", "RegisterInstancesWithLoadBalancer"> = (cx, input) => {
  const row = balancerOf(cx, input.LoadBalancerName)
  for (const instance of idsOf(input.Instances).map((id) => instanceAt(cx, id))) {
    if (instance.vpcId !== row.vpcId) {
      throw fault("InvalidInstance", `EC2 instance ${instance.id} is not in the same VPC as ELB.`) // text from memory
    }
    register(cx, row, instance)
  }
  if (registeredIn(cx, row).length > limits.instances) {
    throw misconfigured(`A load balancer can have at most ${limits.instances} instances`) // text from memory
  }
  return shown(cx, row)
}

/** One that drains is as good as new when it is registered again. */
const register = (cx: Cx, row: ClassicLoadBalancerRow, { id, availabilityZone: zone }: InstanceRow): void => {
  const key = registrationKey(row, id)
  const known = cx.tx.targets.get(key)
  if (known && !known.draining) return
  if (known) {
    cx.tx.targets.delete(key)
    cx.tx.targetHealth.delete(key)
  }
  cx.tx.targets.insert({ ...cx.scope, groupArn: keyOf(row), id, port: 0, zone, registeredAt: cx.now })
}

/** https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_DeregisterInstancesFromLoadBalancer.html */
export const DeregisterInstancesFromLoadBalancer: Op<"elb", "DeregisterInstancesFromLoadBalancer"> = (cx, input) => {
  const row = balancerOf(cx, input.LoadBalancerName)
  const { enabled, seconds } = drainingOf(row.attributes)
  for (const id of idsOf(input.Instances)) {
    const key = registrationKey(row, id)
    const known = cx.tx.targets.get(key)
    if (!known) instanceAt(cx, id)
    else if (enabled && !known.draining) {
      // controllers/target ends it.
      cx.tx.targets.patch(key, { draining: { since: cx.now, until: cx.now + seconds * 1000 } })
    } else if (!enabled) dropRegistration(cx, key)
  }
  return shown(cx, row)
}

/** Ends a registration at once. */
export const dropRegistration = (cx: Cx, key: string): void => {
  cx.tx.targets.delete(key)
  cx.tx.targetHealth.delete(key)
}

/**
 * Of all that are registered, or of those that are named. AWS: "The state of terminated instances is not returned".
 * https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_DescribeInstanceHealth.html
 */
export const DescribeInstanceHealth: ReadOp<"elb", "DescribeInstanceHealth"> = (cx, input) => {
  const row = balancerOf(cx, input.LoadBalancerName)
  const named = idsOf(input.Instances)
  const all = cx.tx.targets.by("group", keyOf(row)).map(({ id }) => id)
  const ids = named.length > 0 ? named : all
  const states = ids.flatMap((id): InstanceState | [] => {
    const target = cx.tx.targets.get(registrationKey(row, id))
    if (!target) instanceAt(cx, id)
    else if (isGone(cx.tx.instances.get(`${scopeKey(row)}/${id}`))) return []
    const { state, reasonCode, description } = shownInstanceHealth(cx.tx, row, target)
    return { InstanceId: id, State: state, ReasonCode: reasonCode, Description: description }
  })
  return { InstanceStates: states }
}
