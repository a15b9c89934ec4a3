// Which GPUs of its container instance each container of a new task gets: they are its own until the task is over.
import type { ContainerInstanceRow, TaskRow, View } from "../../../state/index.ts"
import { containersOf, type Definition } from "../definition/definition.ts"
import { freeGpus, gpusOfContainer } from "../instance-room.ts"

/** The task with its GPUs. The instance was found to have enough of them. */
export const withGpus = (
  view: View,
  definition: Definition,
  instance: ContainerInstanceRow,
  task: TaskRow,
): TaskRow => {
  const wanted = containersOf(definition).map((container) => ({ container, count: gpusOfContainer(container) }))
  if (wanted.every(({ count }) => count === 0)) return task
  const free = [...freeGpus(view, instance)]
  const given = new Map(
    wanted.map(({ container, count }) => {
      const isAll = container.resourceRequirements?.some(({ value }) => value === "ALL")
      return [container.name, free.splice(0, isAll ? free.length : count)]
    }),
  )
  return {
    ...task,
    containers: task.containers.map((container) => {
      const gpuIds = given.get(container.name) ?? []
      return gpuIds.length > 0 ? { ...container, gpuIds } : container
    }),
  }
}
