// The words of a refusal.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
import type { PolicyKind, Verdict } from "./evaluate.ts"

const explicitly: Readonly<Record<PolicyKind, string>> = {
  identity: "in an identity-based policy",
  resource: "in a resource-based policy",
  boundary: "in a permissions boundary",
  session: "in a session policy",
  trust: "in the role trust policy",
}

const implicitly: Readonly<Record<PolicyKind, string>> = {
  identity: "no identity-based policy allows",
  resource: "no resource-based policy allows",
  boundary: "no permissions boundary allows",
  session: "no session policy allows",
  trust: "no role trust policy allows",
}

/** `User: … is not authorized to perform: … on resource: … because no identity-based policy allows the … action`. */
export const refusalText = (
  who: string,
  action: string,
  resource: string | undefined,
  verdict: Extract<Verdict, { allowed: false }>,
): string => {
  const what = `User: ${who} is not authorized to perform: ${action}${resource === undefined ? "" : ` on resource: ${resource}`}`
  // STS says no more of a role that does not trust the caller, so that nobody learns which roles there are.
  if (action === "sts:AssumeRole" && !verdict.explicit) return what
  return verdict.explicit
    ? `${what} with an explicit deny ${explicitly[verdict.kind]}`
    : `${what} because ${implicitly[verdict.kind]} the ${action} action`
}
