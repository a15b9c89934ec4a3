// Which agent a task is the business of: the one of its host, and no other.
import type { ReadCx } from "../../gate/index.ts"
import type { TaskRow } from "../../state/index.ts"

/**
 * Whether this caller is the agent of the host that the task was placed on: by the machine of its key, else by the
 * principal that registered the instance.
 */
export const speaksFor = (cx: Pick<ReadCx, "tx" | "caller">, task: TaskRow): boolean => {
  if (task.containerInstanceArn === undefined) return false
  const host = cx.tx.containerInstances.get(task.containerInstanceArn)
  if (!host) return false
  if (cx.caller.machineId !== host.machineId) return false
  return host.machineId !== undefined || host.registeredBy === cx.caller.arn
}
