// The ARNs of IAM's things: how they are put together, and how a request's are read.
import { type Fault, fault, formatGlobalArn, parseArn } from "../../kernel/index.ts"
import { awsManagedPolicies, type View } from "../../state/index.ts"

export type Kind = "user" | "group" | "role" | "instance-profile" | "policy"

/** `arn:aws:iam::123456789012:role/path/name`. */
export const arnOf = (kind: Kind, account: string, path: string, name: string): string =>
  formatGlobalArn("iam", account, `${kind}${path}${name}`)

/** Throws for an ARN that is no managed policy's. */
export const checkPolicyArn = (arn: string): void => {
  const parsed = parseArn(arn)
  if (parsed?.service !== "iam" || !/^policy(\/[\u0021-\u007e]*)?\/[\w+=,.@-]+$/.test(parsed.resource))
    throw fault("InvalidInput", `ARN ${arn} is not valid.`)
}

/** Whether a managed policy is one that `account` can use: its own, or AWS's. */
export const policyExists = (view: View, account: string, arn: string): boolean =>
  awsManagedPolicies().has(arn) || view.iamPolicies.first("arn", arn)?.account === account

export const notAttachable = (arn: string): Fault =>
  fault("NoSuchEntity", `Policy ${arn} does not exist or is not attachable.`)
