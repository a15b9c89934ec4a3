// Parameters of the Parameter Store and their versions. A version holds ciphertext alone, whatever the parameter's type: what
// is sealed in it opens only with the data folder's key and for this very version (see main/data-key.ts).
import { defineTable } from "../table.ts"

export interface ParameterRow {
  readonly account: string
  readonly region: string
  /** As it was given: with or without a leading slash. */
  readonly name: string
  readonly arn: string
  readonly tags: readonly { readonly key: string; readonly value: string }[]
  /** The newest version. */
  readonly version: number
  /** The time at which a policy of the newest version removes the parameter. */
  readonly expiresAt?: number
}

export const parameters = defineTable<ParameterRow>()({
  name: "parameters",
  version: 1,
  key: (p) => `${p.account}/${p.region}/${p.name}`,
  indexes: { scope: (p) => `${p.account}/${p.region}` },
})

export interface ParameterVersionRow {
  readonly account: string
  readonly region: string
  readonly name: string
  readonly version: number
  /** Unique for ever: a parameter that is made again under its name begins at version 1 again. */
  readonly id: string
  readonly type: "String" | "StringList" | "SecureString"
  /** Sealed with the data folder's key for {@link parameterVersionIdentity}. */
  readonly sealed: string
  readonly dataType: string
  readonly tier: "Standard" | "Advanced"
  readonly description?: string
  readonly allowedPattern?: string
  /** Of secure strings; kept and described, nothing is encrypted with it. */
  readonly keyId?: string
  /** The policies as they were put, each an object of JSON. */
  readonly policies?: readonly { readonly text: string; readonly type: string }[]
  readonly modifiedAt: number
  readonly modifiedBy: string
  readonly labels: readonly string[]
}

export const parameterVersions = defineTable<ParameterVersionRow>()({
  name: "parameterVersions",
  version: 1,
  key: (v) => `${v.account}/${v.region}/${v.name} ${v.version}`,
  indexes: { parameter: (v) => `${v.account}/${v.region}/${v.name}` },
})

/** What a version's value is sealed for. */
export const parameterVersionIdentity = (version: ParameterVersionRow): string =>
  `parameter ${version.account}/${version.region}/${version.name} ${version.version} ${version.id} ${version.type}`
