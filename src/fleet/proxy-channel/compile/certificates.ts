// Certificates as a listener that ends TLS needs them. Private keys are opened by who holds the vault; one that does not
// open is left out, and so is a listener that has none left.
import type { CertificateConfiguration, TlsConfiguration } from "../../../protocol/index.ts"
import type { CertificateRow, View } from "../../../state/index.ts"
import { memoised } from "./kept.ts"

/** AWS's policy of a listener that names none: API reference, CreateListener. */
export const defaultPolicy = "ELBSecurityPolicy-2016-08"

/** The private key of a certificate in PEM; undefined when it cannot be had. */
export type OpenKey = (certificate: CertificateRow) => string | undefined

/** Answers the certificates of these ARNs, the default first. */
export const certificateReader = (openKey: OpenKey) => {
  const one = memoised((row: CertificateRow): CertificateConfiguration | undefined => {
    const privateKey = row.certificate === undefined ? undefined : openKey(row)
    if (row.certificate === undefined || privateKey === undefined) return undefined
    const certificate = [row.certificate, ...(row.chain === undefined ? [] : [row.chain])]
      .map((pem) => pem.trimEnd())
      .join("\n")
    return { arn: row.arn, certificate: `${certificate}\n`, privateKey, names: row.names }
  })
  return (view: View, arns: readonly string[]): readonly CertificateConfiguration[] =>
    arns.flatMap((arn) => {
      const row = view.certificates.get(arn)
      return (row && one(row)) ?? []
    })
}

/** What a listener that ends TLS has. Undefined without a certificate. */
export const tlsOf = (
  certificates: readonly CertificateConfiguration[],
  policy: string | undefined,
  alpnPolicy?: string,
): TlsConfiguration | undefined =>
  certificates.length === 0
    ? undefined
    : { policy: policy ?? defaultPolicy, certificates, ...(alpnPolicy !== undefined && { alpnPolicy }) }
