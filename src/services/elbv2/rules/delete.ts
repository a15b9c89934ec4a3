// DeleteRule.
import type { Op } from "../../../gate/index.ts"
import { fault } from "../../../kernel/index.ts"
import { ruleAt } from "../find.ts"

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteRule.html */
export const DeleteRule: Op<"elbv2", "DeleteRule"> = (cx, { RuleArn: arn }) => {
  const found = ruleAt(cx, arn)
  // Text of field reports.
  if ("defaultOf" in found) throw fault("OperationNotPermitted", `Default rule '${arn}' cannot be deleted`)
  cx.tx.listenerRules.delete(found.rule.arn)
  return {}
}
