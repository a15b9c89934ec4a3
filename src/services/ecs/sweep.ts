// When ECS forgets: tokens of RunTask, and task definitions whose deletion was asked for. Pure over the records.
// Stopped tasks are forgotten by the task controller, an hour after they stopped (see isVisible in resolve.ts).
import type { RunTaskTokenRow, Tx, View } from "../../state/index.ts"
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

/** Removes a task definition that is DELETE_IN_PROGRESS and that no task uses any more; true when it is gone. */
export const forgetTaskDefinition = (tx: Tx, arn: string): boolean => {
  const row = tx.taskDefinitions.get(arn)
  if (row?.status !== "DELETE_IN_PROGRESS" || tx.tasks.count("taskDefinition", arn) > 0) return false
  return tx.taskDefinitions.delete(arn)
}
