// Who may see what: a task's metadata and credentials are answered to the task's own addresses only. Pure.
import type { ContainerSnapshot, TaskEngine, TaskSnapshot } from "../types.ts"

/** Whether `source` is an address of the task on the link network. A task without one is answered nothing. */
export const mayAsk = (task: Pick<TaskSnapshot, "linkAddresses">, source: string): boolean =>
  task.linkAddresses.includes(source)

/**
 * The container with this metadata id, if `source` may see it: the id is 122 random bits, but it stands in the
 * environment and may leak. A wrong source is told the same as for an id that does not exist.
 */
export const containerFor = (
  engine: Pick<TaskEngine, "tasks">,
  metadataId: string,
  source: string,
): { readonly task: TaskSnapshot; readonly container: ContainerSnapshot } | undefined => {
  for (const task of engine.tasks()) {
    const container = task.containers.find((c) => c.metadataId === metadataId)
    if (container) return mayAsk(task, source) ? { task, container } : undefined
  }
  return undefined
}

/** The task that `source` belongs to: how version 2 of the endpoint finds out who asks. */
export const taskOf = (engine: Pick<TaskEngine, "tasks">, source: string): TaskSnapshot | undefined =>
  engine.tasks().find((task) => task.known !== "STOPPED" && mayAsk(task, source))

/** An IPv4 address that came over an IPv6 socket is meant as IPv4. */
export const plainAddress = (address: string | undefined): string => (address ?? "").replace(/^::ffff:(?=\d+\.)/i, "")
