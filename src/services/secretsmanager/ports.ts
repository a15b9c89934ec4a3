// What Secrets Manager is given by the process.
import type { Vault } from "../../kernel/index.ts"

export interface SecretsPorts {
  /** Seals every value before it becomes a record. */
  readonly vault: Vault
}
