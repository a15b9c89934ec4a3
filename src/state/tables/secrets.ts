// Secrets and their versions. A version holds ciphertext alone: what is sealed in it opens only with the data folder's key
// and for this very version (see main/data-key.ts).
import { defineTable } from "../table.ts"

export interface SecretRow {
  readonly account: string
  readonly region: string
  readonly name: string
  /** Ends with a hyphen and six random characters; unique for ever. */
  readonly arn: string
  readonly description?: string
  /** Kept and described; nothing is encrypted with it. Absent: `aws/secretsmanager`. */
  readonly kmsKeyId?: string
  /** Kept and described: the type of a secret that a partner of AWS manages. */
  readonly type?: string
  /** Absent until there were some. */
  readonly tags?: readonly { readonly key: string; readonly value: string }[]
  readonly createdAt: number
  readonly changedAt: number
  /** The beginning of the day (UTC). */
  readonly accessedAt?: number
  /** When it was asked for, and when it happens. */
  readonly deletion?: { readonly requestedAt: number; readonly at: number }
  /** The document of its resource policy. */
  readonly policy?: string
  /** Kept and described; nothing rotates. */
  readonly rotation?: SecretRotation
}

export interface SecretRotation {
  readonly enabled: boolean
  readonly lambdaArn: string
  readonly rules?: {
    readonly automaticallyAfterDays?: number
    readonly duration?: string
    readonly scheduleExpression?: string
  }
}

export const secrets = defineTable<SecretRow>()({
  name: "secrets",
  version: 1,
  key: (s) => `${s.account}/${s.region}/${s.name}`,
  indexes: { scope: (s) => `${s.account}/${s.region}`, arn: (s) => s.arn },
})

export interface SecretVersionRow {
  readonly secretArn: string
  readonly id: string
  readonly kind: "string" | "binary"
  /** Sealed with the data folder's key for {@link secretVersionIdentity}. */
  readonly sealed: string
  readonly createdAt: number
  /** The beginning of the day (UTC). */
  readonly accessedAt?: number
  /** In the order of their names; without any the version is deprecated. */
  readonly stages: readonly string[]
}

export const secretVersions = defineTable<SecretVersionRow>()({
  name: "secretVersions",
  version: 1,
  key: (v) => `${v.secretArn} ${v.id}`,
  indexes: { secret: (v) => v.secretArn },
})

/** What a version's value is sealed for. */
export const secretVersionIdentity = (version: Pick<SecretVersionRow, "secretArn" | "id" | "kind">): string =>
  `secret ${version.secretArn} ${version.id} ${version.kind}`
