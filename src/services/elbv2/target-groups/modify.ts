// ModifyTargetGroup: the health check. Everything else of a target group never changes.
import type { Op } from "../../../gate/index.ts"
import { targetGroupAt } from "../find.ts"
import { shownTargetGroup } from "./describe.ts"
import { checkForm, healthCheckFor } from "./health-check.ts"

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyTargetGroup.html */
export const ModifyTargetGroup: Op<"elbv2", "ModifyTargetGroup"> = (cx, input) => {
  checkForm(input)
  const row = targetGroupAt(cx, input.TargetGroupArn)
  const healthCheck = healthCheckFor(row, input, row.healthCheck)
  return { TargetGroups: [shownTargetGroup(cx, cx.tx.targetGroups.patch(row.arn, { healthCheck }))] }
}
