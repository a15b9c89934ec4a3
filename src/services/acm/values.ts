// The certificates themselves: GetCertificate, ExportCertificate, DeleteCertificate, and the options of one.
import { createPrivateKey } from "node:crypto"
import type { Op, ReadCx, ReadOp } from "../../gate/index.ts"
import { fault } from "../../kernel/index.ts"
import { type CertificateRow, openCertificateKey } from "../../state/index.ts"
import { checkLength, domainOf, invalid, oneOf } from "./checks.ts"
import { certificateOf, usersOf } from "./lookup.ts"
import type { CertificatePorts } from "./ports.ts"

/** A certificate that has been issued. */
const issuedOf = (cx: ReadCx, arn: string | undefined): CertificateRow & { readonly certificate: string } => {
  const row = certificateOf(cx, arn)
  const { certificate } = row
  if (certificate === undefined || row.status === "PENDING_VALIDATION") {
    throw fault("RequestInProgressException", `Certificate ${row.arn} is still being issued.`) // text from memory
  }
  return { ...row, certificate }
}

/** https://docs.aws.amazon.com/acm/latest/APIReference/API_GetCertificate.html */
export const GetCertificate: ReadOp<"acm", "GetCertificate"> = (cx, input) => {
  const { certificate, chain } = issuedOf(cx, input.CertificateArn)
  return { Certificate: certificate, ...(chain !== undefined && { CertificateChain: chain }) }
}

/**
 * Only what was requested with Export ENABLED; an imported one is known to whoever imported it.
 * https://docs.aws.amazon.com/acm/latest/APIReference/API_ExportCertificate.html
 */
export const exportCertificate =
  ({ vault }: CertificatePorts): Op<"acm", "ExportCertificate"> =>
  (cx, input) => {
    const passphrase = Buffer.from(input.Passphrase ?? new Uint8Array())
    checkLength("passphrase", passphrase, 4, 128)
    const row = issuedOf(cx, input.CertificateArn)
    const key = openCertificateKey(vault, row)
    if (row.type !== "AMAZON_ISSUED" || row.options?.Export !== "ENABLED" || key === undefined) {
      throw invalid(`Certificate ARN: ${row.arn} is not a private certificate`) // text from memory
    }
    const PrivateKey = createPrivateKey(key)
      .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase })
      .toString()
    cx.tx.certificates.patch(row.arn, { exported: true })
    return { Certificate: row.certificate, ...(row.chain !== undefined && { CertificateChain: row.chain }), PrivateKey }
  }

/** https://docs.aws.amazon.com/acm/latest/APIReference/API_DeleteCertificate.html */
export const DeleteCertificate: Op<"acm", "DeleteCertificate"> = (cx, input) => {
  const row = certificateOf(cx, input.CertificateArn)
  if (usersOf(cx.tx, row).length > 0) {
    throw fault("ResourceInUseException", `Certificate ${row.arn} in account ${row.account} is in use.`)
  }
  cx.tx.certificates.delete(row.arn)
  return {}
}

/** https://docs.aws.amazon.com/acm/latest/APIReference/API_UpdateCertificateOptions.html */
export const UpdateCertificateOptions: Op<"acm", "UpdateCertificateOptions"> = (cx, input) => {
  const row = certificateOf(cx, input.CertificateArn)
  const { CertificateTransparencyLoggingPreference: logging, Export: exporting } = input.Options ?? {}
  // These two texts are from memory.
  if (row.type !== "AMAZON_ISSUED" || row.status !== "ISSUED") {
    throw fault("InvalidStateException", `Certificate ${row.arn} has no options that can be changed.`)
  }
  if (exporting !== undefined && exporting !== row.options?.Export) {
    throw invalid("The export option of a certificate cannot be changed after it was requested.")
  }
  if (logging !== undefined) {
    const name = "CertificateTransparencyLoggingPreference"
    const value = oneOf("options.certificateTransparencyLoggingPreference", logging, ["ENABLED", "DISABLED"])
    cx.tx.certificates.patch(row.arn, { options: { ...row.options, [name]: value } })
  }
  return {}
}

/**
 * There is never a message to send again: what is requested is issued at once.
 * https://docs.aws.amazon.com/acm/latest/APIReference/API_ResendValidationEmail.html
 */
export const ResendValidationEmail: ReadOp<"acm", "ResendValidationEmail"> = (cx, input) => {
  const row = certificateOf(cx, input.CertificateArn)
  const domain = domainOf("domain", input.Domain ?? "")
  domainOf("validationDomain", input.ValidationDomain ?? "")
  if (!row.names.includes(domain)) {
    throw fault("InvalidDomainValidationOptionsException", `${domain} is not a domain name of the certificate.`)
  }
  // Text from memory.
  throw fault("InvalidStateException", `Certificate ${row.arn} is not pending validation by email.`)
}
