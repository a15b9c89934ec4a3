// Whether a principal may do something: AWS's evaluation of identity, resource, boundary and session policies. Pure.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
import type { Context } from "./context.ts"
import type { PolicyDocument, Statement } from "./document.ts"
import { isExempt, type Naming, namedBy, type Requester } from "./principal.ts"

/** The policies that belong to a principal. */
export interface PrincipalPolicies {
  /** Its own, its groups', managed and inline. */
  readonly identity: readonly PolicyDocument[]
  /** What bounds them: the permissions boundary. */
  readonly boundary?: PolicyDocument
  /** What narrows a session, when it was begun with policies. */
  readonly session?: readonly PolicyDocument[]
}

/** Something that somebody wants to do to one resource. */
export interface Question {
  readonly requester: Requester
  readonly policies: PrincipalPolicies
  /** `ecs:RunTask`. */
  readonly action: string
  /** An ARN, or `*` where there is no resource. */
  readonly resource: string
  readonly context: Context
  /** The resource's own policy. */
  readonly resourcePolicy?: PolicyDocument
  /** Whose resource it is; by default the requester's account. */
  readonly resourceAccount?: string
  /** The resource's own policy has to allow it, even in the same account: a role's trust policy, a key's policy. */
  readonly trust?: boolean
}

/** The kinds of policies, as refusals name them. */
export type PolicyKind = "identity" | "resource" | "boundary" | "session" | "trust"

/** The answer: allowed, or why not. */
export type Verdict =
  | { readonly allowed: true; readonly by: "identity" | "resource" }
  /** `explicit`: a Deny of this kind of policy. Else: no policy of this kind allows it. */
  | { readonly allowed: false; readonly explicit: boolean; readonly kind: PolicyKind }

/** A statement that applied: for explanations. */
export interface Matched {
  readonly kind: PolicyKind
  readonly document: PolicyDocument
  readonly statement: Statement
}

/** Answers a question. `matched` is filled with every statement that applies, when it is given. */
export const evaluate = (question: Question, matched?: Matched[]): Verdict => {
  const { requester, policies, resourcePolicy, trust = false } = question
  const { identity, boundary, session } = policies
  const action = question.action.toLowerCase()
  const ownKind: PolicyKind = trust ? "trust" : "resource"
  const statements = (kind: PolicyKind, documents: readonly PolicyDocument[], effect: "allows" | "denies"): boolean => {
    let found = false
    for (const document of documents) {
      for (const statement of document.about(action)[effect]) {
        if (!applies(statement, question)) continue
        if (!matched) return true
        matched.push({ kind, document, statement })
        found = true
      }
    }
    return found
  }
  const deniedBy = denying(statements, identity, boundary, session)
  const ownDenies =
    resourcePolicy?.about(action).denies.filter((s) => concerns(s, requester) && applies(s, question)) ?? []
  for (const statement of matched && resourcePolicy ? ownDenies : []) {
    if (resourcePolicy) matched?.push({ kind: ownKind, document: resourcePolicy, statement })
  }
  const naming = resourcePolicy && grantOf(resourcePolicy, action, question, ownKind, matched)
  // Looked at before any answer when everything that applies is wanted.
  const allowed = lazily(matched !== undefined, {
    identity: () => statements("identity", identity, "allows"),
    boundary: () => boundary === undefined || statements("boundary", [boundary], "allows"),
    session: () => session === undefined || statements("session", session, "allows"),
  })
  if (deniedBy) return { allowed: false, explicit: true, kind: deniedBy }
  if (ownDenies.length > 0) return { allowed: false, explicit: true, kind: ownKind }
  const limited = (kinds: readonly ("identity" | "boundary" | "session")[]): Verdict | undefined => {
    const missing = kinds.find((kind) => !allowed[kind]())
    return missing && { allowed: false, explicit: false, kind: missing }
  }

  const owner = question.resourceAccount ?? requester.account
  if (owner !== requester.account && requester.service === undefined) {
    // Both sides: the account of the principal, and that of the resource.
    return (
      limited(["identity", "boundary", "session"]) ??
      (naming ? { allowed: true, by: "resource" } : { allowed: false, explicit: false, kind: ownKind })
    )
  }
  if (naming === "direct") return { allowed: true, by: "resource" }
  if (naming === "role") return limited(["boundary", "session"]) ?? { allowed: true, by: "resource" }
  if (trust && naming === undefined) return { allowed: false, explicit: false, kind: "trust" }
  return limited(["identity", "boundary", "session"]) ?? { allowed: true, by: "identity" }
}

type Look = (kind: PolicyKind, documents: readonly PolicyDocument[], effect: "allows" | "denies") => boolean

const denying = (
  look: Look,
  identity: readonly PolicyDocument[],
  boundary: PolicyDocument | undefined,
  session: readonly PolicyDocument[] | undefined,
): PolicyKind | undefined => {
  const kinds: PolicyKind[] = []
  if (look("identity", identity, "denies")) kinds.push("identity")
  if (boundary && look("boundary", [boundary], "denies")) kinds.push("boundary")
  if (session && look("session", session, "denies")) kinds.push("session")
  return kinds[0]
}

/** Functions that look once, or at once. */
const lazily = <K extends string>(atOnce: boolean, looks: Readonly<Record<K, () => boolean>>): typeof looks => {
  if (!atOnce) return looks
  const seen = new Map(Object.entries<() => boolean>(looks).map(([kind, look]) => [kind, look()]))
  return Object.fromEntries([...seen].map(([kind, value]) => [kind, () => value])) as Record<K, () => boolean>
}

/** The most direct way in which an Allow of the resource's policy names the requester. */
const grantOf = (
  policy: PolicyDocument,
  action: string,
  question: Question,
  kind: PolicyKind,
  matched: Matched[] | undefined,
): Naming | undefined => {
  let best: Naming | undefined
  for (const statement of policy.about(action).allows) {
    const naming = namingOf(statement, question.requester)
    if (naming === undefined || !applies(statement, question)) continue
    matched?.push({ kind, document: policy, statement })
    if (naming === "direct" || best === undefined || best === "account") best = naming
    if (best === "direct" && !matched) return best
  }
  return best
}

const namingOf = ({ principal, notPrincipal }: Statement, requester: Requester): Naming | undefined => {
  if (principal !== undefined) return namedBy(principal, requester)
  return notPrincipal !== undefined && !isExempt(notPrincipal, requester) ? "direct" : undefined
}

const concerns = (statement: Statement, requester: Requester): boolean => namingOf(statement, requester) !== undefined

/** Whether a statement that is about the action applies to the resource and the request. */
const applies = ({ resources, otherResources, conditions }: Statement, { resource, context }: Question): boolean => {
  if (resources && resources.some((pattern) => pattern(resource, context)) === otherResources) return false
  return conditions.every((condition) => condition.holds(context))
}
