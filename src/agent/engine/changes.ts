// What of a task's change is worth telling, and what of it must be on disk first. Pure.
import type { TaskChange, TaskSnapshot } from "../types.ts"

/** The changes from one snapshot of a task to the next, containers before the task. */
export const changesBetween = (before: TaskSnapshot, task: TaskSnapshot): readonly TaskChange[] => {
  const changes: TaskChange[] = []
  if (before.pullStartedAt !== task.pullStartedAt || before.pullStoppedAt !== task.pullStoppedAt) {
    changes.push({ task, what: "pull" })
  }
  const old = new Map(before.containers.map((container) => [container.name, container]))
  for (const container of task.containers) {
    const was = old.get(container.name)
    const tell = (what: TaskChange["what"]) => changes.push({ task, what, container: container.name })
    if (was?.logPath !== container.logPath) tell("log")
    if (was?.known !== container.known) tell("container")
    if (was?.health?.status !== container.health?.status) tell("health")
  }
  if (before.known !== task.known || before.desired !== task.desired) changes.push({ task, what: "status" })
  return changes
}

/**
 * When the checkpoint is to have `task`: before anybody hears of it if nothing else would tell it again after a restart;
 * soon if Docker would; not at all for what the next write brings along.
 */
export const saveTime = (before: TaskSnapshot, task: TaskSnapshot): "before" | "after" | "later" => {
  if (before.desired !== task.desired || before.reason !== task.reason) return "before"
  const moved = task.containers.some((container, i) => {
    const was = before.containers[i]
    return was?.known !== container.known && (container.known === "STOPPED" || container.known === "RUNNING")
  })
  return moved || before.known !== task.known ? "after" : "later"
}
