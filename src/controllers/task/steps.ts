// The table of steps: what must be made before a task runs and unmade after it. A kind plugs in here with its phase;
// the life cycle in plan.ts knows none of them.
import type { Cx } from "../../gate/index.ts"
import type { TaskRow, TaskStep } from "../../state/index.ts"
import { networkInterface, releaseInterface } from "./network-interface.ts"

/** What came of working on a step. `patch` changes the task's own columns in the same transaction. */
export interface StepResult {
  readonly status: TaskStep["status"]
  readonly reason?: string
  readonly patch?: Partial<Pick<TaskRow, "attachments" | "containerInstanceArn" | "availabilityZone">>
}

/** One kind of step. `work` is idempotent: it is called again until it is not WAITING. */
export interface StepKind {
  readonly kind: string
  readonly phase: TaskStep["phase"]
  readonly applies: (task: TaskRow) => boolean
  readonly work: (cx: Cx, task: TaskRow) => StepResult
}

/** All kinds, in the order in which they run within their phase. */
export const stepKinds: readonly StepKind[] = [networkInterface, releaseInterface]

/** The steps that a new task has to pass. */
export const stepsOf = (task: TaskRow): readonly TaskStep[] =>
  stepKinds.filter((k) => k.applies(task)).map(({ kind, phase }) => ({ kind, phase, status: "WAITING" }))
