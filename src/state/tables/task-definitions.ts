// Task definitions and their families. Written by services/ecs. `definition` is the wire shape with defaults
// filled in, minus what the row's own columns say.

import type { TaskDefinitionBody } from "../shapes.ts"
import { defineTable } from "../table.ts"

export interface TaskDefinitionRow {
  readonly arn: string
  readonly account: string
  readonly region: string
  readonly family: string
  readonly revision: number
  readonly status: "ACTIVE" | "INACTIVE" | "DELETE_IN_PROGRESS"
  readonly registeredAt: number
  readonly deregisteredAt?: number
  readonly deleteRequestedAt?: number
  readonly registeredBy: string
  readonly definition: TaskDefinitionBody
  readonly tags: readonly { readonly key: string; readonly value: string }[]
}

export const taskDefinitions = defineTable<TaskDefinitionRow>()({
  name: "taskDefinitions",
  version: 1,
  key: (d) => d.arn,
  indexes: {
    scope: (d) => `${d.account}/${d.region}`,
    family: (d) => `${d.account}/${d.region}/${d.family}`,
  },
})

/** Outlives its task definitions, so that a revision is never used twice. */
export interface FamilyRow {
  readonly account: string
  readonly region: string
  readonly family: string
  readonly lastRevision: number
}

export const families = defineTable<FamilyRow>()({
  name: "families",
  version: 1,
  key: (f) => `${f.account}/${f.region}/${f.family}`,
  indexes: { scope: (f) => `${f.account}/${f.region}` },
})
