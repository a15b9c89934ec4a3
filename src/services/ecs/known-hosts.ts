// Container instances as placement sees them, worked out again only for those that have changed: a cluster of thousands
// is looked at for every call, and few of its instances are others than at the last one.
import type { Host } from "../../scheduler/index.ts"
import type { ContainerInstanceRow, TaskRow, View } from "../../state/index.ts"
import { asHost } from "./instance-room.ts"

/**
 * By the record of the instance: it is frozen, and so is the list of its tasks, which is another one once any of them
 * has changed (also when a transaction was taken back). The task definitions that its tasks were started from stay.
 */
const known = new WeakMap<ContainerInstanceRow, { readonly tasks: readonly TaskRow[]; readonly host: Host }>()

/** The same as `asHost`. */
export const knownHost = (view: View, row: ContainerInstanceRow): Host => {
  const tasks = view.tasks.by("host", row.arn)
  const last = known.get(row)
  if (last?.tasks === tasks) return last.host
  const host = asHost(view, row)
  known.set(row, { tasks, host })
  return host
}
