// Finds managed policies by ARN: an account's own, which it may change, and AWS's, which it may not.
import type { ReadCx } from "../../../gate/index.ts"
import { Fault, fault } from "../../../kernel/index.ts"
import { type AwsManagedPolicy, awsManagedPolicies, type IamPolicyRow } from "../../../state/index.ts"
import { checkPolicyArn } from "../arns.ts"
import { type About, resourceTags } from "../operation.ts"

type At = Pick<ReadCx, "tx" | "scope">

const missing = (arn: string) => fault("NoSuchEntity", `Policy ${arn} was not found.`)

/** One of either kind. */
export type Found =
  | { readonly kind: "own"; readonly policy: IamPolicyRow }
  | { readonly kind: "aws"; readonly policy: AwsManagedPolicy }

export const policyAt = ({ tx, scope }: At, arn = ""): Found => {
  checkPolicyArn(arn)
  const aws = awsManagedPolicies().get(arn)
  if (aws) return { kind: "aws", policy: aws }
  const own = tx.iamPolicies.first("arn", arn)
  if (!own || own.account !== scope.account) throw missing(arn)
  return { kind: "own", policy: own }
}

/** A policy that the account may change. */
export const ownPolicyAt = (cx: At, arn = ""): IamPolicyRow => {
  checkPolicyArn(arn)
  // AWS's words for the policies of AWS and of other accounts.
  if (!arn.startsWith(`arn:aws:iam::${cx.scope.account}:`))
    throw new Fault("AccessDenied", "Policy is outside your own account.", { status: 403 })
  const found = policyAt(cx, arn)
  if (found.kind === "aws") throw missing(arn)
  return found.policy
}

/** What a request is about that names a policy. */
export const aboutPolicy = ({ tx }: At, arn = "", conditions: About["conditions"] = {}): About => ({
  resources: [arn],
  conditions: { ...resourceTags(tx.iamPolicies.first("arn", arn)?.tags), ...conditions },
})
