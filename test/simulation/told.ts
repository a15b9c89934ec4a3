// What clients are told must be true when it is told: COMPLETED of a deployment, STEADY_STATE of a task set, the deployment
// that a rollback goes to, and the events of tasks in their order. Followed over all lives of the store.
import type { Commit, DeploymentRow, OutboxRow, ServiceRow, State, TaskSetRow, View } from "../../src/state/index.ts"
import { taskStatuses } from "../../src/state/index.ts"
import { computedCount, isHealthy, type Parts } from "./invariants.ts"

/** Detail of a task state change event, as far as it must go forward. */
interface Told {
  readonly taskArn: string
  readonly version: number
  readonly lastStatus: (typeof taskStatuses)[number]
  readonly desiredStatus: string
}

/** Watches one life of the store. `told` is what the events before it said last of each task. */
export const watchWhatIsTold = (state: State, { checks, violation, now }: Parts): void => {
  const check = (name: string, holds: boolean, what: () => string) => {
    checks.set(name, (checks.get(name) ?? 0) + 1)
    if (!holds) violation(name, what())
  }

  const completed = (view: View, deployment: DeploymentRow) => {
    const service = view.services.get(deployment.serviceArn)
    if (!service) return
    const tasks = view.tasks.by("serving", service.arn).filter((task) => task.lastStatus !== "STOPPED")
    const own = tasks.filter((task) => task.startedBy === deployment.id && isHealthy(view, task, now()))
    const others = tasks.filter((task) => task.startedBy !== deployment.id && task.lastStatus === "RUNNING")
    const wanted =
      service.schedulingStrategy === "DAEMON"
        ? view.containerInstances.by("cluster", service.clusterArn).filter((i) => i.status === "ACTIVE").length
        : service.desiredCount
    check(
      "a deployment that is COMPLETED has all its tasks healthy, and no others run",
      own.length === wanted && others.length === 0,
      () => `${service.name} ${deployment.id}: ${own.length} healthy of ${wanted}, ${others.length} others run`,
    )
  }

  const stable = (view: View, set: TaskSetRow) => {
    const service = view.services.get(set.serviceArn)
    if (!service) return
    const tasks = view.tasks.by("serving", service.arn).filter((task) => task.startedBy === set.id)
    const own = tasks.filter((task) => isHealthy(view, task, now())).length
    const running = tasks.filter((task) => task.lastStatus === "RUNNING").length
    check(
      "a task set that is STEADY_STATE has all its tasks healthy, and no others",
      own === computedCount(service, set) && running === own,
      () => `${set.arn}: ${running} running, ${own} healthy of ${computedCount(service, set)}`,
    )
  }

  const said = (told: Map<string, Told>, detail: Told) => {
    const before = told.get(detail.taskArn)
    told.set(detail.taskArn, detail)
    if (!before) return
    check(
      "events of a task go forward",
      detail.version > before.version &&
        taskStatuses.indexOf(detail.lastStatus) >= taskStatuses.indexOf(before.lastStatus) &&
        (before.desiredStatus === "RUNNING" || detail.desiredStatus === "STOPPED"),
      () => `${detail.taskArn}: ${JSON.stringify(pick(before))} then ${JSON.stringify(pick(detail))}`,
    )
  }
  const pick = ({ version, lastStatus, desiredStatus }: Told) => ({ version, lastStatus, desiredStatus })

  const { seen: told } = state.watch(
    "committed",
    (view) => {
      const last = new Map<string, Told>()
      for (const event of view.outbox.all()) {
        if (event.detailType === "ECS Task State Change") last.set((event.detail as Told).taskArn, event.detail as Told)
      }
      return last
    },
    (commit) => see(commit),
  )

  const see = (commit: Commit) => {
    for (const { table, before, after } of commit.changes) {
      if (table === "outbox" && after && (after as OutboxRow).detailType === "ECS Task State Change") {
        said(told, (after as OutboxRow).detail as Told)
      }
      // Rows are looked at as they are now: only when nothing was committed since.
      if (state.position !== commit.position) continue
      if (table === "deployments") {
        const [old, row] = [before, after] as [DeploymentRow | undefined, DeploymentRow | undefined]
        if (old?.rolloutState === "IN_PROGRESS" && row?.rolloutState === "COMPLETED") {
          state.view((view) => completed(view, row))
        }
      }
      if (table === "taskSets") {
        const [old, row] = [before, after] as [TaskSetRow | undefined, TaskSetRow | undefined]
        if (old?.stabilityStatus === "STABILIZING" && row?.stabilityStatus === "STEADY_STATE") {
          state.view((view) => stable(view, row))
        }
      }
      if (table === "services") rolledBack(commit, before as ServiceRow | undefined, after as ServiceRow | undefined)
    }
  }

  /** A deployment that was there before and is PRIMARY again had completed. */
  const rolledBack = (commit: Commit, before: ServiceRow | undefined, after: ServiceRow | undefined) => {
    if (!after || before?.primary === after.primary || after.primary === undefined) return
    const target = commit.changes.find(
      ({ table, key }) => table === "deployments" && key === `${after.arn} ${after.primary}`,
    )
    const was = target?.before as DeploymentRow | undefined
    // Traffic that is being shifted goes back to where it came from.
    const isBlue = (row: DeploymentRow) =>
      commit.changes.some(({ after: one }) => (one as DeploymentRow | undefined)?.shift?.blue === row.id)
    check(
      "a rollback goes to a deployment that had completed",
      target !== undefined && (was === undefined || was.rolloutState === "COMPLETED" || isBlue(was)),
      () => `${after.name}: ${after.primary} was ${was?.rolloutState}`,
    )
  }
}
