// Subscription filters: there are none, and that is what is described. To put one is refused (NotImplemented): there is no
// stream, function or queue here yet that log events could be sent to.
import type { ReadOp } from "../../gate/index.ts"
import { filterName, limitOf } from "./checks.ts"
import { groupOf, targetOf } from "./target.ts"

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeSubscriptionFilters.html */
export const DescribeSubscriptionFilters: ReadOp<"logs", "DescribeSubscriptionFilters"> = (cx, input) => {
  if (input.filterNamePrefix !== undefined) filterName(input.filterNamePrefix, "filterNamePrefix")
  limitOf(input.limit, 50)
  groupOf(cx, targetOf(cx, input))
  return { subscriptionFilters: [] }
}
