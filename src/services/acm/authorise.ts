// What each operation of Certificate Manager needs permission for.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscertificatemanager.html
import type { Authorise, Conditions, Input } from "../../gate/index.ts"
import { formatArn } from "../../kernel/index.ts"

interface WireTag {
  readonly Key?: string | undefined
  readonly Value?: string | undefined
}

const requestTags = (tags: readonly WireTag[] | undefined): Conditions => {
  if (!tags || tags.length === 0) return {}
  const each = tags.map(({ Key = "", Value = "" }) => [`aws:RequestTag/${Key}`, Value] as const)
  return { ...Object.fromEntries(each), "aws:TagKeys": tags.map(({ Key = "" }) => Key) }
}

interface OnCertificate {
  readonly CertificateArn?: string | undefined
  readonly Tags?: readonly WireTag[] | undefined
}

/** On the certificate that the input names. */
export const onCertificate =
  (action: string): Authorise<OnCertificate> =>
  (cx, { CertificateArn: arn, Tags }) => [
    {
      action: `acm:${action}`,
      resources: [arn ?? formatArn("acm", cx.scope, "certificate/*")],
      conditions: requestTags(Tags),
      about: (resource) => ({ tags: cx.tx.certificates.get(resource)?.tags }),
    },
  ]

/** Whoever makes a certificate with tags needs to be allowed to tag, too. */
const andTagging =
  <I extends OnCertificate>(own: Authorise<I>): Authorise<I> =>
  (cx, input) => [...own(cx, input), ...(input.Tags?.length ? onCertificate("AddTagsToCertificate")(cx, input) : [])]

export const onImport = andTagging(onCertificate("ImportCertificate"))

export const onRequest = andTagging<Input<"acm", "RequestCertificate"> & OnCertificate>((cx, input) => [
  {
    action: "acm:RequestCertificate",
    resources: [formatArn("acm", cx.scope, "certificate/*")],
    conditions: {
      ...requestTags(input.Tags),
      "acm:DomainNames": [input.DomainName ?? "", ...(input.SubjectAlternativeNames ?? [])],
      "acm:ValidationMethod": input.ValidationMethod ?? "EMAIL",
      "acm:KeyAlgorithm": input.KeyAlgorithm ?? "RSA_2048",
      "acm:CertificateTransparencyLogging": input.Options?.CertificateTransparencyLoggingPreference ?? "ENABLED",
      "acm:Export": input.Options?.Export ?? "DISABLED",
      "acm:CertificateAuthority": input.CertificateAuthorityArn,
    },
  },
])

export const onAll = (action: string) => () => [{ action: `acm:${action}`, resources: ["*"] }]
