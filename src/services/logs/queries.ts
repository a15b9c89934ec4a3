// Logs Insights: queries cannot be started (NotImplemented), so there are none to describe.
import type { ReadOp } from "../../gate/index.ts"
import { groupOf, targetOf } from "./target.ts"

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeQueries.html */
export const DescribeQueries: ReadOp<"logs", "DescribeQueries"> = (cx, input) => {
  if (input.logGroupName !== undefined) groupOf(cx, targetOf(cx, input))
  return { queries: [] }
}
