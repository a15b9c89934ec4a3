// What must hold after every commit, checked on the rows as they were at that commit. Written from the rules of ECS and
// not from our code: it counts again what the controllers counted.
import type {
  Commit,
  ContainerInstanceRow,
  ServiceRow,
  State,
  TaskRow,
  TaskSetRow,
  View,
} from "../../src/state/index.ts"
import { taskStatuses } from "../../src/state/index.ts"
import { isGoodTarget } from "./good-target.ts"

/** How often each invariant was looked at, by name. */
export type Checks = Map<string, number>

/** Says that something does not hold. */
export type Violation = (invariant: string, what: string) => void

/** What invariants are looked at with. */
export interface Parts {
  readonly checks: Checks
  readonly violation: Violation
  /** The time of the control plane. */
  readonly now: () => number
}

const settling = 40_000
const phase = (task: TaskRow) => taskStatuses.indexOf(task.lastStatus)
const isWanted = (task: TaskRow) => task.desiredStatus === "RUNNING" && task.lastStatus !== "STOPPED"

/** Whether a task counts towards minimumHealthyPercent: aws-behaviour.md 2.1. */
export const isHealthy = (view: View, task: TaskRow, now: number): boolean => {
  if (!isWanted(task) || task.lastStatus !== "RUNNING" || task.startedAt === undefined) return false
  if (task.loadBalancers && !isGoodTarget(view, task)) return false
  const essential = task.containers.filter((container) => container.essential)
  if (!essential.some((container) => container.healthChecked)) {
    return task.loadBalancers !== undefined || task.startedAt + settling <= now
  }
  return essential.every((c) => task.observed.containers[c.name]?.health === "HEALTHY")
}

/** How many tasks a task set is to have: "rounded up" (API_TaskSet). */
export const computedCount = (service: ServiceRow, { scale, status }: TaskSetRow): number =>
  status === "DRAINING" || service.status !== "ACTIVE" ? 0 : Math.ceil((service.desiredCount * scale.value) / 100)

/** CPU units that a task holds of its host. */
export const cpuOf = (task: TaskRow): number => task.containers.reduce((sum, c) => sum + Number(c.cpu), 0)
/** MiB that a task holds of its host: what is reserved, else the limit. */
export const memoryOf = (task: TaskRow): number =>
  task.containers.reduce((sum, c) => sum + Number(c.memoryReservation ?? c.memory ?? 0), 0)

const resource = (instance: ContainerInstanceRow, name: string): number =>
  instance.registeredResources.find((r) => r.name === name)?.integerValue ?? 0

/** See the head of the file: follows one life of the store. */
export class CommitInvariants {
  readonly #tasks: Map<string, TaskRow>
  readonly #services: Map<string, ServiceRow>
  readonly #instances: Map<string, ContainerInstanceRow>
  readonly #checks: Checks
  readonly #violation: Violation
  readonly #fixedPorts: (view: View, task: TaskRow) => readonly number[]
  readonly #state: State
  readonly #now: () => number

  constructor(state: State, parts: Parts) {
    this.#state = state
    this.#checks = parts.checks
    this.#violation = parts.violation
    this.#now = parts.now
    this.#fixedPorts = (view, task) => {
      const definition = view.taskDefinitions.get(task.taskDefinitionArn)?.definition
      // Those of a task with an interface of its own are that interface's.
      if (definition?.networkMode === "awsvpc") return []
      return (definition?.containerDefinitions ?? []).flatMap(({ portMappings = [] }) =>
        portMappings.flatMap(({ hostPort }) => (hostPort ? [hostPort] : [])),
      )
    }
    const { seen } = state.watch(
      "committed",
      (view) => ({
        tasks: new Map([...view.tasks.all()].map((row) => [row.arn, row])),
        services: new Map([...view.services.all()].map((row) => [row.arn, row])),
        instances: new Map([...view.containerInstances.all()].map((row) => [row.arn, row])),
      }),
      (commit) => this.#see(commit),
    )
    this.#tasks = seen.tasks
    this.#services = seen.services
    this.#instances = seen.instances
  }

  #check(name: string, holds: boolean, what: () => string): void {
    this.#checks.set(name, (this.#checks.get(name) ?? 0) + 1)
    if (!holds) this.#violation(name, what())
  }

  #see(commit: Commit): void {
    const before = { tasks: new Map<string, TaskRow | undefined>(), wanted: new Map<string, number>() }
    for (const change of commit.changes) {
      if (change.table !== "tasks") continue
      const row = (change.after ?? change.before) as TaskRow
      before.tasks.set(row.arn, this.#tasks.get(row.arn))
      const service = row.serviceArn
      if (service !== undefined && !before.wanted.has(service)) before.wanted.set(service, this.#wanted(service).length)
    }
    for (const { table, key, after } of commit.changes) {
      const rows = (
        table === "tasks"
          ? this.#tasks
          : table === "services"
            ? this.#services
            : table === "containerInstances"
              ? this.#instances
              : undefined
      ) as Map<string, unknown> | undefined
      if (after) rows?.set(key, after)
      else rows?.delete(key)
    }
    const started: TaskRow[] = []
    const stopped: TaskRow[] = []
    for (const [arn, old] of before.tasks) {
      const task = this.#tasks.get(arn)
      if (!task) continue
      this.#forward(old, task)
      if (!old) started.push(task)
      if (old?.desiredStatus === "RUNNING" && task.desiredStatus === "STOPPED") stopped.push(old)
    }
    if (started.length > 0) this.#started(started, before.wanted)
    if (stopped.length > 0) this.#stopped(stopped)
  }

  #wanted(service: string): readonly TaskRow[] {
    return [...this.#tasks.values()].filter((task) => task.serviceArn === service && isWanted(task))
  }

  /** What is known of a task only goes forward. */
  #forward(old: TaskRow | undefined, task: TaskRow): void {
    const name = task.id
    if (old) {
      this.#check(
        "lastStatus never goes back",
        phase(task) >= phase(old),
        () => `${name}: ${old.lastStatus} → ${task.lastStatus}`,
      )
      this.#check(
        "desiredStatus never comes back from STOPPED",
        old.desiredStatus === "RUNNING" || task.desiredStatus === "STOPPED",
        () => name,
      )
      this.#check(
        "a task is on one instance",
        old.containerInstanceArn === undefined || old.containerInstanceArn === task.containerInstanceArn,
        () => name,
      )
      this.#check(
        "the first reason to stop stands",
        old.desiredStatus === "RUNNING" || (old.stopCode === task.stopCode && old.stoppedReason === task.stoppedReason),
        () => `${name}: ${old.stopCode} ${old.stoppedReason} → ${task.stopCode} ${task.stoppedReason}`,
      )
    }
    this.#check(
      "a task that stops has a code and a reason",
      task.desiredStatus === "RUNNING" || (task.stopCode !== undefined && !!task.stoppedReason),
      () => `${name}: ${task.stopCode} ${task.stoppedReason}`,
    )
    this.#check(
      "a stopped task was to stop",
      task.lastStatus !== "STOPPED" || task.desiredStatus === "STOPPED",
      () => name,
    )
  }

  #started(started: readonly TaskRow[], wantedBefore: ReadonlyMap<string, number>): void {
    for (const arn of new Set(started.flatMap((task) => task.containerInstanceArn ?? []))) {
      const instance = this.#instances.get(arn)
      this.#check("nothing is placed where the agent is away", instance?.session.connected === true, () => arn)
      this.#check(
        "nothing is placed on an instance that drains or is gone",
        instance?.status === "ACTIVE" || started.every((task) => task.serviceArn === undefined),
        () => `${arn} is ${instance?.status}`,
      )
      this.#room(arn)
    }
    for (const arn of new Set(started.flatMap((task) => task.serviceArn ?? []))) {
      const service = this.#services.get(arn)
      if (!service) continue
      const wanted = this.#wanted(arn)
      if (service.schedulingStrategy === "DAEMON") {
        const places = new Set(wanted.map((task) => task.containerInstanceArn))
        this.#check(
          "a daemon has at most one task on an instance",
          places.size === wanted.length,
          () => `${service.name}: ${wanted.length} tasks on ${places.size} instances`,
        )
        continue
      }
      this.#check(
        "a deleted service starts nothing",
        service.status === "ACTIVE",
        () => `${service.name} is ${service.status}`,
      )
      if (service.deploymentController === "EXTERNAL") continue
      const { maximumPercent = 200 } = service.deploymentConfiguration
      const most = Math.floor((service.desiredCount * maximumPercent) / 100)
      if (this.#shifts(service)) {
        // Where traffic is shifted both revisions have all of their tasks, and what the one has is no limit to the other.
        for (const id of new Set(started.flatMap((task) => (task.serviceArn === arn ? (task.startedBy ?? []) : [])))) {
          const own = wanted.filter((task) => task.startedBy === id).length
          this.#check(
            "never more tasks than maximumPercent",
            own <= most,
            () => `${service.name}: ${own} of ${id} wanted, at most ${most}`,
          )
        }
        continue
      }
      this.#check(
        "never more tasks than maximumPercent",
        wanted.length <= Math.max(most, wantedBefore.get(arn) ?? 0),
        () => `${service.name}: ${wanted.length} wanted, at most ${most}`,
      )
    }
  }

  #shifts({ arn }: ServiceRow): boolean {
    return this.#state.view((view) =>
      view.deployments.by("shown", arn).some(({ shift }) => shift !== undefined && !shift.over),
    )
  }

  /** No host has more than it has, and no port twice. */
  #room(arn: string): void {
    const instance = this.#instances.get(arn)
    if (!instance) return
    const tasks = [...this.#tasks.values()].filter((t) => t.containerInstanceArn === arn && t.lastStatus !== "STOPPED")
    const cpu = tasks.reduce((sum, task) => sum + cpuOf(task), 0)
    const memory = tasks.reduce((sum, task) => sum + memoryOf(task), 0)
    this.#check(
      "no host is over-committed",
      cpu <= resource(instance, "CPU") && memory <= resource(instance, "MEMORY"),
      () => `${arn}: ${cpu} CPU units and ${memory} MiB of ${tasks.length} tasks`,
    )
    const ports = this.#state.view((view) => tasks.flatMap((task) => this.#fixedPorts(view, task)))
    this.#check("no host port twice", new Set(ports).size === ports.length, () => `${arn}: ${ports.join(" ")}`)
  }

  /** The scheduler takes no healthy task away that the minimum needs, unless fewer are wished. */
  #stopped(stopped: readonly TaskRow[]): void {
    const now = this.#now()
    for (const arn of new Set(stopped.flatMap((task) => task.serviceArn ?? []))) {
      const service = this.#services.get(arn)
      if (service?.status !== "ACTIVE") continue
      const ours = stopped.filter(
        (task) => task.serviceArn === arn && this.#tasks.get(task.arn)?.stopCode === "ServiceSchedulerInitiated",
      )
      const isGood = (task: TaskRow) => this.#state.view((view) => isHealthy(view, task, now))
      const healthy = ours.filter(isGood)
      if (healthy.length === 0) continue
      const wanted = this.#wanted(arn)
      // Of those shifting.ts knows what their traffic needs.
      if (service.deploymentController === "EXTERNAL" || this.#shifts(service)) continue
      if (service.schedulingStrategy === "DAEMON") {
        this.#stoppedDaemon(service, healthy, wanted)
        continue
      }
      const left = wanted.filter(isGood).length
      const least = Math.ceil(
        (service.desiredCount * (service.deploymentConfiguration.minimumHealthyPercent ?? 100)) / 100,
      )
      const moved = ours.filter((task) => this.#tasks.get(task.arn)?.stoppedReason?.startsWith("Availability-zone"))
      this.#check(
        "rebalancing leaves as many healthy tasks as are wished for",
        moved.length === 0 || left >= service.desiredCount,
        () => `${service.name}: ${moved.length} tasks moved, ${left} healthy ones left of ${service.desiredCount}`,
      )
      // Fewer are wished: the surplus goes, whatever its health.
      const ofPrimary = wanted.filter((task) => task.startedBy === service.primary).length
      const scaledIn = ours.every((task) => task.startedBy === service.primary) && ofPrimary >= service.desiredCount
      this.#check(
        "never fewer healthy tasks than minimumHealthyPercent by our own doing",
        left >= least || scaledIn,
        () => `${service.name}: ${healthy.length} healthy tasks stopped, ${left} left, at least ${least}`,
      )
    }
  }

  /** The same for a daemon: what counts are the instances that should have a task. */
  #stoppedDaemon(service: ServiceRow, healthy: readonly TaskRow[], wanted: readonly TaskRow[]): void {
    const minimum = service.deploymentConfiguration.minimumHealthyPercent ?? 0
    const active = [...this.#instances.values()].filter(
      (instance) => instance.clusterArn === service.clusterArn && instance.status === "ACTIVE",
    )
    const arns = new Set(active.map(({ arn }) => arn))
    const replaced = healthy.filter((task) => arns.has(task.containerInstanceArn ?? ""))
    const now = this.#now()
    const left = this.#state.view((view) => wanted.filter((task) => isHealthy(view, task, now)).length)
    const least = Math.ceil((active.length * minimum) / 100)
    this.#check(
      "never fewer healthy daemon tasks than minimumHealthyPercent by our own doing",
      replaced.length === 0 || left >= least,
      () => `${service.name}: ${replaced.length} healthy tasks replaced, ${left} left, at least ${least}`,
    )
  }
}
