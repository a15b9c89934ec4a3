// A certificate's record as DescribeCertificate shows it.
import { X509Certificate } from "node:crypto"
import type { CertificateDetail, CertificateOptions, KeyAlgorithm } from "@aws-sdk/client-acm"
import type { ReadOp } from "../../gate/index.ts"
import type { CertificateRow, View } from "../../state/index.ts"
import { certificateOf, isRenewed, usersOf } from "./lookup.ts"
import { validationsOf } from "./validation.ts"
import { extendedKeyUsagesOf, issuerOf, keyUsagesOf, serialOf, signatureAlgorithmOf, subjectOf } from "./x509/read.ts"

/** The certificate of a row that has one to show. */
export const shownCertificate = ({ certificate, status }: CertificateRow): X509Certificate | undefined =>
  certificate === undefined || status === "PENDING_VALIDATION" ? undefined : new X509Certificate(certificate)

const date = (at: number | undefined): Date | undefined => (at === undefined ? undefined : new Date(at))

const fromCertificate = (row: CertificateRow): Partial<CertificateDetail> => {
  const certificate = shownCertificate(row)
  // AWS names subject and issuer as soon as a certificate is asked for.
  if (!certificate) {
    return {
      Subject: `CN=${row.domainName}`,
      Issuer: "Roadstead",
      SignatureAlgorithm: "SHA256WITHECDSA",
      KeyUsages: [],
      ExtendedKeyUsages: [],
    }
  }
  return {
    Serial: serialOf(certificate),
    Subject: subjectOf(certificate),
    Issuer: issuerOf(certificate),
    SignatureAlgorithm: signatureAlgorithmOf(certificate),
    NotBefore: date(row.notBefore),
    NotAfter: date(row.notAfter),
    KeyUsages: keyUsagesOf(certificate).map((Name) => ({ Name })),
    ExtendedKeyUsages: extendedKeyUsagesOf(certificate),
  }
}

const renewalOf = (row: CertificateRow): Partial<CertificateDetail> =>
  row.renewedAt === undefined
    ? {}
    : {
        RenewalSummary: {
          RenewalStatus: "SUCCESS",
          DomainValidationOptions: validationsOf(row),
          UpdatedAt: new Date(row.renewedAt),
        },
      }

export const describeCertificate = (view: View, row: CertificateRow): CertificateDetail => ({
  CertificateArn: row.arn,
  DomainName: row.domainName,
  SubjectAlternativeNames: [...row.names],
  ...(row.type === "AMAZON_ISSUED" && { DomainValidationOptions: validationsOf(row) }),
  ...fromCertificate(row),
  CreatedAt: new Date(row.createdAt),
  ...(row.issuedAt !== undefined && { IssuedAt: new Date(row.issuedAt) }),
  ...(row.importedAt !== undefined && { ImportedAt: new Date(row.importedAt) }),
  Status: row.status,
  KeyAlgorithm: row.keyAlgorithm as KeyAlgorithm,
  InUseBy: [...usersOf(view, row)],
  Type: row.type,
  ...renewalOf(row),
  RenewalEligibility: isRenewed(view, row) ? "ELIGIBLE" : "INELIGIBLE",
  Options: { ...row.options } as CertificateOptions,
})

/** https://docs.aws.amazon.com/acm/latest/APIReference/API_DescribeCertificate.html */
export const DescribeCertificate: ReadOp<"acm", "DescribeCertificate"> = (cx, input) => ({
  Certificate: describeCertificate(cx.tx, certificateOf(cx, input.CertificateArn)),
})
