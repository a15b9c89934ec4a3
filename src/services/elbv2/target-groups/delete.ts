// DeleteTargetGroup. Its registrations and what was seen of them go with it.
import type { Op } from "../../../gate/index.ts"
import { fault } from "../../../kernel/index.ts"
import { loadBalancersOf, targetKey } from "../../../state/index.ts"
import { checkArn } from "../find.ts"

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteTargetGroup.html */
export const DeleteTargetGroup: Op<"elbv2", "DeleteTargetGroup"> = (cx, { TargetGroupArn: arn = "" }) => {
  checkArn(cx.scope, "target group", arn)
  // As AWS: what is not there needs no deleting.
  if (!cx.tx.targetGroups.has(arn)) return {}
  if (loadBalancersOf(cx.tx, arn).length > 0)
    throw fault("ResourceInUse", `Target group '${arn}' is currently in use by a listener or a rule`)
  for (const { id, port } of cx.tx.targets.by("group", arn)) {
    cx.tx.targets.delete(targetKey(arn, id, port))
    cx.tx.targetHealth.delete(targetKey(arn, id, port))
  }
  cx.tx.targetGroups.delete(arn)
  return {}
}
