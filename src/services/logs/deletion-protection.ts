// Groups that cannot be deleted until somebody says so: PutLogGroupDeletionProtection, and what it refuses.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogGroupDeletionProtection.html
import type { Op } from "../../gate/index.ts"
import { fault } from "../../kernel/index.ts"
import type { LogGroupRow } from "../../state/index.ts"
import { groupKey, groupOf, targetOf } from "./target.ts"

export const PutLogGroupDeletionProtection: Op<"logs", "PutLogGroupDeletionProtection"> = (cx, input) => {
  const target = targetOf(cx, { logGroupIdentifier: input.logGroupIdentifier })
  groupOf(cx, target)
  cx.tx.logGroups.patch(groupKey(target), { deletionProtected: input.deletionProtectionEnabled || undefined })
  return {}
}

/** Throws when the group, and with it its streams, must stay. */
export const checkDeletable = (group: LogGroupRow): void => {
  if (!group.deletionProtected) return
  // Text from memory; the code is in AWS's model.
  throw fault("ValidationException", `Deletion protection is enabled for log group ${group.name}. Disable it first.`)
}
