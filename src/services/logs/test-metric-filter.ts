// TestMetricFilter: which of some messages a pattern matches, and what it would take from them. Touches no record.
import type { ReadOp } from "../../gate/index.ts"
import { atMost, broken, checkCount } from "./checks.ts"
import { filterPatternOf, longestPattern } from "./filter-pattern/index.ts"

/** AWS: "Maximum number of 50 items". */
const mostMessages = 50

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TestMetricFilter.html */
export const TestMetricFilter: ReadOp<"logs", "TestMetricFilter"> = (_cx, input) => {
  const messages = input.logEventMessages ?? []
  checkCount("logEventMessages", messages, 1, mostMessages)
  for (const [i, message] of messages.entries()) {
    if (message === "") {
      throw broken(`logEventMessages.${i + 1}.member`, "", "Member must have length greater than or equal to 1")
    }
  }
  const text = atMost("filterPattern", input.filterPattern ?? "", longestPattern)
  const { matches, extract } = filterPatternOf(text, "metric filter pattern")
  return {
    matches: messages.flatMap((eventMessage, i) =>
      matches(eventMessage)
        ? // AWS's page counts from 0; AWS itself was observed to count from 1.
          [{ eventNumber: i + 1, eventMessage, extractedValues: { ...extract(eventMessage) } }]
        : [],
    ),
  }
}
