// From a name to the load balancer, and the registrations of its instances.
import type { ReadCx } from "../../gate/index.ts"
import { fault } from "../../kernel/index.ts"
import { type ClassicLoadBalancerRow, classicKey, type TargetRow, targetKey } from "../../state/index.ts"

/** The load balancer that an operation is about. The text is AWS's, as moto's tests have it. */
export const balancerOf = (cx: ReadCx, name: string | undefined): ClassicLoadBalancerRow => {
  const row = cx.tx.classicLoadBalancers.get(classicKey(cx.scope, name ?? ""))
  if (!row) throw fault("LoadBalancerNotFound", `There is no ACTIVE Load Balancer named '${name ?? ""}'`)
  return row
}

export const keyOf = (row: ClassicLoadBalancerRow): string => classicKey(row, row.name)

/** In the order in which they were registered; those that drain are no longer registered. */
export const registeredIn = (cx: ReadCx, row: ClassicLoadBalancerRow): readonly TargetRow[] =>
  cx.tx.targets.by("group", keyOf(row)).filter(({ draining }) => !draining)

/** The key of an instance's registration. */
export const registrationKey = (row: ClassicLoadBalancerRow, instanceId: string): string =>
  targetKey(keyOf(row), instanceId, 0)
