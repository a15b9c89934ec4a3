// When a deployment is complete, when a service is steady, and when an old deployment is over. Pure.
// Source: aws-behaviour.md 2.2 ("Steady state") and 2.12.
import type { DeploymentRow } from "../../state/index.ts"
import { isHealthy, isSick } from "./health.ts"
import type { DeploymentChange, Seen } from "./seen.ts"

/** Whether the service has exactly the tasks that it should have, all of the primary deployment and healthy. */
export const isSteady = (seen: Seen, primary: DeploymentRow, now: number): boolean => {
  const { service, live } = seen
  const wanted = seen.eligible?.length ?? service.desiredCount
  return (
    primary.rolloutState !== "FAILED" &&
    live.length === wanted &&
    live.every((task) => task.deployment === primary.id && isHealthy(task, now) && !task.draining) &&
    !live.some((task) => isSick(task, service, now)) &&
    !seen.lingering &&
    ![...seen.leaving].some((id) => id !== primary.id)
  )
}

/** Older deployments of which no task is left: they vanish from `deployments[]`. */
export const overDeployments = (seen: Seen): readonly DeploymentRow[] =>
  seen.older.filter(
    (deployment) => !seen.leaving.has(deployment.id) && !seen.live.some((task) => task.deployment === deployment.id),
  )

/** What the completion of the primary deployment changes in the rows of deployments. */
export const completed = (
  primary: DeploymentRow,
  rolledBack: readonly DeploymentRow[],
  reason: string,
  now: number,
): ReadonlyMap<string, DeploymentChange> =>
  new Map<string, DeploymentChange>([
    [
      primary.id,
      {
        rolloutState: "COMPLETED",
        rolloutStateReason: reason,
        completedAt: now,
        updatedAt: now,
        // One that came back by a rollback had succeeded before.
        ...(primary.status === "SUCCESSFUL" ? {} : { status: "SUCCESSFUL", finishedAt: now }),
      },
    ],
    ...rolledBack.map((deployment): [string, DeploymentChange] => [
      deployment.id,
      { status: "ROLLBACK_SUCCESSFUL", finishedAt: now, updatedAt: now },
    ]),
  ])
