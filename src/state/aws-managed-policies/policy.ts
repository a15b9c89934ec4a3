// The form of a managed policy of AWS, and how one is written down here.

/** One managed policy of AWS in its newest version. */
export interface AwsManagedPolicy {
  readonly name: string
  readonly arn: string
  /** `ANPA…`, the same in every account. */
  readonly id: string
  readonly path: string
  readonly description?: string
  /** `v3`: only this version is kept here. */
  readonly version: string
  readonly document: string
  /** When AWS made the policy and this version, in milliseconds. */
  readonly createdAt: number
  readonly updatedAt: number
}

/** What differs from policy to policy. */
export interface Published {
  readonly name: string
  readonly path?: string
  readonly id: string
  readonly description?: string
  readonly version: string
  /** ISO 8601. */
  readonly created: string
  readonly updated: string
  readonly statements: readonly object[]
}

/** A policy of AWS from what it publishes. */
export const published = ({
  name,
  path = "/",
  id,
  description,
  version,
  created,
  updated,
  statements,
}: Published): AwsManagedPolicy => ({
  name,
  arn: `arn:aws:iam::aws:policy${path}${name}`,
  id,
  path,
  ...(description !== undefined && { description }),
  version,
  document: JSON.stringify({ Version: "2012-10-17", Statement: statements }, null, 4),
  createdAt: Date.parse(created),
  updatedAt: Date.parse(updated),
})
