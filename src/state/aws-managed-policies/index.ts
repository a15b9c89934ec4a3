// The managed policies of AWS itself, with their documents as AWS publishes them (documents.ts). Facts, the same in every
// account; what an account attaches of them is in the rows of its users, groups and roles.
import type { View } from "../schema.ts"
import { documents } from "./documents.ts"

/** One managed policy of AWS in its default version: the only one that is kept. */
export interface AwsManagedPolicy {
  readonly name: string
  readonly arn: string
  /** `ANPA…`, the same in every account. */
  readonly id: string
  readonly path: string
  /** `v3`. */
  readonly version: string
  readonly document: string
  /** When AWS made the policy, and this version of it, in milliseconds. */
  readonly createdAt: number
  readonly updatedAt: number
}

interface Published {
  readonly name: string
  readonly path: string
  readonly id: string
  readonly version: string
  readonly created: string
  readonly updated: string
  readonly document: object
}

let read: ReadonlyMap<string, AwsManagedPolicy> | undefined

/** All of them by ARN, in the order of their names. Read when somebody asks for the first time. */
export const awsManagedPolicies = (): ReadonlyMap<string, AwsManagedPolicy> => {
  read ??= new Map(
    documents.map((text) => policyOf(JSON.parse(text) as Published)).map((policy) => [policy.arn, policy]),
  )
  return read
}

const policyOf = ({ name, path, id, version, created, updated, document }: Published): AwsManagedPolicy => {
  let text: string | undefined
  return {
    name,
    arn: `arn:aws:iam::aws:policy${path}${name}`,
    id,
    path,
    version,
    // Written out when it is asked for: few of them ever are, and AWS's own text is indented by four.
    get document() {
      text ??= JSON.stringify(document, null, 4)
      return text
    },
    createdAt: Date.parse(created),
    updatedAt: Date.parse(updated),
  }
}

/** The document in force of a managed policy, of AWS or of an account, as text. Undefined when there is no such policy. */
export const managedPolicyDocument = (view: View, arn: string): string | undefined => {
  if (arn.startsWith("arn:aws:iam::aws:policy/")) return awsManagedPolicies().get(arn)?.document
  const own = view.iamPolicies.first("arn", arn)
  return own?.versions.find(({ id }) => id === own.defaultVersion)?.document
}
