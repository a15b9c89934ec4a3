// A task engine for tests of what listens to one: tasks are put into it, and what it is told is kept.
import type { AcsTask, PreparedSandbox } from "../../protocol/index.ts"
import type { TaskChange, TaskEngine, TaskSnapshot } from "../types.ts"

export interface FakeEngine extends TaskEngine {
  /** Replaces a task and tells the listeners. */
  put(task: TaskSnapshot, what?: TaskChange["what"]): void
  readonly accepted: AcsTask[][]
  readonly prepared: PreparedSandbox[][]
  readonly settledTasks: string[]
  readonly doneLogs: string[]
  /** ARNs that `accept` turns down. */
  readonly bad: Set<string>
}

export const fakeEngine = (...tasks: readonly TaskSnapshot[]): FakeEngine => {
  const held = new Map(tasks.map((task) => [task.arn, task]))
  const listeners = new Set<(change: TaskChange) => void>()
  const engine: FakeEngine = {
    accepted: [],
    prepared: [],
    settledTasks: [],
    doneLogs: [],
    bad: new Set(),
    put: (task, what = "status") => {
      held.set(task.arn, task)
      for (const listener of listeners) listener({ task, what })
    },
    start: async () => {},
    accept: async (taken) => {
      engine.accepted.push([...taken])
      return { rejected: taken.flatMap((task) => (engine.bad.has(task.arn) ? [task.arn] : [])) }
    },
    prepare: (wanted) => void engine.prepared.push([...wanted]),
    tasks: () => [...held.values()],
    task: (arn) => held.get(arn),
    onChange: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    settled: (arn) => void engine.settledTasks.push(arn),
    logsDone: (arn, container) => void engine.doneLogs.push(`${arn} ${container}`),
    close: async () => {},
  }
  return engine
}
