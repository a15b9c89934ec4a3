// What a step of a task is to the table in steps.ts: its phase, whom it is for, and its work.
import type { Cx } from "../../gate/index.ts"
import type { TaskRow, TaskStep } from "../../state/index.ts"

/** What came of working on a step. `patch` changes the task's own columns in the same transaction. */
export interface StepResult {
  readonly status: TaskStep["status"]
  readonly reason?: string
  /** Of one that waits: when it is to be worked on again although nothing happened. */
  readonly until?: number
  readonly patch?: Partial<Pick<TaskRow, "attachments" | "targets" | "containerInstanceArn" | "availabilityZone">>
}

/** One kind of step. `work` is idempotent: it is called again until it is not WAITING. */
export interface StepKind {
  readonly kind: string
  readonly phase: TaskStep["phase"]
  readonly applies: (task: TaskRow) => boolean
  readonly work: (cx: Cx, task: TaskRow) => StepResult
}
