// How long a task waits for an agent that is away. Pure over a view. docs/decisions/0011-agents-that-are-away.md
import type { TaskRow, View } from "../../state/index.ts"

/**
 * Longer than a network cut of a minute with the pauses that an agent makes before it tries again. Milliseconds of the
 * cloud clock.
 */
export const patience = 3 * 60_000

/**
 * From when on a task is given up because its host's agent is away; undefined for all that are not. A daemon's task is
 * waited for, as its replacement could only be on the same instance; so is a task of no service, which nothing replaces,
 * and one on Fargate, whose host's agent is started again by the supervisor.
 */
export const givenUpAt = (view: View, task: TaskRow): number | undefined => {
  if (task.serviceArn === undefined || task.containerInstanceArn === undefined) return undefined
  const host = view.containerInstances.get(task.containerInstanceArn)
  if (!host || host.pool || host.session.connected) return undefined
  if (view.services.get(task.serviceArn)?.schedulingStrategy === "DAEMON") return undefined
  return host.session.since + patience
}
