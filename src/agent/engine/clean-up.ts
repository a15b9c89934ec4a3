// Removing what a task made, once it is over, reported, and its logs are through. Safe to run again after any failure.
import { type BackOff, type Clock, delay, errorFields, type Log, pauseAfter } from "../../kernel/index.ts"
import type { ContainerDriver } from "../driver.ts"
import type { TaskSnapshot } from "../types.ts"
import { ownVolumes } from "./mounts.ts"
import { taskId } from "./names.ts"

/** Whether a container's log is followed, and so must not be removed before its end was read. */
export const isFollowed = (container: TaskSnapshot["containers"][number]): boolean =>
  container.logDriver === "awslogs" && container.startedAt !== undefined

/** Between tries: a cgroup is busy for a moment after its last process ended. */
const again: BackOff = { first: 100, factor: 2, max: 5_000 }

interface Parts {
  readonly driver: ContainerDriver
  readonly clock: Clock
  readonly log: Log
}

/** Waits, and then removes all that the task made, however often it has to be tried. Ends early with `signal`. */
export const cleanUp = async (
  { driver, clock, log }: Parts,
  task: TaskSnapshot,
  { wait, signal }: { wait: number; signal: AbortSignal },
): Promise<void> => {
  if (wait > 0) await delay(clock, wait, signal)
  for (let failures = 1; !signal.aborted; failures++) {
    try {
      return await removeAll(driver, task)
    } catch (error) {
      log.warn("Cleaning up after a task failed; trying again", { task: task.arn, ...errorFields(error) })
      await delay(clock, pauseAfter(again, failures), signal)
    }
  }
}

/** Containers, then volumes, then the cgroup; none of them being there is no error. */
const removeAll = async (driver: ContainerDriver, task: TaskSnapshot): Promise<void> => {
  // What holds the others' namespaces goes last. By name, for one that was made and never noted.
  const handles = (isUsers: boolean) =>
    task.containers.flatMap((one) =>
      (one.type === "NORMAL") === isUsers ? (one.runtimeId ?? one.runtimeName ?? []) : [],
    )
  await Promise.all(handles(true).map((id) => driver.remove(id)))
  await Promise.all(handles(false).map((id) => driver.remove(id)))
  await Promise.all(ownVolumes(task).map((name) => driver.removeVolume(name)))
  if (task.definition.cpu || task.definition.memory) await driver.removeGroup(taskId(task.arn))
}
