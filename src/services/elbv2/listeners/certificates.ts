// The certificates of HTTPS and TLS listeners beside the default one, chosen by the name that a client asks for.
import type { Op, ReadOp } from "../../../gate/index.ts"
import { fault } from "../../../kernel/index.ts"
import type { ListenerRow } from "../../../state/index.ts"
import { invalid, misconfigured } from "../checks.ts"
import { listenerAt } from "../find.ts"
import { limits } from "../limits.ts"
import { pageOf } from "../pages.ts"
import { certificateIn } from "./tls.ts"

const checkSecure = ({ protocol }: ListenerRow): void => {
  // text from memory
  if (protocol !== "HTTPS" && protocol !== "TLS")
    throw misconfigured(`Certificates cannot be specified for ${protocol} listeners`)
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_AddListenerCertificates.html */
export const AddListenerCertificates: Op<"elbv2", "AddListenerCertificates"> = (cx, input) => {
  const row = listenerAt(cx, input.ListenerArn)
  checkSecure(row)
  // text from memory
  if (!input.Certificates?.length) throw invalid("A certificate must be specified")
  const arns = input.Certificates.map((asked) => certificateIn(cx, asked))
  const certificates = [...new Set([...row.certificates, ...arns])]
  // AWS does not count the default one. Text of moto's tests.
  if (certificates.length - 1 > limits.certificatesPerLoadBalancer)
    throw fault("TooManyCertificates", "You've reached the limit on the number of certificates per load balancer")
  cx.tx.listeners.patch(row.arn, { certificates })
  return {
    Certificates: [...new Set(arns)].map((CertificateArn) => ({
      CertificateArn,
      IsDefault: CertificateArn === certificates[0],
    })),
  }
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RemoveListenerCertificates.html */
export const RemoveListenerCertificates: Op<"elbv2", "RemoveListenerCertificates"> = (cx, input) => {
  const row = listenerAt(cx, input.ListenerArn)
  checkSecure(row)
  const arns = (input.Certificates ?? []).map(({ CertificateArn = "" }) => CertificateArn)
  // text from memory
  if (arns.some((arn) => arn === row.certificates[0]))
    throw fault("OperationNotPermitted", "Default certificates cannot be removed from a listener")
  cx.tx.listeners.patch(row.arn, { certificates: row.certificates.filter((arn) => !arns.includes(arn)) })
  return {}
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeListenerCertificates.html */
export const DescribeListenerCertificates: ReadOp<"elbv2", "DescribeListenerCertificates"> = (cx, input) => {
  const row = listenerAt(cx, input.ListenerArn)
  const page = pageOf(row.certificates, (arn) => row.certificates.indexOf(arn), input)
  return {
    Certificates: page.rows.map((arn) => ({ CertificateArn: arn, IsDefault: arn === row.certificates[0] })),
    ...(page.NextMarker !== undefined && { NextMarker: page.NextMarker }),
  }
}
