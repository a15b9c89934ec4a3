// A container in bridge mode may ask for its metadata before the engine has told us its address: its first instruction is
// faster than the answer to our question. Such a request waits for the address instead of being refused.
import type { Clock } from "../../kernel/index.ts"
import type { TaskEngine, TaskSnapshot } from "../types.ts"
import { mayAsk } from "./lookup.ts"

/** Longer than an engine takes to tell where a container is that it has started. */
const patience = 5_000

const isStarting = ({ definition: { networkMode }, containers }: TaskSnapshot): boolean =>
  networkMode !== "awsvpc" &&
  networkMode !== "host" &&
  containers.some(({ known, runtimeId, addresses }) => known === "CREATED" && runtimeId !== undefined && !addresses)

/** Resolves when it is known whose address `source` is, or that it is nobody's who is starting. */
export const untilKnown = (
  engine: Pick<TaskEngine, "tasks" | "onChange">,
  clock: Clock,
  source: string,
): Promise<void> | undefined => {
  const waits = () => {
    const tasks = engine.tasks()
    return tasks.some(isStarting) && !tasks.some((task) => mayAsk(task, source))
  }
  if (!waits()) return undefined
  return new Promise((resolve) => {
    const end = () => {
      stop()
      cancel()
      resolve()
    }
    const stop = engine.onChange(() => !waits() && end())
    const cancel = clock.at(clock.now() + patience, end)
  })
}
