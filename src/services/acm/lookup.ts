// From a CertificateArn to the certificate that it names, and what uses a certificate.
import type { ReadCx } from "../../gate/index.ts"
import { fault, formatArn } from "../../kernel/index.ts"
import type { CertificateRow, View } from "../../state/index.ts"
import { broken, checkLength } from "./checks.ts"

const arnForm = "arn:[\\w+=/,.@-]+:acm:[\\w+=/,.@-]*:[0-9]+:[\\w+=,.@-]+(/[\\w+=,.@-]+)*"
const arnPattern = new RegExp(`^${arnForm}$`)

export const newArn = (cx: ReadCx): string => formatArn("acm", cx.scope, `certificate/${cx.ids.uuid()}`)

export const notFound = (cx: ReadCx, arn: string) =>
  fault("ResourceNotFoundException", `Could not find certificate ${arn} in account ${cx.scope.account}.`)

/** The certificate that an operation is about. One of another account or region is not there. */
export const certificateOf = (cx: ReadCx, id: string | undefined): CertificateRow => {
  const arn = id ?? ""
  checkLength("certificateArn", arn, 20, 2048)
  if (!arnPattern.test(arn)) {
    throw broken("certificateArn", `Member must satisfy regular expression pattern: ${arnForm}`, arn)
  }
  const row = cx.tx.certificates.get(arn)
  if (!row || row.account !== cx.scope.account || row.region !== cx.scope.region) throw notFound(cx, arn)
  return row
}

/** The ARNs of the load balancers that use a certificate. */
export const usersOf = (view: View, { arn }: Pick<CertificateRow, "arn">): readonly string[] => [
  ...new Set([
    ...view.listeners.by("certificate", arn).map(({ loadBalancerArn }) => loadBalancerArn),
    ...view.classicLoadBalancers
      .by("certificate", arn)
      .map((balancer) => formatArn("elasticloadbalancing", balancer, `loadbalancer/${balancer.name}`)),
  ]),
]

/** Whether it is renewed by itself: AWS renews what is in use, or may be used elsewhere. */
export const isRenewed = (view: View, row: CertificateRow): boolean =>
  row.type === "AMAZON_ISSUED" && (row.exported === true || usersOf(view, row).length > 0)
