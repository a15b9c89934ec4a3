// The table of steps: what must be made before a task runs and unmade after it. A kind plugs in here with its phase;
// the life cycle in plan.ts knows none of them.
import type { TaskRow, TaskStep } from "../../state/index.ts"
import { deregisterTargets } from "./deregister-targets.ts"
import { networkInterface, releaseInterface } from "./network-interface.ts"
import { registerTargets } from "./register-targets.ts"
import type { StepKind } from "./step-kind.ts"

/** All kinds, in the order in which they run within their phase. */
export const stepKinds: readonly StepKind[] = [networkInterface, registerTargets, deregisterTargets, releaseInterface]

/** The steps that a new task has to pass. */
export const stepsOf = (task: TaskRow): readonly TaskStep[] =>
  stepKinds.filter((k) => k.applies(task)).map(({ kind, phase }) => ({ kind, phase, status: "WAITING" }))
