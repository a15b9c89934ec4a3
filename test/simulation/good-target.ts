// Whether load balancers find a task healthy, by the rows.
import { type TaskRow, taskTargetKey, type View } from "../../src/state/index.ts"

/** Whether all load balancers of a task find it healthy; so does none. */
export const isGoodTarget = (view: View, task: TaskRow): boolean =>
  (task.loadBalancers ?? []).every(({ targetGroupArn }) => {
    const target = task.targets?.find(({ groupArn }) => groupArn === targetGroupArn)
    const row = target && view.targets.get(taskTargetKey(target))
    return row !== undefined && !row.draining && view.targetHealth.get(taskTargetKey(row))?.state === "healthy"
  })
