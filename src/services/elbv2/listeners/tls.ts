// What listeners of HTTPS and TLS have and others have not: a certificate, a security policy, ALPN, mutual authentication.
import type { Certificate, MutualAuthenticationAttributes } from "@aws-sdk/client-elastic-load-balancing-v2"
import type { ReadCx } from "../../../gate/index.ts"
import { type Fault, fault, notImplemented } from "../../../kernel/index.ts"
import { defaultTlsPolicy, tlsPolicies } from "../../../protocol/index.ts"
import type { Frozen, ListenerRow } from "../../../state/index.ts"
import { invalid, misconfigured } from "../checks.ts"

type Protocol = ListenerRow["protocol"]

/** What of a listener's row is about TLS. */
export type Tls = Pick<ListenerRow, "certificates" | "sslPolicy" | "alpnPolicy" | "mutualAuthentication">

interface Asked {
  readonly Certificates?: readonly Certificate[] | undefined
  readonly SslPolicy?: string | undefined
  readonly AlpnPolicy?: readonly string[] | undefined
  readonly MutualAuthentication?: MutualAuthenticationAttributes | undefined
}

const isSecure = (protocol: Protocol): boolean => protocol === "HTTPS" || protocol === "TLS"

/** What a listener of a protocol gets. `old`: what it has, where it is only changed. */
export const tlsFor = (cx: ReadCx, protocol: Protocol, asked: Asked, old?: Tls): Tls => {
  if (!isSecure(protocol)) return plain(protocol, asked)
  const certificates = certificatesFor(cx, protocol, asked.Certificates, old)
  const sslPolicy = asked.SslPolicy ?? old?.sslPolicy ?? defaultTlsPolicy
  // Text of moto's tests.
  if (!tlsPolicies.some(({ name }) => name === sslPolicy))
    throw fault("SSLPolicyNotFound", `Policy ${sslPolicy} not found`)
  const alpnPolicy = alpnFor(protocol, asked.AlpnPolicy) ?? (protocol === "TLS" ? old?.alpnPolicy : undefined)
  const mutualAuthentication =
    protocol === "HTTPS"
      ? (mutualFor(asked.MutualAuthentication) ?? old?.mutualAuthentication ?? { Mode: "off" })
      : undefined
  if (protocol === "TLS" && asked.MutualAuthentication)
    throw misconfigured("Mutual authentication is supported only on HTTPS listeners") // text from memory
  return {
    certificates,
    sslPolicy,
    ...(alpnPolicy !== undefined && { alpnPolicy }),
    ...(mutualAuthentication && { mutualAuthentication }),
  }
}

/** Texts from memory. */
const plain = (protocol: Protocol, asked: Asked): Tls => {
  const refuse = (what: string) => invalid(`${what} cannot be specified for ${protocol} listeners`)
  if (asked.Certificates?.length) throw refuse("Certificates")
  if (asked.SslPolicy !== undefined) throw refuse("An SSL policy")
  if (asked.AlpnPolicy?.length) throw refuse("An ALPN policy")
  if (asked.MutualAuthentication && asked.MutualAuthentication.Mode !== "off") throw refuse("Mutual authentication")
  return { certificates: [] }
}

/** The default certificate comes first; the others are added one by one, and stay. */
const certificatesFor = (
  cx: ReadCx,
  protocol: Protocol,
  asked: readonly Certificate[] | undefined,
  old: Tls | undefined,
): readonly string[] => {
  if (!asked || asked.length === 0) {
    // Text of field reports.
    if (!old || old.certificates.length === 0)
      throw invalid(`A certificate must be specified for ${protocol} listeners`)
    return old.certificates
  }
  // Text of moto's tests.
  if (asked.length > 1)
    throw misconfigured(
      `You must provide a list containing exactly one certificate if the listener protocol is ${protocol}.`,
    )
  const arn = certificateIn(cx, asked[0])
  return [arn, ...(old?.certificates.slice(1) ?? []).filter((other) => other !== arn)]
}

export const certificateNotFound = (arn: string): Fault =>
  fault("CertificateNotFound", `Certificate '${arn}' not found`)

/** Certificates of ACM that are issued. Those of IAM are not built, so none is found. */
export const certificateIn = (cx: ReadCx, asked: Certificate | undefined): string => {
  const arn = asked?.CertificateArn ?? ""
  // text from memory
  if (arn === "") throw invalid("A certificate ARN must be specified")
  if (asked?.IsDefault !== undefined) throw invalid("You cannot set IsDefault when specifying a certificate") // text from memory
  const row = cx.tx.certificates.get(arn)
  if (!row || row.account !== cx.scope.account || row.region !== cx.scope.region) throw certificateNotFound(arn)
  // Text of field reports, which AWS says of certificates that are not issued too.
  if (row.status !== "ISSUED")
    throw fault(
      "UnsupportedCertificate",
      `The certificate '${arn}' must have a fully-qualified domain name, a supported signature, and a supported key size.`,
    )
  return arn
}

const alpnPolicies = ["HTTP1Only", "HTTP2Only", "HTTP2Optional", "HTTP2Preferred", "None"]

/** Texts from memory. */
const alpnFor = (protocol: Protocol, asked: readonly string[] | undefined): string | undefined => {
  const [policy] = asked ?? []
  if (policy === undefined) return undefined
  if (protocol !== "TLS") throw invalid(`An ALPN policy cannot be specified for ${protocol} listeners`)
  if ((asked?.length ?? 0) > 1) throw invalid("Only one ALPN policy can be specified")
  if (!alpnPolicies.includes(policy)) throw fault("ALPNPolicyNotFound", `ALPN policy '${policy}' not found`)
  return policy
}

const mutualFor = (
  asked: MutualAuthenticationAttributes | undefined,
): Frozen<MutualAuthenticationAttributes> | undefined => {
  if (!asked) return undefined
  const { Mode = "off" } = asked
  // text from memory
  if (!["off", "passthrough", "verify"].includes(Mode))
    throw invalid(`Mutual authentication mode '${Mode}' must be one of '[off, passthrough, verify]'`)
  if (Mode === "verify" || asked.TrustStoreArn !== undefined)
    throw notImplemented("elbv2", "CreateListener with MutualAuthentication.Mode verify")
  return { Mode }
}
