// ImportCertificate: a certificate, its key and its chain from outside, really read and checked. Texts without a source are from
// memory.
import type { X509Certificate } from "node:crypto"
import type { Op } from "../../gate/index.ts"
import { type CertificateRow, sealCertificateKey } from "../../state/index.ts"
import { checkLength, invalid } from "./checks.ts"
import { certificateOf, newArn } from "./lookup.ts"
import { certificatesIn, keyIn } from "./parse.ts"
import type { CertificatePorts } from "./ports.ts"
import { checkTags } from "./tags.ts"
import { algorithmOf, commonNameOf, hostsOf } from "./x509/read.ts"

const isIssuedBy = (one: X509Certificate, other: X509Certificate | undefined): boolean =>
  other !== undefined && one.checkIssued(other) && one.verify(other.publicKey)

/** Without a chain only a certificate that signs itself says all that is to be known. */
const checkChain = (leaf: X509Certificate, chain: readonly X509Certificate[]): void => {
  if (chain.length === 0) {
    if (isIssuedBy(leaf, leaf)) return
    throw invalid(
      "Provided certificate is not a valid self signed. Please provide either a valid self-signed certificate or certificate chain.",
    )
  }
  if (!chain.some((one) => isIssuedBy(leaf, one))) {
    throw invalid("Could not validate the certificate with the certificate chain.")
  }
  const wrong = [leaf, ...chain].findIndex((one, i) => i < chain.length && !isIssuedBy(one, chain[i]))
  if (wrong === -1) return
  throw invalid(
    `Unable to validate certificate chain. The certificate chain must start with the immediate signing certificate, followed by any intermediaries in order. The index within the chain of the invalid certificate is: ${wrong - 1}`,
  )
}

const checkTimes = ({ validFromDate, validToDate }: X509Certificate, wallNow: number): void => {
  if (validToDate.getTime() < wallNow) throw invalid("The certificate has expired, is not valid.")
  if (validFromDate.getTime() > wallNow) throw invalid("The certificate is not in effect yet, is not valid.")
}

/** https://docs.aws.amazon.com/acm/latest/APIReference/API_ImportCertificate.html */
export const importCertificate =
  ({ vault }: CertificatePorts): Op<"acm", "ImportCertificate"> =>
  (cx, input) => {
    const { Certificate = new Uint8Array(), PrivateKey = new Uint8Array(), CertificateChain } = input
    checkLength("certificate", Certificate, 1, 32_768)
    checkLength("privateKey", PrivateKey, 1, 5_120)
    if (CertificateChain) checkLength("certificateChain", CertificateChain, 1, 2_097_152)
    const old = input.CertificateArn === undefined ? undefined : certificateOf(cx, input.CertificateArn)
    if (old && old.type !== "IMPORTED") throw invalid(`Certificate ${old.arn} was not imported.`)
    if (old && input.Tags?.length) throw invalid("Tags cannot be applied when reimporting a certificate.")

    const [leaf, second] = certificatesIn(Certificate, "certificate")
    if (!leaf || second) {
      throw invalid(
        "The certificate field contains more than one certificate. You can specify only one certificate in this field.",
      )
    }
    const key = keyIn(PrivateKey)
    const keyAlgorithm = algorithmOf(key)
    if (keyAlgorithm === undefined) {
      throw invalid(
        "The private key is not supported. Only RSA and elliptic curve keys of ACM's algorithms are allowed.",
      )
    }
    if (!leaf.checkPrivateKey(key)) throw invalid("The private key does not match the certificate.")
    checkTimes(leaf, cx.wallNow)
    const chain = CertificateChain ? certificatesIn(CertificateChain, "certificate chain") : []
    checkChain(leaf, chain)

    const arn = old?.arn ?? newArn(cx)
    const hosts = hostsOf(leaf)
    const domainName = commonNameOf(leaf) ?? hosts[0] ?? ""
    const row: CertificateRow = {
      ...cx.scope,
      tags: old?.tags ?? checkTags([], input.Tags ?? []),
      arn,
      type: "IMPORTED",
      status: "ISSUED",
      domainName,
      names: [...new Set([domainName, ...hosts])],
      certificate: leaf.toString(),
      ...(chain.length > 0 && { chain: chain.map(String).join("") }),
      sealedKey: sealCertificateKey(vault, arn, key.export({ type: "pkcs8", format: "pem" }).toString()),
      keyAlgorithm,
      createdAt: old?.createdAt ?? cx.now,
      importedAt: cx.now,
      notBefore: leaf.validFromDate.getTime(),
      notAfter: leaf.validToDate.getTime(),
      options: old?.options ?? { CertificateTransparencyLoggingPreference: "DISABLED" },
    }
    cx.tx.certificates.put(row)
    return { CertificateArn: arn }
  }
