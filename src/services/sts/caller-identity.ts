// Who the caller is: GetCallerIdentity.
import type { Caller, ReadOp } from "../../gate/index.ts"

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
export const GetCallerIdentity: ReadOp<"sts", "GetCallerIdentity"> = (cx) => ({
  Account: cx.caller.account,
  Arn: cx.caller.arn,
  UserId: userIdOf(cx.caller),
})

/**
 * The unique id that AWS gives a principal: of an account's root the account itself, of a user its id, of an assumed role
 * the role's id and the session's name. A machine has no role of its own, so its ARN's names stand for them.
 */
const userIdOf = (caller: Caller): string => {
  if (caller.principalId !== undefined) return caller.principalId
  if (caller.kind === "root") return caller.account
  const [, ...name] = caller.arn.slice(caller.arn.lastIndexOf(":") + 1).split("/")
  return name.join(":") || caller.account
}
