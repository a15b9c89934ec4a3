// The Principal and NotPrincipal of resource policies: whom they name, and how directly.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html

/** Who asks, as resource policies can name it. */
export interface Requester {
  readonly account: string
  /** Of the user, of the role's session, or of the account's root. */
  readonly arn: string
  /** Of the role whose session it is. */
  readonly roleArn?: string
  /** The service principal, when a service asks for itself. */
  readonly service?: string
  /** The identity provider, when its user asks. */
  readonly federated?: string
}

/**
 * How a requester is named. `direct`: itself, or everybody; what limits its identity does not limit this. `role`: the
 * role of its session, so boundary and session policies limit it. `account`: its account, which has to allow it as well.
 */
export type Naming = "direct" | "role" | "account"

/** Principals as they stand in the document: by type, or everybody. */
export type Principals = "*" | Readonly<Record<string, readonly string[]>>

/** How the principals name the requester; undefined when they do not. */
export const namedBy = (principals: Principals, requester: Requester): Naming | undefined => {
  if (principals === "*") return "direct"
  if (requester.service !== undefined && includes(principals, "service", requester.service)) return "direct"
  if (requester.federated !== undefined && includes(principals, "federated", requester.federated)) return "direct"
  let best: Naming | undefined
  for (const name of principals.AWS ?? principals.aws ?? []) {
    const naming = namedAs(name, requester)
    if (naming === "direct") return naming
    if (naming === "role" || best === undefined) best = naming ?? best
  }
  return best
}

const includes = (principals: Exclude<Principals, "*">, type: string, name: string): boolean =>
  Object.entries(principals).some(
    ([key, names]) => key.toLowerCase() === type && names.some((listed) => listed === "*" || listed === name),
  )

const namedAs = (name: string, requester: Requester): Naming | undefined => {
  if (name === "*") return "direct"
  // A service that asks for itself belongs to no account.
  if (requester.service !== undefined) return undefined
  if (name === requester.arn) return "direct"
  if (name === requester.roleArn) return "role"
  return name === requester.account || name === rootOf(requester.account) ? "account" : undefined
}

const rootOf = (account: string) => `arn:aws:iam::${account}:root`

/**
 * Whether NotPrincipal leaves the requester out. It is its account, its role and itself at once, and each of them has to
 * be listed: AWS asks for all of them in its page about NotPrincipal.
 */
export const isExempt = (principals: Principals, requester: Requester): boolean => {
  if (principals === "*") return true
  if (requester.service !== undefined) return includes(principals, "service", requester.service)
  if (requester.federated !== undefined) return includes(principals, "federated", requester.federated)
  const names = principals.AWS ?? principals.aws ?? []
  const listed = (...spellings: readonly (string | undefined)[]) =>
    names.some((name) => name === "*" || spellings.includes(name))
  const { account, arn, roleArn } = requester
  return listed(account, rootOf(account)) && listed(arn) && (roleArn === undefined || listed(roleArn))
}
