// Task sets: groups of a service's tasks with settings of their own, kept by a deployment controller that is not ECS's.
// Written by services/ecs (what is wished) and controllers/service (what became of it); see OWNERS.md.
import { defineTable } from "../table.ts"

export interface TaskSetRow {
  readonly account: string
  readonly region: string
  readonly arn: string
  /** `ecs-svc/<19 digits>`: `startedBy` of its tasks. */
  readonly id: string
  readonly serviceArn: string
  /** What its tasks are started with. */
  readonly revisionArn: string
  /** DRAINING: deleted, its tasks are on their way out; the row goes with the last of them. */
  readonly status: "PRIMARY" | "ACTIVE" | "DRAINING"
  /** Its share of the service's desired count. */
  readonly scale: { readonly value: number; readonly unit: "PERCENT" }
  readonly externalId?: string
  readonly clientToken?: string
  readonly createdAt: number
  readonly updatedAt: number
  readonly tags: readonly { readonly key: string; readonly value: string }[]
  readonly stabilityStatus: "STEADY_STATE" | "STABILIZING"
  readonly stabilityStatusAt: number
  /** Tasks in a row that never reached RUNNING, and when the next may be started. */
  readonly throttle?: { readonly failures: number; readonly until: number }
  /** Tasks in a row that soon ended after they ran, when the last did, and when the next may be started. */
  readonly churn?: { readonly deaths: number; readonly lastAt: number; readonly until: number }
}

export const taskSets = defineTable<TaskSetRow>()({
  name: "taskSets",
  version: 1,
  key: (s) => s.arn,
  indexes: { service: (s) => s.serviceArn },
})
