// What Certificate Manager is given by the process.
import type { Vault } from "../../kernel/index.ts"

export interface CertificatePorts {
  /** Seals private keys before they become records. */
  readonly vault: Vault
}
