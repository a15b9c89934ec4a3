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

/** `/a` and `a` are one parameter, and deeper names begin with a slash always: so the key has none. */
export const parameterKey = (p: Pick<ParameterRow, "account" | "region" | "name">): string =>
  `${p.account}/${p.region}/${p.name.replace(/^\//, "")}`

export const parameters = defineTable<ParameterRow>()({
  name: "parameters",
  version: 1,
  key: parameterKey,
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

export const parameterVersionKey = (v: Pick<ParameterVersionRow, "account" | "region" | "name" | "version">): string =>
  `${parameterKey(v)} ${v.version}`

export const parameterVersions = defineTable<ParameterVersionRow>()({
  name: "parameterVersions",
  version: 1,
  key: parameterVersionKey,
  indexes: { parameter: parameterKey },
})

/** What a version's value is sealed for. */
export const parameterVersionIdentity = (version: Omit<ParameterVersionRow, "sealed">): string =>
  `parameter ${parameterVersionKey(version)} ${version.id} ${version.type}`
