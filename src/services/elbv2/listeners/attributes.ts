// DescribeListenerAttributes and ModifyListenerAttributes.
import type { Op, ReadOp } from "../../../gate/index.ts"
import type { ListenerRow } from "../../../state/index.ts"
import { shownAttributes, withAttributes } from "../attributes/attributes.ts"
import { attributesOfListener, isListenerAttribute } from "../attributes/of-listeners.ts"
import { invalid, misconfigured } from "../checks.ts"
import { listenerAt } from "../find.ts"

/** Texts from memory, after those of load balancers. */
const refuse =
  ({ protocol }: ListenerRow) =>
  (key: string) =>
    isListenerAttribute(key)
      ? misconfigured(`Listener attribute key '${key}' is not supported on listeners with protocol '${protocol}'`)
      : invalid(`Listener attribute key '${key}' is not recognized`)

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyListenerAttributes.html */
export const ModifyListenerAttributes: Op<"elbv2", "ModifyListenerAttributes"> = (cx, input) => {
  const row = listenerAt(cx, input.ListenerArn)
  const all = attributesOfListener(row)
  const attributes = withAttributes(all, row, input.Attributes, refuse(row))
  return { Attributes: shownAttributes(all, cx.tx.listeners.patch(row.arn, { attributes })) }
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeListenerAttributes.html */
export const DescribeListenerAttributes: ReadOp<"elbv2", "DescribeListenerAttributes"> = (cx, input) => {
  const row = listenerAt(cx, input.ListenerArn)
  return { Attributes: shownAttributes(attributesOfListener(row), row) }
}
