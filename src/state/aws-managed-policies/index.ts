// The managed policies of AWS itself, with their documents as AWS publishes them. Facts, the same in every account; what an
// account attaches of them is in the rows of its users, groups and roles.
import type { View } from "../schema.ts"
import { administration } from "./administration.ts"
import type { AwsManagedPolicy } from "./policy.ts"

export type { AwsManagedPolicy }

const all: readonly AwsManagedPolicy[] = [...administration]

/** By ARN, in the order of their names. */
export const awsManagedPolicies: ReadonlyMap<string, AwsManagedPolicy> = new Map(
  [...all].sort((a, b) => (a.name < b.name ? -1 : 1)).map((policy) => [policy.arn, policy]),
)

/** The document in force of a managed policy, of AWS or of an account, as text. Undefined when there is no such policy. */
export const managedPolicyDocument = (view: View, arn: string): string | undefined => {
  const known = awsManagedPolicies.get(arn)
  if (known) return known.document
  const own = view.iamPolicies.first("arn", arn)
  return own?.versions.find(({ id }) => id === own.defaultVersion)?.document
}
