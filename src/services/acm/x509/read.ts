// What a certificate says, in the words of ACM's API. Node reads the certificate; the bits of its key usage, which Node does not
// show, are read here.

import type { KeyObject, X509Certificate } from "node:crypto"
import type { ExtendedKeyUsageName, KeyAlgorithm, KeyUsageName } from "@aws-sdk/client-acm"
import { type Element, elements } from "./der.ts"

/** The algorithm of a key as the API names it; undefined for one that ACM does not take. */
export const algorithmOf = (key: KeyObject): KeyAlgorithm | undefined => {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {}
  if (key.asymmetricKeyType === "rsa") {
    const known = { 1024: "RSA_1024", 2048: "RSA_2048", 3072: "RSA_3072", 4096: "RSA_4096" } as const
    return known[modulusLength as keyof typeof known]
  }
  if (key.asymmetricKeyType !== "ec") return undefined
  const curves = { prime256v1: "EC_prime256v1", secp384r1: "EC_secp384r1", secp521r1: "EC_secp521r1" } as const
  return curves[namedCurve as keyof typeof curves]
}

/** `SHA256WITHRSA`. */
export const signatureAlgorithmOf = (certificate: X509Certificate): string | undefined => {
  const name = certificate.signatureAlgorithm?.toUpperCase()
  const hash = name?.match(/SHA-?(\d+)/)?.[1]
  return name && hash && `SHA${hash}WITH${name.includes("ECDSA") ? "ECDSA" : "RSA"}`
}

/** Lines of `CN=…`, as Node writes a name, by their keys: the last of each. */
const partsOf = (name: string): ReadonlyMap<string, string> =>
  new Map(
    name.split("\n").map((line) => {
      const at = line.indexOf("=")
      return [line.slice(0, at), line.slice(at + 1)] as const
    }),
  )

export const subjectOf = ({ subject }: X509Certificate): string => (subject ?? "").split("\n").join(",")

/** AWS names the issuer by its organisation, `Amazon`, or else by its common name. */
export const issuerOf = ({ issuer }: X509Certificate): string => {
  const parts = partsOf(issuer ?? "")
  return parts.get("O") ?? parts.get("CN") ?? ""
}

export const commonNameOf = ({ subject }: X509Certificate): string | undefined => partsOf(subject ?? "").get("CN")

/** The names of hosts in the certificate's alternative names. */
export const hostsOf = ({ subjectAltName }: X509Certificate): readonly string[] =>
  (subjectAltName ?? "").split(", ").flatMap((entry) => (entry.startsWith("DNS:") ? [entry.slice("DNS:".length)] : []))

/** `07:71:71:…`. Some authorities have issued negative ones. */
export const serialOf = ({ serialNumber }: X509Certificate): string => {
  const [, sign = "", digits = ""] = /^(-?)(.*)$/.exec(serialNumber.toLowerCase()) ?? []
  return sign + digits.replace(/^(.(..)*)$/, "0$1").replace(/(..)(?=.)/g, "$1:")
}

const usageNames: readonly KeyUsageName[] = [
  "DIGITAL_SIGNATURE",
  "NON_REPUDIATION",
  "KEY_ENCIPHERMENT",
  "DATA_ENCIPHERMENT",
  "KEY_AGREEMENT",
  "CERTIFICATE_SIGNING",
  "CRL_SIGNING",
  "ENCIPHER_ONLY",
  "DECIPHER_ONLY",
]

/** The oid 2.5.29.15. */
const keyUsage = Buffer.from([0x55, 0x1d, 0x0f])

const inside = (found: Element | undefined): readonly Element[] => (found ? elements(found.body) : [])

/** Without the extension a key may be used for anything. */
export const keyUsagesOf = (certificate: X509Certificate): readonly KeyUsageName[] => {
  const [body] = inside(elements(certificate.raw)[0])
  const extensions = inside(inside(body).find(({ tag }) => tag === 0xa3))[0]
  for (const extension of inside(extensions)) {
    const [id, ...rest] = inside(extension)
    if (!id?.body.equals(keyUsage)) continue
    const [flags] = inside(rest.at(-1))
    const bytes = flags?.body.subarray(1) ?? Buffer.alloc(0)
    return usageNames.filter((_, bit) => ((bytes[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0)
  }
  return ["ANY"]
}

const extendedNames: Readonly<Record<string, ExtendedKeyUsageName>> = {
  "1.3.6.1.5.5.7.3.1": "TLS_WEB_SERVER_AUTHENTICATION",
  "1.3.6.1.5.5.7.3.2": "TLS_WEB_CLIENT_AUTHENTICATION",
  "1.3.6.1.5.5.7.3.3": "CODE_SIGNING",
  "1.3.6.1.5.5.7.3.4": "EMAIL_PROTECTION",
  "1.3.6.1.5.5.7.3.5": "IPSEC_END_SYSTEM",
  "1.3.6.1.5.5.7.3.6": "IPSEC_TUNNEL",
  "1.3.6.1.5.5.7.3.7": "IPSEC_USER",
  "1.3.6.1.5.5.7.3.8": "TIME_STAMPING",
  "1.3.6.1.5.5.7.3.9": "OCSP_SIGNING",
  "2.5.29.37.0": "ANY",
}

/** Node calls the extended usages `keyUsage`. */
export const extendedKeyUsagesOf = ({ keyUsage }: X509Certificate) =>
  (keyUsage ?? []).map((OID) => ({ Name: extendedNames[OID] ?? ("CUSTOM" as const), OID }))
