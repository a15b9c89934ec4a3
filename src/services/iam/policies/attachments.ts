// Managed policies on users, groups and roles: attached, detached, listed, and asked for from the policy's side.
import type { Cx, ReadCx } from "../../../gate/index.ts"
import { fault } from "../../../kernel/index.ts"
import { checkPolicyArn, notAttachable, policyExists } from "../arns.ts"
import { aboutNamed, roleNamed } from "../find.ts"
import { changeHolder, type HolderKind, holderNamed, kinds } from "../holders.ts"
import { type About, changing, type Part, reading } from "../operation.ts"
import { pageInOrder } from "../pages.ts"
import { checkUnlinked } from "../roles/protected.ts"
import { attachedShape } from "../shapes.ts"

const attach = (cx: Cx, kind: HolderKind, name: string | undefined, arn = "") => {
  checkPolicyArn(arn)
  const holder = holderNamed(cx, kind, name)
  if (kind === "role") checkUnlinked(roleNamed(cx, name))
  if (!policyExists(cx.tx, cx.scope.account, arn)) throw notAttachable(arn)
  if (arn.startsWith("arn:aws:iam::aws:policy/aws-service-role/"))
    throw fault("PolicyNotAttachable", "Cannot attach a Service Role Policy to a Customer Role.")
  if (holder.attached.includes(arn)) return {}
  const { noun, attachments } = kinds[kind]
  if (holder.attached.length >= attachments)
    throw fault("LimitExceeded", `Cannot exceed quota for PoliciesPer${noun}: ${attachments}`)
  changeHolder(cx, kind, holder, { attached: [...holder.attached, arn] })
  return {}
}

const detach = (cx: Cx, kind: HolderKind, name: string | undefined, arn = "") => {
  checkPolicyArn(arn)
  const holder = holderNamed(cx, kind, name)
  if (kind === "role") checkUnlinked(roleNamed(cx, name))
  if (!holder.attached.includes(arn)) throw fault("NoSuchEntity", `Policy ${arn} was not found.`)
  changeHolder(cx, kind, holder, { attached: holder.attached.filter((other) => other !== arn) })
  return {}
}

interface ListInput {
  readonly PathPrefix?: string | undefined
  readonly Marker?: string | undefined
  readonly MaxItems?: number | undefined
}

const listAttached = (cx: ReadCx, kind: HolderKind, name: string | undefined, input: ListInput) => {
  const { attached } = holderNamed(cx, kind, name)
  const prefix = input.PathPrefix ?? "/"
  const found = attached.filter((arn) => arn.slice(arn.indexOf(":policy/") + ":policy".length).startsWith(prefix))
  const { rows, frame } = pageInOrder(found, input)
  return { AttachedPolicies: rows.map(attachedShape), ...frame }
}

const withPolicy = (cx: ReadCx, kind: HolderKind, name: string | undefined, arn: string | undefined): About =>
  aboutNamed(cx, kind, name, { "iam:PolicyARN": arn ?? "" })

export const attachmentOperations: Part = {
  AttachUserPolicy: changing(
    "AttachUserPolicy",
    (cx, input) => attach(cx, "user", input.UserName, input.PolicyArn),
    (cx, input) => withPolicy(cx, "user", input.UserName, input.PolicyArn),
  ),
  AttachGroupPolicy: changing(
    "AttachGroupPolicy",
    (cx, input) => attach(cx, "group", input.GroupName, input.PolicyArn),
    (cx, input) => withPolicy(cx, "group", input.GroupName, input.PolicyArn),
  ),
  AttachRolePolicy: changing(
    "AttachRolePolicy",
    (cx, input) => attach(cx, "role", input.RoleName, input.PolicyArn),
    (cx, input) => withPolicy(cx, "role", input.RoleName, input.PolicyArn),
  ),
  DetachUserPolicy: changing(
    "DetachUserPolicy",
    (cx, input) => detach(cx, "user", input.UserName, input.PolicyArn),
    (cx, input) => withPolicy(cx, "user", input.UserName, input.PolicyArn),
  ),
  DetachGroupPolicy: changing(
    "DetachGroupPolicy",
    (cx, input) => detach(cx, "group", input.GroupName, input.PolicyArn),
    (cx, input) => withPolicy(cx, "group", input.GroupName, input.PolicyArn),
  ),
  DetachRolePolicy: changing(
    "DetachRolePolicy",
    (cx, input) => detach(cx, "role", input.RoleName, input.PolicyArn),
    (cx, input) => withPolicy(cx, "role", input.RoleName, input.PolicyArn),
  ),
  ListAttachedUserPolicies: reading(
    "ListAttachedUserPolicies",
    (cx, input) => listAttached(cx, "user", input.UserName, input),
    (cx, input) => aboutNamed(cx, "user", input.UserName),
  ),
  ListAttachedGroupPolicies: reading(
    "ListAttachedGroupPolicies",
    (cx, input) => listAttached(cx, "group", input.GroupName, input),
    (cx, input) => aboutNamed(cx, "group", input.GroupName),
  ),
  ListAttachedRolePolicies: reading(
    "ListAttachedRolePolicies",
    (cx, input) => listAttached(cx, "role", input.RoleName, input),
    (cx, input) => aboutNamed(cx, "role", input.RoleName),
  ),
}
