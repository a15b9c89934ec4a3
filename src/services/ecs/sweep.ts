// When ECS forgets: tokens of RunTask, deleted clusters and task definitions. Pure over the records.
// Stopped tasks are forgotten by the task controller, an hour after they stopped (see isVisible in resolve.ts).
import type { ClusterRow, RunTaskTokenRow, TaskDefinitionRow, View } from "../../state/index.ts"
import { isVisible } from "./resolve.ts"

/** A RunTask token is good for a day at most. */
const tokenLifetime = 24 * 60 * 60 * 1000

/** Whether a token still answers: for a day, or until an hour after the last of its tasks has stopped. */
export const isTokenAlive = (view: View, token: RunTaskTokenRow, now: number): boolean =>
  now - token.createdAt < tokenLifetime &&
  token.taskArns.some((arn) => {
    const task = view.tasks.get(arn)
    return task !== undefined && isVisible(task, now)
  })

/**
 * What was deleted stays describable for a while that AWS does not name ("might remain discoverable", API_DeleteCluster);
 * here for an hour, as stopped tasks.
 */
export const deletedLifetime = 60 * 60 * 1000

/** When a cluster is forgotten; undefined for one that is not deleted. */
export const clusterEnd = (row: ClusterRow): number | undefined =>
  row.status === "INACTIVE" ? (row.deletedAt ?? 0) + deletedLifetime : undefined

/** Whether a deployment that a service shows, or a task set of it, starts its tasks from the definition. */
const isServed = (view: View, definition: string): boolean =>
  view.serviceRevisions
    .by("taskDefinition", definition)
    .some(
      (revision) =>
        view.services.get(revision.serviceArn)?.status !== "INACTIVE" &&
        [
          ...view.deployments.by("shown", revision.serviceArn),
          ...view.taskSets.by("service", revision.serviceArn),
        ].some(({ revisionArn }) => revisionArn === revision.arn),
    )

/** When a task definition may be forgotten; undefined for one that is to stay, or that tasks or services still use. */
export const taskDefinitionEnd = (view: View, row: TaskDefinitionRow): number | undefined => {
  if (row.status !== "DELETE_IN_PROGRESS") return undefined
  if (view.tasks.count("taskDefinition", row.arn) > 0 || isServed(view, row.arn)) return undefined
  return (row.deleteRequestedAt ?? 0) + deletedLifetime
}
