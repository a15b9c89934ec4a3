// RegisterTargets and DeregisterTargets. A target that is deregistered while its group is used drains for the delay of the
// group; controllers/target ends that.
import type { TargetDescription } from "@aws-sdk/client-elastic-load-balancing-v2"
import type { Cx, Op } from "../../../gate/index.ts"
import { fault, notImplemented } from "../../../kernel/index.ts"
import { loadBalancersOf, shownTargetHealth, type TargetGroupRow, targetKey } from "../../../state/index.ts"
import { checkPort, invalid } from "../checks.ts"
import { targetGroupAt } from "../find.ts"
import { limits } from "../limits.ts"
import { checkBalancersCapacity } from "./capacity.ts"
import { checkId, zonesOfTargets } from "./place.ts"

const checkForm = (targets: readonly TargetDescription[]): void => {
  // text from memory
  if (targets.length === 0) throw invalid("At least one target must be specified")
  for (const [i, { Port, QuicServerId }] of targets.entries()) {
    checkPort(`targets.${i + 1}.member.port`, Port)
    if (QuicServerId !== undefined) throw notImplemented("elbv2", "RegisterTargets with a QuicServerId")
  }
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RegisterTargets.html */
export const RegisterTargets: Op<"elbv2", "RegisterTargets"> = (cx, { TargetGroupArn: arn, Targets: targets = [] }) => {
  checkForm(targets)
  const group = targetGroupAt(cx, arn)
  for (const { Id = "" } of targets) checkId(group, Id)
  const zones = zonesOfTargets(cx, group, targets)
  const before = cx.tx.targets.count("group", group.arn)
  for (const [i, { Id: id = "", Port: port = group.port }] of targets.entries()) register(cx, group, id, port, zones[i])
  checkCapacity(cx, group, before)
  return {}
}

const register = (cx: Cx, group: TargetGroupRow, id: string, port: number, zone: string | undefined): void => {
  const key = targetKey(group.arn, id, port)
  const old = cx.tx.targets.get(key)
  if (!old) {
    const { account, region } = cx.scope
    const row = { account, region, groupArn: group.arn, id, port, registeredAt: cx.now }
    cx.tx.targets.insert({ ...row, ...(zone !== undefined && { zone }) })
  } else if (old.draining) {
    // Registered again: it takes traffic as if it were new, and how it was says nothing of how it is.
    cx.tx.targets.patch(key, { draining: undefined, registeredAt: cx.now, zone })
    cx.tx.targetHealth.delete(key)
  } else if (old.zone !== zone) cx.tx.targets.patch(key, { zone })
}

/** A request that goes beyond a quota registers nothing: the transaction is undone. */
const checkCapacity = (cx: Cx, group: TargetGroupRow, before: number): void => {
  const count = cx.tx.targets.count("group", group.arn)
  if (count <= before) return
  const most = group.targetType === "alb" ? 1 : limits.targetsPerGroup
  // text from memory
  if (count > most) throw fault("TooManyTargets", `The maximum number of targets per target group is '${most}'`)
  for (const balancer of loadBalancersOf(cx.tx, group.arn)) checkBalancersCapacity(cx, balancer)
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeregisterTargets.html */
export const DeregisterTargets: Op<"elbv2", "DeregisterTargets"> = (
  cx,
  { TargetGroupArn: arn, Targets: targets = [] },
) => {
  checkForm(targets)
  const group = targetGroupAt(cx, arn)
  for (const { Id = "" } of targets) checkId(group, Id)
  const delay = 1000 * Number(group.attributes["deregistration_delay.timeout_seconds"] ?? 300)
  for (const { Id: id = "", Port: port = group.port } of targets) {
    const key = targetKey(group.arn, id, port)
    const row = cx.tx.targets.get(key)
    // "If the specified target does not exist, the action returns successfully." One that drains goes on draining.
    if (!row || row.draining) continue
    // What gets no traffic has nothing to finish.
    if (delay > 0 && shownTargetHealth(cx.tx, row).state !== "unused")
      cx.tx.targets.patch(key, { draining: { since: cx.now, until: cx.now + delay } })
    else {
      cx.tx.targets.delete(key)
      cx.tx.targetHealth.delete(key)
    }
  }
  return {}
}
