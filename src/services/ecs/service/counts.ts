// How many tasks a service and its deployments have, counted from the tasks themselves.
import type { TaskStatus, View } from "../../../state/index.ts"

export interface Counts {
  running: number
  pending: number
}

const pending: ReadonlySet<TaskStatus> = new Set(["PROVISIONING", "PENDING", "ACTIVATING"])

/** Tasks that are RUNNING, and those on their way to it, by the id of their deployment. */
export const countsByDeployment = (view: View, serviceArn: string): ReadonlyMap<string, Readonly<Counts>> => {
  const counts = new Map<string, Counts>()
  for (const task of view.tasks.by("serving", serviceArn)) {
    const isRunning = task.lastStatus === "RUNNING"
    // One that is told to stop before it runs will never count.
    if (!isRunning && !(pending.has(task.lastStatus) && task.desiredStatus === "RUNNING")) continue
    const of = counts.get(task.startedBy ?? "") ?? { running: 0, pending: 0 }
    if (isRunning) of.running += 1
    else of.pending += 1
    counts.set(task.startedBy ?? "", of)
  }
  return counts
}

export const noCounts: Readonly<Counts> = { running: 0, pending: 0 }

/** All of a service's together. */
export const total = (counts: ReadonlyMap<string, Readonly<Counts>>): Readonly<Counts> =>
  [...counts.values()].reduce(
    (sum, { running, pending: waiting }) => ({ running: sum.running + running, pending: sum.pending + waiting }),
    noCounts,
  )
