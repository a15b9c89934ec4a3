// The record of an ECS cluster. Written by services/ecs.
import { defineTable } from "../table.ts"

export interface ClusterRow {
  readonly arn: string
  readonly account: string
  readonly region: string
  readonly name: string
  readonly status: "ACTIVE" | "INACTIVE"
  readonly createdAt: number
  /** When it became INACTIVE. */
  readonly deletedAt?: number
  readonly settings: readonly { readonly name: string; readonly value: string }[]
  readonly configuration?: object
  readonly capacityProviders: readonly string[]
  readonly defaultCapacityProviderStrategy: readonly object[]
  readonly tags: readonly { readonly key: string; readonly value: string }[]
}

export const clusters = defineTable<ClusterRow>()({
  name: "clusters",
  version: 1,
  key: (c) => c.arn,
  indexes: { scope: (c) => `${c.account}/${c.region}` },
})
