// Certificates and keys as they come from outside: PEM, read by node:crypto, and by us where that does not look. What is taken
// here can be described. Texts without a source are from memory.
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto"
import { invalid } from "./checks.ts"
import {
  commonNameOf,
  extendedKeyUsagesOf,
  hostsOf,
  issuerOf,
  keyUsagesOf,
  serialOf,
  signatureAlgorithmOf,
} from "./x509/read.ts"

const pemForm = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g

/** OpenSSL reads some certificates of whose extensions it makes nothing. */
const checkReadable = (certificate: X509Certificate): void => {
  for (const read of [
    commonNameOf,
    extendedKeyUsagesOf,
    hostsOf,
    issuerOf,
    keyUsagesOf,
    serialOf,
    signatureAlgorithmOf,
  ]) {
    read(certificate)
  }
  if (Number.isNaN(certificate.validFromDate.getTime() + certificate.validToDate.getTime()))
    throw new RangeError("no date")
  // Read when it is first asked for.
  void certificate.publicKey.asymmetricKeyType
}

/** The certificates in a PEM file. */
export const certificatesIn = (bytes: Uint8Array, what: string): readonly X509Certificate[] => {
  const found = Buffer.from(bytes).toString("latin1").match(pemForm) ?? []
  try {
    if (found.length === 0) throw new RangeError("There is none.")
    return found.map((pem) => {
      const certificate = new X509Certificate(pem)
      checkReadable(certificate)
      return certificate
    })
  } catch {
    // OpenSSL's reasons are many; to whoever sent it they say one thing.
    throw invalid(`The ${what} is not PEM-encoded or is not valid.`)
  }
}

export const keyIn = (bytes: Uint8Array): KeyObject => {
  const text = Buffer.from(bytes).toString("latin1")
  if (/ENCRYPTED/.test(text))
    throw invalid("The private key is encrypted. Only unencrypted private keys are supported.")
  try {
    return createPrivateKey(text)
  } catch {
    throw invalid("The private key is not PEM-encoded or is not valid.") // words seen in moto, which quotes AWS
  }
}
