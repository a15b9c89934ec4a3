// Certificates of ACM, and the local authority that issues them. Private keys are sealed with the data folder's key.
// Written by services/acm.
import { defineTable } from "../table.ts"

export interface CertificateRow {
  readonly account: string
  readonly region: string
  readonly tags: readonly { readonly key: string; readonly value: string }[]
  readonly arn: string
  readonly type: "IMPORTED" | "AMAZON_ISSUED"
  readonly status: "PENDING_VALIDATION" | "ISSUED" | "EXPIRED" | "FAILED"
  readonly domainName: string
  /** All names that it is for, the domain's first. */
  readonly names: readonly string[]
  /** PEM; nobody is shown it before it is issued. */
  readonly certificate?: string
  /** PEM, in order. */
  readonly chain?: string
  /** PEM, sealed for {@link certificateIdentity}. */
  readonly sealedKey?: string
  readonly keyAlgorithm: string
  readonly createdAt: number
  readonly issuedAt?: number
  readonly importedAt?: number
  /** Milliseconds of the wall clock, as in the certificate. */
  readonly notBefore?: number
  readonly notAfter?: number
  readonly renewedAt?: number
  readonly validationMethod?: "DNS" | "EMAIL"
  /** By name, where another domain than the name's own was asked for. */
  readonly validationDomains?: Readonly<Record<string, string>>
  /** Its private key was handed out. */
  readonly exported?: true
  readonly idempotencyToken?: string
  readonly options?: Readonly<Record<string, string>>
}

export const certificates = defineTable<CertificateRow>()({
  name: "certificates",
  version: 1,
  key: (c) => c.arn,
  indexes: {
    scope: (c) => `${c.account}/${c.region}`,
    status: (c) => c.status,
    token: (c) => c.idempotencyToken && `${c.account}/${c.region}/${c.idempotencyToken}`,
  },
})

/** What a certificate's private key is sealed for. */
export const certificateIdentity = (arn: string): string => `certificate ${arn}`
