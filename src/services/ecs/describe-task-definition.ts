// A task definition's record as the API answers it. Pure.
import type { TaskDefinition } from "@aws-sdk/client-ecs"
import type { Frozen, TaskDefinitionRow } from "../../state/index.ts"
import { compatibilitiesOf, requiresAttributesOf } from "./definition/compatibilities.ts"
import { date, present, thaw } from "./shape.ts"

/** `taskDefinition` of an answer; tags stand beside it, never in it. */
export const describeTaskDefinition = (row: TaskDefinitionRow): TaskDefinition => ({
  ...thaw<TaskDefinition>(row.definition as Frozen<TaskDefinition>),
  ...present({
    taskDefinitionArn: row.arn,
    family: row.family,
    revision: row.revision,
    status: row.status,
    requiresAttributes: requiresAttributesOf(row.definition),
    compatibilities: compatibilitiesOf(row.definition),
    registeredAt: date(row.registeredAt),
    deregisteredAt: date(row.deregisteredAt),
    deleteRequestedAt: date(row.deleteRequestedAt),
    registeredBy: row.registeredBy,
  }),
})
