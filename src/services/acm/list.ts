// ListCertificates: its filters, its order and its pages.
import type { CertificateExport, CertificateSummary, KeyAlgorithm } from "@aws-sdk/client-acm"
import type { Input, ReadCx, ReadOp } from "../../gate/index.ts"
import { fault, scopeKey } from "../../kernel/index.ts"
import type { CertificateRow } from "../../state/index.ts"
import { broken, numberOf } from "./checks.ts"
import { shownCertificate } from "./describe.ts"
import { isRenewed, usersOf } from "./lookup.ts"
import { extendedKeyUsagesOf, keyUsagesOf } from "./x509/read.ts"

type Filters = NonNullable<Input<"acm", "ListCertificates">["Includes"]>

/** AWS: "Default filtering returns only RSA_1024 and RSA_2048 certificates". */
const usualKeys: readonly string[] = ["RSA_1024", "RSA_2048"]

/** Every usage that is asked for must be there; ANY asks for nothing. */
const hasAll = (wanted: readonly string[] | undefined, had: readonly string[]): boolean =>
  !wanted || wanted.every((one) => one === "ANY" || had.includes(one))

const matches =
  ({ keyTypes, keyUsage, extendedKeyUsage, exportOption, managedBy }: Filters) =>
  (row: CertificateRow): boolean => {
    if (!(keyTypes?.length ? keyTypes : usualKeys).includes(row.keyAlgorithm as KeyAlgorithm)) return false
    // Nothing is managed by CloudFront here.
    if (managedBy !== undefined) return false
    if (exportOption !== undefined && (row.options?.Export ?? "DISABLED") !== exportOption) return false
    if (!keyUsage && !extendedKeyUsage) return true
    const certificate = shownCertificate(row)
    return (
      certificate !== undefined &&
      hasAll(keyUsage, keyUsagesOf(certificate)) &&
      hasAll(
        extendedKeyUsage,
        extendedKeyUsagesOf(certificate).map(({ Name }) => Name),
      )
    )
  }

const summary = (cx: ReadCx, row: CertificateRow): CertificateSummary => {
  const certificate = shownCertificate(row)
  const date = (at: number | undefined) => (at === undefined ? undefined : new Date(at))
  return {
    CertificateArn: row.arn,
    DomainName: row.domainName,
    SubjectAlternativeNameSummaries: [...row.names],
    HasAdditionalSubjectAlternativeNames: false,
    Status: row.status,
    Type: row.type,
    KeyAlgorithm: row.keyAlgorithm as KeyAlgorithm,
    KeyUsages: certificate ? [...keyUsagesOf(certificate)] : [],
    ExtendedKeyUsages: certificate ? extendedKeyUsagesOf(certificate).map(({ Name }) => Name) : [],
    ExportOption: (row.options?.Export ?? "DISABLED") as CertificateExport,
    InUse: usersOf(cx.tx, row).length > 0,
    ...(row.type === "AMAZON_ISSUED" && { Exported: row.exported === true }),
    RenewalEligibility: isRenewed(cx.tx, row) ? "ELIGIBLE" : "INELIGIBLE",
    ...(certificate && { NotBefore: date(row.notBefore), NotAfter: date(row.notAfter) }),
    CreatedAt: new Date(row.createdAt),
    ...(row.issuedAt !== undefined && { IssuedAt: date(row.issuedAt) }),
    ...(row.importedAt !== undefined && { ImportedAt: date(row.importedAt) }),
  }
}

const begin = (rows: readonly CertificateRow[], token: string | undefined): number => {
  if (token === undefined) return 0
  const at = rows.findIndex(({ arn }) => Buffer.from(arn).toString("base64url") === token)
  if (at === -1) throw fault("ValidationException", "The NextToken is not valid.") // text from memory
  return at + 1
}

const checkOrder = ({ SortBy: by, SortOrder: order }: Input<"acm", "ListCertificates">): void => {
  if (by !== undefined && by !== "CREATED_AT") {
    throw broken("sortBy", "Member must satisfy enum value set: [CREATED_AT]", by)
  }
  if (order !== undefined && order !== "ASCENDING" && order !== "DESCENDING") {
    throw broken("sortOrder", "Member must satisfy enum value set: [ASCENDING, DESCENDING]", order)
  }
  // AWS: one without the other is refused.
  if ((by === undefined) !== (order === undefined)) {
    throw fault("ValidationException", "SortBy and SortOrder must be specified together.") // text from memory
  }
}

/** https://docs.aws.amazon.com/acm/latest/APIReference/API_ListCertificates.html */
export const ListCertificates: ReadOp<"acm", "ListCertificates"> = (cx, input) => {
  const limit = numberOf("maxItems", input.MaxItems, 1, 1000, 1000)
  checkOrder(input)
  const { CertificateStatuses: statuses = [] } = input
  const rows = cx.tx.certificates
    .by("scope", scopeKey(cx.scope))
    .filter((row) => statuses.length === 0 || statuses.includes(row.status))
    .filter(matches(input.Includes ?? {}))
  const sorted = input.SortOrder === "DESCENDING" ? [...rows].reverse() : rows
  const start = begin(sorted, input.NextToken)
  const page = sorted.slice(start, start + limit)
  const last = page.at(-1)
  return {
    ...(last !== undefined &&
      start + limit < sorted.length && { NextToken: Buffer.from(last.arn).toString("base64url") }),
    CertificateSummaryList: page.map((row) => summary(cx, row)),
  }
}
