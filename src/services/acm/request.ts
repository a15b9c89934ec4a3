// RequestCertificate and RenewCertificate: what this data folder's own authority issues.
import { createPrivateKey, type KeyObject } from "node:crypto"
import type { BulkOp, Input, Op, ReadCx } from "../../gate/index.ts"
import { Fault, scopeKey } from "../../kernel/index.ts"
import { type CertificateRow, openCertificateKey, sealCertificateKey } from "../../state/index.ts"
import { issueFor } from "./authority.ts"
import { broken, domainOf, invalid, oneOf } from "./checks.ts"
import { type IssuedAlgorithm, issuedAlgorithm, newKey } from "./keys.ts"
import { certificateOf, newArn } from "./lookup.ts"
import type { CertificatePorts } from "./ports.ts"
import { checkTags } from "./tags.ts"
import { validationDomainsOf } from "./validation.ts"

const hour = 60 * 60 * 1000

const refuse = (what: string) => new Fault("NotImplemented", `Roadstead does not ${what}.`, { status: 501 })

/** What a request asks for, checked. */
interface Wanted {
  readonly algorithm: IssuedAlgorithm
  readonly row: Pick<
    CertificateRow,
    | "tags"
    | "domainName"
    | "names"
    | "keyAlgorithm"
    | "validationMethod"
    | "validationDomains"
    | "idempotencyToken"
    | "options"
  >
}

const wantedOf = (input: Input<"acm", "RequestCertificate">): Wanted => {
  const domainName = domainOf("domainName", input.DomainName ?? "")
  const others = input.SubjectAlternativeNames ?? []
  if (others.length > 100) {
    throw broken("subjectAlternativeNames", "Member must have length less than or equal to 100", others)
  }
  const names = [
    ...new Set([domainName, ...others.map((name, i) => domainOf(`subjectAlternativeNames.${i + 1}.member`, name))]),
  ]
  if (input.CertificateAuthorityArn !== undefined) throw refuse("issue certificates of an AWS Private CA")
  if (input.ManagedBy !== undefined) throw refuse("issue certificates for CloudFront")
  const validationMethod = oneOf("validationMethod", input.ValidationMethod ?? "EMAIL", ["EMAIL", "DNS", "HTTP"])
  // AWS: HTTP validation is CloudFront's alone.
  if (validationMethod === "HTTP") throw refuse("validate by HTTP")
  const token = input.IdempotencyToken
  if (token !== undefined && !/^\w{1,32}$/.test(token)) {
    throw broken("idempotencyToken", "Member must satisfy regular expression pattern: \\w+", token)
  }
  const algorithm = issuedAlgorithm(input.KeyAlgorithm)
  const validationDomains = validationDomainsOf(names, input.DomainValidationOptions)
  return {
    algorithm,
    row: {
      domainName,
      names,
      validationMethod,
      keyAlgorithm: algorithm,
      tags: checkTags([], input.Tags ?? []),
      ...(Object.keys(validationDomains).length > 0 && { validationDomains }),
      ...(token !== undefined && { idempotencyToken: token }),
      options: {
        CertificateTransparencyLoggingPreference: oneOf(
          "options.certificateTransparencyLoggingPreference",
          input.Options?.CertificateTransparencyLoggingPreference ?? "ENABLED",
          ["ENABLED", "DISABLED"],
        ),
        Export: oneOf("options.export", input.Options?.Export ?? "DISABLED", ["ENABLED", "DISABLED"]),
      },
    },
  }
}

/** AWS: a token names one request for an hour. */
const madeBefore = (cx: ReadCx, { row }: Wanted): CertificateRow | undefined => {
  if (row.idempotencyToken === undefined) return undefined
  return cx.tx.certificates
    .by("token", `${scopeKey(cx.scope)}/${row.idempotencyToken}`)
    .find(({ names, createdAt }) => cx.now - createdAt < hour && names.join(" ") === row.names.join(" "))
}

interface Prepared {
  readonly wanted: Wanted
  readonly known: boolean
}

/**
 * It is issued at once, since nobody can be asked whether the names are the caller's. Until the next look of
 * controllers/certificate it is PENDING_VALIDATION, and its certificate is not shown.
 * https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html
 */
export const requestCertificate = ({
  vault,
}: CertificatePorts): BulkOp<"acm", "RequestCertificate", Prepared, KeyObject | undefined> => ({
  prepare: (cx, input) => {
    const wanted = wantedOf(input)
    return { wanted, known: madeBefore(cx, wanted) !== undefined }
  },
  run: async (_, { wanted, known }) => (known ? undefined : newKey(wanted.algorithm)),
  finish: (cx, _input, { wanted }, key) => {
    const known = madeBefore(cx, wanted)
    if (known || !key) return { ...(known && { CertificateArn: known.arn }) }
    const arn = newArn(cx)
    cx.tx.certificates.insert({
      ...cx.scope,
      ...wanted.row,
      arn,
      type: "AMAZON_ISSUED",
      status: "PENDING_VALIDATION",
      ...issueFor(cx, vault, wanted.row.names, key),
      sealedKey: sealCertificateKey(vault, arn, key.export({ type: "pkcs8", format: "pem" }).toString()),
      createdAt: cx.now,
    })
    return { CertificateArn: arn }
  },
})

/**
 * A new certificate for the same names and key. On AWS only what was exported may ask for it; here every certificate of the
 * local authority may, so that renewal can be tried without waiting for a year.
 * https://docs.aws.amazon.com/acm/latest/APIReference/API_RenewCertificate.html
 */
export const renewCertificate =
  ({ vault }: CertificatePorts): Op<"acm", "RenewCertificate"> =>
  (cx, input) => {
    const row = certificateOf(cx, input.CertificateArn)
    const key = openCertificateKey(vault, row)
    if (row.type !== "AMAZON_ISSUED" || key === undefined || row.status === "PENDING_VALIDATION") {
      throw invalid(`Certificate ${row.arn} is not eligible for renewal.`) // text from memory
    }
    cx.tx.certificates.patch(row.arn, {
      ...issueFor(cx, vault, row.names, createPrivateKey(key)),
      status: "ISSUED",
      renewedAt: cx.now,
    })
    return {}
  }
