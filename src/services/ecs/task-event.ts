// The event of a task's change, as EventBridge carries it. The task controller emits it.
import type { EmittedEvent } from "../../gate/index.ts"
import type { TaskRow, View } from "../../state/index.ts"
import { taskStateChangeDetail } from "./describe-task.ts"

/** `ECS Task State Change` for a task as it is now; `at` in milliseconds since the epoch becomes `updatedAt`. */
export const taskStateChange = (view: View, task: TaskRow, at: number): EmittedEvent => ({
  source: "aws.ecs",
  detailType: "ECS Task State Change",
  resources: [task.arn],
  detail: taskStateChangeDetail(view, task, at),
})
