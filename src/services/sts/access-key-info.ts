// Whose an access key is: GetAccessKeyInfo.
import type { ReadOp } from "../../gate/index.ts"
import { fault } from "../../kernel/index.ts"
import { accountOfKey } from "../../state/index.ts"
import { checkInput } from "./checks.ts"

/** The account of a key, of one that was never made too: it can be read from the id. */
export const GetAccessKeyInfo: ReadOp<"sts", "GetAccessKeyInfo"> = (cx, input) => {
  checkInput(input)
  const { AccessKeyId = "" } = input
  const account = cx.tx.accessKeys.get(AccessKeyId)?.account ?? accountOfKey(AccessKeyId)
  // text from memory
  if (account === undefined) throw fault("ValidationError", "Invalid AccessKeyId")
  return { Account: account }
}
