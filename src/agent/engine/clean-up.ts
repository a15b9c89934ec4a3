// Removing what a task made, once it is over, reported, and its logs are through. Safe to run again after any failure.
import type { ContainerDriver } from "../driver.ts"
import type { TaskSnapshot } from "../types.ts"
import { ownVolumes } from "./mounts.ts"
import { taskId } from "./names.ts"

/** Whether a container's log is followed, and so must not be removed before its end was read. */
export const isFollowed = (container: TaskSnapshot["containers"][number]): boolean =>
  container.logDriver === "awslogs" && container.startedAt !== undefined

/** Containers, then volumes, then the cgroup; none of them being there is no error. */
export const cleanUp = async (driver: ContainerDriver, task: TaskSnapshot): Promise<void> => {
  // The network goes last: it is the others' namespace. By name, for one that was made and never noted.
  const handles = (type: "NORMAL" | "CNI_PAUSE") =>
    task.containers.flatMap((one) => (one.type === type ? (one.runtimeId ?? one.runtimeName ?? []) : []))
  await Promise.all(handles("NORMAL").map((id) => driver.remove(id)))
  await Promise.all(handles("CNI_PAUSE").map((id) => driver.remove(id)))
  await Promise.all(ownVolumes(task).map((name) => driver.removeVolume(name)))
  if (task.definition.cpu || task.definition.memory) await driver.removeGroup(taskId(task.arn))
}
