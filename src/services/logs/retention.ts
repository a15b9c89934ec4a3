// How long a group keeps its events: PutRetentionPolicy, DeleteRetentionPolicy, and the moment that this gives. Older events
// are never answered; expiry.ts says which of them are to be removed.
import type { Op } from "../../gate/index.ts"
import type { LogGroupRow } from "../../state/index.ts"
import { broken } from "./checks.ts"
import type { LogsPorts } from "./ports.ts"
import { groupKey, groupOf, targetOf } from "./target.ts"

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const allowedDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
]

export const dayMs = 86_400_000

/** Events before this time of the wall are no longer there at `now` of the cloud; 0 when the group keeps all. */
export const keptSince = (group: LogGroupRow, now: number, { wallTime }: LogsPorts): number =>
  group.retentionInDays === undefined ? 0 : Math.floor(wallTime(now - group.retentionInDays * dayMs))

export const PutRetentionPolicy: Op<"logs", "PutRetentionPolicy"> = (cx, input) => {
  const target = targetOf(cx, input)
  const days = input.retentionInDays ?? 0
  if (!allowedDays.includes(days)) {
    throw broken("retentionInDays", days, `Member must satisfy enum value set: [${allowedDays.join(", ")}]`)
  }
  groupOf(cx, target)
  cx.tx.logGroups.patch(groupKey(target), { retentionInDays: days })
  return {}
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteRetentionPolicy.html */
export const DeleteRetentionPolicy: Op<"logs", "DeleteRetentionPolicy"> = (cx, input) => {
  const target = targetOf(cx, input)
  groupOf(cx, target)
  cx.tx.logGroups.patch(groupKey(target), { retentionInDays: undefined })
  return {}
}
