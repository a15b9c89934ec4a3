// Roles that a service of AWS acts as: whether the role is there and its trust policy lets the service assume it. What the
// session may do then is decided at each of its requests.
import { formatGlobalArn, parseArn } from "../kernel/index.ts"
import { compilePolicy, contextOf, evaluate } from "../policy/index.ts"
import { type IamRoleRow, iamKey, type View } from "../state/index.ts"

/** Who asks, and for what of the account. */
export interface Assumption {
  /** `ecs-tasks.amazonaws.com`. */
  readonly service: string
  /** `aws:SourceArn`; its account is `aws:SourceAccount`. */
  readonly sourceArn: string
  /** Milliseconds of the wall clock. */
  readonly now: number
}

/** The role, or its ARN and why the service cannot be it. */
export type Assumable = { readonly role: IamRoleRow } | { readonly why: "missing" | "untrusted"; readonly arn: string }

/** The role of an account by name or ARN, if the service may assume it. Roles of other accounts are never handed to a service. */
export const assumableRole = (view: View, account: string, named: string, asked: Assumption): Assumable => {
  const arn = named.startsWith("arn:") ? named : formatGlobalArn("iam", account, `role/${named}`)
  const role = named.startsWith("arn:") ? view.iamRoles.first("arn", named) : view.iamRoles.get(iamKey(account, named))
  if (role?.account !== account) return { why: "missing", arn }
  return trusts(role, asked) ? { role } : { why: "untrusted", arn: role.arn }
}

// Which keys there are: "The request context" of a service, reference_policies_condition-keys of the IAM user guide.
const trusts = (role: IamRoleRow, { service, sourceArn, now }: Assumption): boolean =>
  evaluate({
    requester: { account: role.account, arn: service, service },
    policies: { identity: [] },
    action: "sts:AssumeRole",
    resource: role.arn,
    resourcePolicy: compilePolicy(role.trust),
    trust: true,
    context: contextOf({
      "aws:SourceArn": sourceArn,
      "aws:SourceAccount": parseArn(sourceArn)?.account,
      "aws:PrincipalIsAWSService": "true",
      "aws:PrincipalServiceName": service,
      "aws:PrincipalServiceNamesList": [service],
      "aws:PrincipalType": "Service",
      "aws:ViaAWSService": "false",
      "aws:SecureTransport": "true",
      "aws:CurrentTime": new Date(now).toISOString(),
      "aws:EpochTime": String(Math.floor(now / 1000)),
    }),
  }).allowed
