// The policies that a simulation evaluates: those of a user, group or role, and those that the request brings.
import type { ReadCx } from "../../../gate/index.ts"
import { type Fault, fault, parseArn } from "../../../kernel/index.ts"
import { parsePolicy } from "../../../policy/index.ts"
import { type IamIdentity, managedPolicyDocument } from "../../../state/index.ts"

/** A document and what AWS calls it in an answer. */
export interface SourcePolicy {
  readonly id: string
  readonly text: string
}

export interface PolicySource {
  readonly kind: "user" | "group" | "role"
  readonly id: string
  readonly arn: string
  readonly policies: readonly SourcePolicy[]
  /** The document of its permissions boundary. */
  readonly boundary?: string
}

/** `PolicyInputList.1`, … of a request. Throws for what is no policy. */
export const readInputs = (name: string, texts: readonly string[] | undefined): readonly SourcePolicy[] =>
  (texts ?? []).map((text, i) => {
    const parsed = parsePolicy(text)
    // text from memory
    if (!parsed.ok)
      throw fault("InvalidInput", `Invalid Input: ${name}.${i + 1} is not a valid policy. ${parsed.message}`)
    return { id: `${name}.${i + 1}`, text }
  })

/** The policies of a user with its groups, of a group, or of a role. */
export const policiesOfSource = (cx: Pick<ReadCx, "tx" | "scope">, arn: string): PolicySource => {
  const { tx, scope } = cx
  const parsed = parseArn(arn)
  if (parsed?.service !== "iam") throw invalidArn(arn)
  const user = tx.iamUsers.first("arn", arn)
  const role = tx.iamRoles.first("arn", arn)
  const group = tx.iamGroups.first("arn", arn)
  const found = user ?? role ?? group
  if (!found || found.account !== scope.account) throw missing(parsed.resource)
  const of = (kind: PolicySource["kind"], holder: IamIdentity): SourcePolicy[] => [
    ...holder.inline.map(({ name, document }) => ({ id: `${kind}_${holder.name}_${name}`, text: document })),
    ...holder.attached.flatMap((policy) => {
      const text = managedPolicyDocument(tx, policy)
      return text === undefined ? [] : { id: policy.slice(policy.lastIndexOf("/") + 1), text }
    }),
  ]
  const kind = user ? "user" : role ? "role" : "group"
  const groups = (user?.groups ?? []).flatMap((key) => {
    const each = tx.iamGroups.get(key)
    return each ? of("group", each) : []
  })
  const bound = user?.boundary ?? role?.boundary
  const boundary = bound === undefined ? undefined : (managedPolicyDocument(tx, bound) ?? "{}")
  return {
    kind,
    id: found.id,
    arn,
    policies: [...of(kind, found), ...groups],
    ...(boundary !== undefined && { boundary }),
  }
}

/** LocalStack's recordings have this text for anything that is no ARN of IAM. */
const invalidArn = (arn: string): Fault =>
  parseArn(arn)
    ? fault("InvalidInput", `Invalid Entity Arn: ${arn} does not clearly define entity type and name.`)
    : fault("ValidationError", "Invalid ARN:  Could not be parsed!")

const missing = (resource: string): Fault => {
  const [kind = "entity", ...path] = resource.split("/")
  return fault("NoSuchEntity", `The ${kind} with name ${path.at(-1) ?? ""} cannot be found.`)
}
