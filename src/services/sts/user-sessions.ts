// Sessions of users and of the root: GetSessionToken and GetFederationToken.
import type { Authorise, Input, Op } from "../../gate/index.ts"
import { type Caller, formatGlobalArn } from "../../kernel/index.ts"
import type { KeyPrincipal } from "../../state/index.ts"
import { checkInput } from "./checks.ts"
import { mint } from "./mint.ts"
import { refuseMfa, refuseSessionCaller } from "./refusals.ts"
import { newLimits } from "./session-limits.ts"

/** Seconds: the most for users, what is usual, and the most for a root whatever it asks for. */
const longest = 129_600
const usual = 43_200
const rootLongest = 3600

const secondsFor = ({ kind }: Caller, asked = usual): number => (kind === "root" ? Math.min(asked, rootLongest) : asked)

/** Only the key for good of a user or a root: no session begins another of this kind. */
const refuseOthers = (operation: string, { kind, session }: Caller): void => {
  if (session || (kind !== "user" && kind !== "root")) refuseSessionCaller(operation)
}

/** Needs no permission, as on AWS. */
export const authoriseSessionToken: Authorise<Input<"sts", "GetSessionToken">> = (cx) => {
  refuseOthers("GetSessionToken", cx.caller)
  return []
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html */
export const GetSessionToken: Op<"sts", "GetSessionToken"> = (cx, input) => {
  checkInput(input, longest)
  if (input.SerialNumber !== undefined || input.TokenCode !== undefined) refuseMfa()
  const { caller } = cx
  const principal: KeyPrincipal =
    caller.kind === "user" ? { kind: "user", userId: caller.userId ?? "" } : { kind: "root" }
  return { Credentials: mint(cx, caller.account, principal, secondsFor(caller, input.DurationSeconds)) }
}

const federatedArn = (account: string, name: string): string =>
  formatGlobalArn("sts", account, `federated-user/${name}`)

export const authoriseFederationToken: Authorise<Input<"sts", "GetFederationToken">> = (cx, input) => {
  refuseOthers("GetFederationToken", cx.caller)
  const resources = [federatedArn(cx.caller.account, input.Name ?? "")]
  const tags = input.Tags ?? []
  const conditions = {
    ...Object.fromEntries(tags.map(({ Key, Value }) => [`aws:RequestTag/${Key}`, Value ?? ""])),
    ...(tags.length > 0 && { "aws:TagKeys": tags.map(({ Key }) => Key ?? "") }),
  }
  const actions = ["sts:GetFederationToken", ...(tags.length > 0 ? ["sts:TagSession"] : [])]
  return actions.map((action) => ({ action, resources, conditions }))
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html */
export const GetFederationToken: Op<"sts", "GetFederationToken"> = (cx, input) => {
  checkInput(input, longest)
  const { caller } = cx
  const { Name: name = "" } = input
  const { limits, packed = 0 } = newLimits(cx, caller.account, input)
  const user = caller.userId === undefined ? {} : { userId: caller.userId }
  return {
    Credentials: mint(
      cx,
      caller.account,
      { kind: "federated", name, ...user, ...limits },
      secondsFor(caller, input.DurationSeconds),
    ),
    FederatedUser: { FederatedUserId: `${caller.account}:${name}`, Arn: federatedArn(caller.account, name) },
    PackedPolicySize: packed,
  }
}
