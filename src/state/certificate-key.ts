// The private keys of certificates: sealed with the key of the data folder in the records, opened for whoever ends TLS.
import type { Vault } from "../kernel/index.ts"
import { type CertificateRow, certificateIdentity } from "./tables/certificates.ts"

/** What goes into `sealedKey` of a certificate. `key` is PEM. */
export const sealCertificateKey = (vault: Vault, arn: string, key: string): string =>
  vault.seal(key, certificateIdentity(arn))

/** The private key of a certificate as PEM; undefined while it has none. Throws a VaultError for one that does not open. */
export const openCertificateKey = (
  vault: Vault,
  { arn, sealedKey }: Pick<CertificateRow, "arn" | "sealedKey">,
): string | undefined => sealedKey && vault.open(sealedKey, certificateIdentity(arn)).toString()
