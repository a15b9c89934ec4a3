// The events of a service as ECS writes them: in order, in its words, and each true when it is said: how many tasks were
// started and stopped and which, how many are in which zone, and that all is steady. Told from the sentences alone.
import type { Commit, ServiceEventRow, ServiceRow, State, TargetRow, TaskRow, View } from "../../src/state/index.ts"
import { computedCount, isHealthy, type Parts } from "./invariants.ts"

/** What an event says, read from its words: aws-behaviour.md 2.2. */
type Said = (words: readonly string[], about: About) => boolean | undefined

interface About {
  readonly service: ServiceRow
  readonly commit: Commit
  /** Only when nothing was committed since. */
  readonly view: View | undefined
  readonly now: number
}

const ids = (list: string): readonly string[] =>
  [...list.matchAll(/\(task ([0-9a-f]{32})\)/g)].map(([, id]) => id ?? "")
const wanted = (task: TaskRow) => task.desiredStatus === "RUNNING" && task.lastStatus !== "STOPPED"

/** Tasks of the service that this commit has changed as told. */
const changed = ({ service, commit }: About, how: (before: TaskRow | undefined, after: TaskRow) => boolean) =>
  commit.changes.flatMap(({ table, before, after }) => {
    const task = after as TaskRow | undefined
    return table === "tasks" && task?.serviceArn === service.arn && how(before as TaskRow | undefined, task) ? task : []
  })
const began = (about: About) => changed(about, (before) => before === undefined)
const ended = (about: About) =>
  changed(about, (before, after) => before?.desiredStatus === "RUNNING" && after.desiredStatus === "STOPPED")
const same = (tasks: readonly TaskRow[], named: readonly string[], count: string | undefined) =>
  named.length === Number(count) && named.every((id) => tasks.some((task) => task.id === id))

const started: Said = ([count, list = ""], about) => same(began(about), ids(list), count)
const stopped: Said = ([count, list = ""], about) => same(ended(about), ids(list), count)

/** `2 tasks in az-a, 0 tasks in az-b`: of every zone that has some. */
const balance =
  (balanced: boolean): Said =>
  ([list = ""], about) => {
    const { service, view } = about
    if (!view) return undefined
    // As it was before the tasks that are started because of it.
    const young = new Set(began(about).map(({ arn }) => arn))
    const told = new Map(list.split(", ").map((part) => part.split(" tasks in ").toReversed() as [string, string]))
    const zones = view.tasks.by("serving", service.arn).filter((task) => wanted(task) && !young.has(task.arn))
    const counts = [...told].map(([zone, count]) => {
      const there = zones.filter((task) => task.availabilityZone === zone).length
      return there === Number(count) ? there : Number.NaN
    })
    const apart = Math.max(...counts) - Math.min(...counts)
    return zones.every((t) => told.has(t.availabilityZone ?? "")) && (balanced ? apart <= 1 : apart > 1)
  }

const steady: Said = (_, { service, view, now }) => {
  if (!view) return undefined
  const tasks = view.tasks.by("serving", service.arn).filter((task) => task.lastStatus !== "STOPPED")
  const running = tasks.filter((task) => task.lastStatus === "RUNNING")
  const sets = view.taskSets.by("service", service.arn)
  const expected =
    service.schedulingStrategy === "DAEMON"
      ? view.containerInstances.by("cluster", service.clusterArn).filter(({ status }) => status === "ACTIVE").length
      : service.deploymentController === "EXTERNAL"
        ? sets.reduce((sum, set) => sum + computedCount(service, set), 0)
        : service.desiredCount
  const isDraining = ({ containerInstanceArn: arn }: TaskRow) =>
    arn !== undefined && view.containerInstances.get(arn)?.status === "DRAINING"
  return (
    running.length === expected &&
    running.every((task) => isHealthy(view, task, now) && !isDraining(task)) &&
    tasks.filter(wanted).length === expected &&
    (service.deploymentController === "EXTERNAL" || running.every((task) => task.startedBy === service.primary))
  )
}

/** The deployment that is named is complete in the same commit. */
const completed: Said = ([id], { service, commit }) =>
  commit.changes.some(
    ({ table, key, after }) =>
      table === "deployments" &&
      key === `${service.arn} ${id}` &&
      (after as { rolloutState?: string } | undefined)?.rolloutState === "COMPLETED",
  )

/** Registrations in a group that this commit has changed as told. */
const targets = (
  { commit }: About,
  group: string | undefined,
  how: (before?: TargetRow, after?: TargetRow) => boolean,
) =>
  commit.changes.filter(({ table, before, after }) => {
    const [was, is] = [before, after] as [TargetRow | undefined, TargetRow | undefined]
    return table === "targets" && (is ?? was)?.groupArn === group && how(was, is)
  }).length
const registered: Said = ([count, group], about) =>
  targets(about, group, (was, is) => (!was || was.draining !== undefined) && is !== undefined && !is.draining) ===
  Number(count)
const deregistered: Said = ([count, group], about) =>
  targets(about, group, (was, is) => was !== undefined && !was.draining && (!is || is.draining !== undefined)) ===
  Number(count)

const always: Said = () => true

/** Every sentence, with what must be so when it is said. */
const sentences: readonly (readonly [RegExp, Said])[] = [
  [/^has started (\d+) tasks: ([^.]+)\.$/, started],
  [/^has started (\d+) tasks: ([^.]+)\. Amazon ECS replaced \d+ tasks due to an unhealthy status\.$/, started],
  [/^has stopped (\d+) running tasks: ([^.]+)\.$/, stopped],
  [/^stopped (\d+) pending tasks\.$/, ([count], about) => ended(about).length >= Number(count)],
  [
    /^\(task ([0-9a-f]{32})\) failed container health checks\.$/,
    ([id], about) => ended(about).some((t) => t.id === id),
  ],
  [/^\(deployment (ecs-svc\/\d{19})\) deployment completed\.$/, completed],
  [/^has reached a steady state\.$/, steady],
  [/^is not AZ balanced with (.+)\. AZ Rebalancing in progress\.$/, balance(false)],
  [/^is AZ balanced with (.+)\.$/, balance(true)],
  [/^has started (\d+) tasks in \S+ to AZ Rebalance: ([^.]+)\.$/, started],
  [/^has stopped (\d+) running tasks in \S+ due to AZ rebalancing: ([^.]+)\.$/, stopped],
  [/^\(deployment ecs-svc\/\d{19}\) deployment failed: tasks failed to start\.$/, always],
  [/^\(deployment ecs-svc\/\d{19}\) deployment failed: Service deployment rolled back because .+$/, always],
  [/^rolling back to deployment ecs-svc\/\d{19}\.$/, always],
  [
    /^is unable to consistently start tasks successfully\. For more information, see the Troubleshooting section\.$/,
    always,
  ],
  [/^was unable to (stop or start tasks during a deployment|reach steady state|AZ Rebalance) because .+$/, always],
  [/^stopped AZ Rebalancing\.$/, always],
  [/^registered (\d+) targets in \(target-group (\S+)\)$/, registered],
  [/^deregistered (\d+) targets in \(target-group (\S+)\)$/, deregistered],
  [
    /^\(task ([0-9a-f]{32})\) \(port 80\) is unhealthy in \(target-group \S+\) due to \(reason .+\)\.$/,
    ([id], about) => ended(about).some((t) => t.id === id),
  ],
]
const draining = /^\(service \S+, taskSet ecs-svc\/\d{19}\) has begun draining connections on [1-9]\d* tasks\.$/
const unplaced = /^service \S+ (was|is) unable to place a task\b.+\.$/

/** Watches one life of the store. */
export const watchServiceEvents = (state: State, { checks, violation, now }: Parts): void => {
  const check = (name: string, holds: boolean, what: () => string) => {
    checks.set(name, (checks.get(name) ?? 0) + 1)
    if (!holds) violation(name, what())
  }
  /** The newest event of each service. */
  const { seen: newest } = state.watch(
    "committed",
    (view) => {
      const last = new Map<string, ServiceEventRow>()
      for (const event of view.serviceEvents.all()) {
        if ((last.get(event.serviceArn)?.number ?? 0) < event.number) last.set(event.serviceArn, event)
      }
      return last
    },
    (commit) => {
      for (const { table, before, after } of commit.changes) {
        if (table !== "serviceEvents") continue
        const row = (after ?? before) as ServiceEventRow
        if (!before) said(commit, row)
        // All of a service that is made anew.
        else if (!after && newest.get(row.serviceArn)?.number === row.number) newest.delete(row.serviceArn)
      }
    },
  )
  const said = (commit: Commit, event: ServiceEventRow) => {
    const before = newest.get(event.serviceArn)
    newest.set(event.serviceArn, event)
    check(
      "events of a service are in order",
      event.number === (before?.number ?? 0) + 1 && event.createdAt >= (before?.createdAt ?? 0),
      () => `${before?.number} of ${before?.createdAt} then ${event.number} of ${event.createdAt}`,
    )
    const service = state.view((view) => view.services.get(event.serviceArn))
    if (!service || unplaced.test(event.message) || draining.test(event.message)) return
    const start = `(service ${service.name}) `
    const words = event.message.startsWith(start) ? event.message.slice(start.length) : ""
    const [match, isTrue] = sentences.flatMap(([form, says]) => {
      const found = form.exec(words)
      return found ? [found.slice(1), says] : []
    }) as [(readonly string[])?, Said?]
    check("events of a service are in ECS's words", isTrue !== undefined, () => event.message)
    const about = (view: View | undefined): About => ({ service, commit, view, now: now() })
    const truth =
      state.position === commit.position
        ? state.view((view) => isTrue?.(match ?? [], about(view)))
        : isTrue?.(match ?? [], about(undefined))
    if (truth === undefined) return
    const name = words === "has reached a steady state." ? "a steady state is said when it is" : "what events say is so"
    check(name, truth, () => event.message)
  }
}
