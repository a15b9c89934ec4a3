// Access keys that Roadstead minted: machines now, users and roles later. A key that is not here is a stranger.
import { defineTable } from "../table.ts"

export interface AccessKeyRow {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Present for temporary credentials: the request must carry it. */
  readonly sessionToken?: string
  readonly expiresAt?: number
  readonly account: string
  readonly principal:
    | { readonly kind: "root" }
    /** The agent of a host that we made; it may only speak for that host. */
    | { readonly kind: "machine"; readonly machineId: string }
    | { readonly kind: "role"; readonly roleArn: string; readonly sessionName: string; readonly taskArn?: string }
  readonly createdAt: number
}

export const accessKeys = defineTable<AccessKeyRow>()({
  name: "accessKeys",
  version: 1,
  key: (k) => k.accessKeyId,
  indexes: {},
})
