// DeleteListener, and what goes with a listener.
import type { Cx, Op } from "../../../gate/index.ts"
import type { ListenerRow } from "../../../state/index.ts"
import { listenerAt } from "../find.ts"

/** Removes a listener with its rules. */
export const removeListener = (cx: Cx, listener: ListenerRow): void => {
  for (const rule of cx.tx.listenerRules.by("listener", listener.arn)) cx.tx.listenerRules.delete(rule.arn)
  cx.tx.listeners.delete(listener.arn)
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteListener.html */
export const DeleteListener: Op<"elbv2", "DeleteListener"> = (cx, { ListenerArn: arn }) => {
  removeListener(cx, listenerAt(cx, arn))
  return {}
}
