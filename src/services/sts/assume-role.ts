// AssumeRole: a session of a role, for whom its trust policy names.
import type { Authorise, Input, Op, ReadCx } from "../../gate/index.ts"
import { Fault, fault } from "../../kernel/index.ts"
import type { IamRoleRow } from "../../state/index.ts"
import { checkInput } from "./checks.ts"
import { mint } from "./mint.ts"
import { refuseMfa, refuseSessionCaller } from "./refusals.ts"
import { newLimits, transitiveTags } from "./session-limits.ts"

type Asked = Input<"sts", "AssumeRole">

/** Seconds: what a session lasts when nobody says, and the most that one may that was begun by another session of a role. */
const hour = 3600

const roleAt = ({ tx }: Pick<ReadCx, "tx">, { RoleArn = "" }: Asked): IamRoleRow | undefined =>
  tx.iamRoles.first("arn", RoleArn)

/** LocalStack's recordings: whatever has five colons is an ARN here. */
const isArn = (text: string): boolean => /^arn:[^:]+:[^:]+:[^:]*:[^:]*:[^:]+$/.test(text)

/**
 * The trust policy decides, with the caller's own policies where it names the account. A role that is not there is refused
 * in the same words as one that does not trust the caller.
 */
export const authoriseAssumeRole: Authorise<Asked> = (cx, input) => {
  const { RoleArn = "" } = input
  // What names no role has no trust policy to ask: whoever may assume roles at all is told what is wrong with it.
  if (!isArn(RoleArn)) return [{ action: "sts:AssumeRole", resources: [RoleArn] }]
  if (cx.caller.kind === "federated") refuseSessionCaller("AssumeRole")
  const inherited = transitiveTags(cx.caller.session)
  const tags = [...(input.Tags ?? []).map(({ Key = "", Value = "" }) => ({ key: Key, value: Value })), ...inherited]
  const identity = input.SourceIdentity ?? cx.caller.session?.sourceIdentity
  const conditions = {
    "sts:RoleSessionName": input.RoleSessionName ?? "",
    ...(input.DurationSeconds !== undefined && { "sts:DurationSeconds": String(input.DurationSeconds) }),
    ...(input.ExternalId !== undefined && { "sts:ExternalId": input.ExternalId }),
    ...(identity !== undefined && { "sts:SourceIdentity": identity }),
    ...(tags.length > 0 && {
      ...Object.fromEntries(tags.map(({ key, value }) => [`aws:RequestTag/${key}`, value])),
      "aws:TagKeys": tags.map(({ key }) => key),
      "sts:TransitiveTagKeys": [...(input.TransitiveTagKeys ?? []), ...inherited.map(({ key }) => key)],
    }),
  }
  const actions = [
    "sts:AssumeRole",
    ...(tags.length > 0 ? ["sts:TagSession"] : []),
    ...(identity !== undefined ? ["sts:SetSourceIdentity"] : []),
  ]
  const role = roleAt(cx, input)
  return actions.map((action) => ({
    action,
    resources: [RoleArn],
    conditions,
    about: () => ({ tags: role?.tags ?? [] }),
    policyOf: () => role?.trust ?? '{"Version":"2012-10-17","Statement":[]}',
    trust: true,
  }))
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
export const AssumeRole: Op<"sts", "AssumeRole"> = (cx, input) => {
  checkInput(input)
  if (!isArn(input.RoleArn ?? "")) throw fault("ValidationError", `${input.RoleArn} is invalid`)
  const role = roleAt(cx, input)
  // Refused above already, by the trust policy that is not there.
  if (!role) throw new Fault("AccessDenied", `Role ${input.RoleArn} cannot be assumed.`, { status: 403 })
  if (input.SerialNumber !== undefined || input.TokenCode !== undefined) refuseMfa()
  if (input.ProvidedContexts?.length)
    throw fault("ValidationError", "Roadstead has no context providers: ProvidedContexts must be empty.")
  const chained = cx.caller.kind === "role"
  const seconds = input.DurationSeconds ?? hour
  if (chained && seconds > hour)
    throw fault(
      "ValidationError",
      "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
    )
  if (seconds > role.maxSessionDuration)
    throw fault("ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
  const before = cx.caller.session?.sourceIdentity
  if (before !== undefined && input.SourceIdentity !== undefined && input.SourceIdentity !== before)
    // text from memory
    throw fault("ValidationError", "The source identity of a session cannot be changed by role chaining.")
  const sourceIdentity = input.SourceIdentity ?? before
  const { limits, packed } = newLimits(cx, role.account, input, transitiveTags(cx.caller.session))
  const sessionName = input.RoleSessionName ?? ""
  const Credentials = mint(
    cx,
    role.account,
    {
      kind: "role",
      roleArn: role.arn,
      roleId: role.id,
      sessionName,
      ...(chained && { chained }),
      ...(sourceIdentity !== undefined && { sourceIdentity }),
      ...limits,
    },
    seconds,
  )
  return {
    Credentials,
    AssumedRoleUser: {
      AssumedRoleId: `${role.id}:${sessionName}`,
      Arn: `arn:aws:sts::${role.account}:assumed-role/${role.name}/${sessionName}`,
    },
    ...(packed !== undefined && { PackedPolicySize: packed }),
    ...(sourceIdentity !== undefined && { SourceIdentity: sourceIdentity }),
  }
}
