// What the Parameter Store is given by the process.
import type { Vault } from "../../kernel/index.ts"

export interface ParametersPorts {
  /** Seals every value before it becomes a record. */
  readonly vault: Vault
}
