// Which key a group is said to be encrypted with: AssociateKmsKey, DisassociateKmsKey. The key is kept and described; nothing
// is encrypted with it (docs/parity.md).
import type { Op, ReadCx } from "../../gate/index.ts"
import { Fault, fault } from "../../kernel/index.ts"
import { atMost } from "./checks.ts"
import { groupKey, groupOf, type Target, targetOf } from "./target.ts"

/** How both operations name what the key is for. */
interface Naming {
  readonly logGroupName?: string | undefined
  readonly resourceIdentifier?: string | undefined
}

/** The group that is meant; a key for the results of queries is not taken, as there are no queries. */
export const keyTarget = (cx: ReadCx, { logGroupName, resourceIdentifier }: Naming): Target => {
  if ((logGroupName === undefined) === (resourceIdentifier === undefined)) {
    // Text from memory.
    throw fault("InvalidParameterException", "Exactly one of logGroupName and resourceIdentifier must be specified.")
  }
  if (resourceIdentifier === undefined) return targetOf(cx, { logGroupName })
  if (/:query-result:/.test(resourceIdentifier)) {
    throw new Fault("NotImplemented", "Roadstead has no results of CloudWatch Logs Insights to encrypt.", {
      status: 501,
    })
  }
  return targetOf(cx, { logGroupIdentifier: resourceIdentifier })
}

/** AWS: "Maximum length of 256". */
export const kmsKey = (key: string): string => atMost("kmsKeyId", key, 256)

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_AssociateKmsKey.html */
export const AssociateKmsKey: Op<"logs", "AssociateKmsKey"> = (cx, input) => {
  const target = keyTarget(cx, input)
  const kmsKeyId = kmsKey(input.kmsKeyId ?? "")
  groupOf(cx, target)
  cx.tx.logGroups.patch(groupKey(target), { kmsKeyId })
  return {}
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DisassociateKmsKey.html */
export const DisassociateKmsKey: Op<"logs", "DisassociateKmsKey"> = (cx, input) => {
  const target = keyTarget(cx, input)
  groupOf(cx, target)
  cx.tx.logGroups.patch(groupKey(target), { kmsKeyId: undefined })
  return {}
}
