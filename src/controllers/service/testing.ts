// For tests of the plan: a world of one service in plain data, in which what was planned happens.
import type { DeploymentRow, ServiceRow, TrafficShift } from "../../state/index.ts"
import { planService, type ServicePlan } from "./plan.ts"
import type { DeploymentChange, EndedTask, LiveTask, Seen } from "./seen.ts"
import type { ShiftStep } from "./shift/plan.ts"
import type { ShiftSeen } from "./shift/seen.ts"

const owned = { account: "111122223333", region: "us-east-1" }
const arn = "arn:aws:ecs:us-east-1:111122223333:service/default/web"

/** A REPLICA service of two tasks, 100 to 200 percent. */
export const aService = (more: Partial<ServiceRow> = {}): ServiceRow => ({
  ...owned,
  arn,
  clusterArn: "arn:aws:ecs:us-east-1:111122223333:cluster/default",
  name: "web",
  status: "ACTIVE",
  schedulingStrategy: "REPLICA",
  deploymentController: "ECS",
  desiredCount: 2,
  deploymentConfiguration: { minimumHealthyPercent: 100, maximumPercent: 200 },
  placementConstraints: [],
  placementStrategy: [],
  enableExecuteCommand: false,
  enableECSManagedTags: false,
  propagateTags: "NONE",
  availabilityZoneRebalancing: "DISABLED",
  createdAt: 0,
  createdBy: "arn:aws:iam::111122223333:root",
  tags: [],
  ...more,
})

/** A deployment that has just begun. */
export const aDeployment = (id: string, more: Partial<DeploymentRow> = {}): DeploymentRow => ({
  ...owned,
  id,
  arn: `${arn}/${id}`,
  serviceArn: arn,
  revisionArn: `revision-of-${id}`,
  sourceRevisionArns: [],
  createdAt: 0,
  updatedAt: 0,
  shown: true,
  rolloutState: "IN_PROGRESS",
  rolloutStateReason: `ECS deployment ${id} in progress.`,
  status: "IN_PROGRESS",
  completedAt: 0,
  failedTasks: 0,
  hasRun: false,
  ...more,
})

/** What becomes of the tasks of a deployment. */
export type Fate = "runs" | "never starts"

/** The load balancers of a world: what is known of them, and what becomes of a deployment by a step of its shift. */
export interface Balancers {
  seen(world: World): ShiftSeen | undefined
  next(world: World, deployment: DeploymentRow, step: ShiftStep): TrafficShift
}

/** A service in a world where tasks do what their deployment's fate says. */
export class World {
  now = 1_000
  service: ServiceRow
  deployments: DeploymentRow[] = []
  live: LiveTask[] = []
  ended: EndedTask[] = []
  messages: string[] = []
  /** Where tasks may be; without zones they are nowhere. */
  zones: readonly string[] = []
  readonly fates = new Map<string, Fate>()
  /** What load balancers do, where deployments shift traffic. */
  readonly balancers: Balancers | undefined
  #made = 0

  constructor(service: Partial<ServiceRow> = {}, balancers?: Balancers) {
    this.service = aService(service)
    this.balancers = balancers
  }

  /** Begins a deployment; the one before it is over. */
  deploy(fate: Fate = "runs", more: Partial<DeploymentRow> = {}): string {
    const id = `ecs-svc/${this.deployments.length + 1}`
    this.fates.set(id, fate)
    const before = this.deployments.map((d) => (d.status === "IN_PROGRESS" ? { ...d, status: "STOPPED" as const } : d))
    this.deployments = [...before, aDeployment(id, { createdAt: this.now, ...more })]
    const { steadyAt: _steady, ...service } = this.service
    this.service = { ...service, primary: id }
    return id
  }

  seen(): Seen {
    const primary = this.deployments.find((d) => d.id === this.service.primary)
    const others = this.deployments.filter((d) => d !== primary).toReversed()
    const shift = this.balancers?.seen(this)
    const lastGood = others.find((d) =>
      shift?.base === undefined ? d.completedAt > 0 && d.rolloutState === "COMPLETED" : d.id === shift.base,
    )
    return {
      service: this.service,
      ...(primary && { primary }),
      older: others.filter((d) => d.shown),
      ...(lastGood && { lastGood }),
      rollingBack: this.deployments.filter((d) => d.status === "ROLLBACK_IN_PROGRESS"),
      live: this.live,
      leaving: new Set(),
      lingering: false,
      ended: this.ended,
      said: new Set(this.messages),
      ...(shift && { shift }),
      zones: this.zones,
    }
  }

  deployment(id: string): DeploymentRow {
    const found = this.deployments.find((d) => d.id === id)
    if (!found) throw new Error(`no deployment ${id}`)
    return found
  }

  /** Carries plans out until there is nothing to do now; `watch` sees each before it is carried out. */
  settle(watch: (plan: ServicePlan) => void = () => {}): number | undefined {
    for (let turns = 0; turns < 1_000; turns += 1) {
      const plan = planService(this.seen(), this.now)
      watch(plan)
      if (plan.kind === "wait") return plan.next
      this.#carryOut(plan)
    }
    throw new Error("the plan never comes to rest")
  }

  /** Pending tasks meet their fate. */
  launch(): void {
    const failing = this.live.filter((t) => !t.running && this.fates.get(t.deployment) === "never starts")
    for (const task of failing) this.end(task)
    this.live = this.live.map((t) => (t.running ? t : { ...t, running: true, startedAt: this.now }))
  }

  /** A task is over by itself. */
  end(task: LiveTask): void {
    this.live = this.live.filter((t) => t.arn !== task.arn)
    const { arn, deployment, running: hasRun, startedAt } = task
    const lived = startedAt === undefined ? {} : { lived: this.now - startedAt }
    this.ended = [...this.ended, { arn, deployment, hasRun, ...lived, wasAsked: false }]
  }

  /** Launches and lets time pass until nothing changes any more. */
  run(rounds = 200): void {
    for (let round = 0; round < rounds; round += 1) {
      const next = this.settle()
      this.launch()
      const later = this.settle() ?? next
      if (this.live.every((t) => t.running) && later === undefined) return
      this.now = Math.max(this.now + 1, later ?? this.now)
      if (this.service.steadyAt !== undefined && (later ?? 0) > this.service.steadyAt + 60 * 60_000) return
    }
  }

  #carryOut(plan: Exclude<ServicePlan, { kind: "wait" }>): void {
    if (plan.kind === "progress") {
      const counted = new Set(plan.progress.counted)
      this.ended = this.ended.filter((task) => !counted.has(task.arn))
      this.#patch(plan.progress.patches)
      this.messages.push(...plan.progress.messages)
      if (plan.progress.primary !== undefined) this.service = { ...this.service, primary: plan.progress.primary }
    } else if (plan.kind === "moves") {
      const gone = new Set(plan.moves.stop.map(({ task }) => task.arn))
      this.live = this.live.filter((task) => !gone.has(task.arn))
      for (const { deployment, count } of plan.moves.start) {
        for (let i = 0; i < count; i += 1) this.live = [...this.live, this.#task(deployment, this.#thinnest())]
      }
    } else if (plan.kind === "rebalance") {
      this.live = this.live.filter((task) => !plan.stop.includes(task))
      for (const { zone, count } of plan.start) {
        for (let i = 0; i < count; i += 1) this.live = [...this.live, this.#task(this.service.primary ?? "", zone)]
      }
      this.messages.push(...plan.messages)
      const { rebalancing: _rebalancing, ...service } = this.service
      this.service = plan.rebalancing ? { ...service, rebalancing: plan.rebalancing } : service
    } else if (plan.kind === "settled") {
      this.#patch(plan.patches)
      this.messages.push(...plan.messages)
      const { steadyAt: _steady, ...service } = this.service
      this.service = plan.steadyAt === undefined ? service : { ...service, steadyAt: plan.steadyAt }
    } else if (plan.kind === "shift") {
      const { shift } = this.deployment(plan.deployment)
      const next = shift && this.balancers?.next(this, this.deployment(plan.deployment), plan.step)
      if (next) this.#patch(new Map([[plan.deployment, { shift: next }]]))
    } else if (plan.kind === "count") {
      this.#patch(new Map([[this.service.primary ?? "", { daemonCount: plan.daemonCount }]]))
    } else if (plan.kind === "drain") {
      this.live = []
      if (plan.over) this.service = { ...this.service, status: "INACTIVE" }
    }
  }

  #patch(patches: ReadonlyMap<string, DeploymentChange>): void {
    this.deployments = this.deployments.map((d) => ({ ...d, ...patches.get(d.id) }) as DeploymentRow)
  }

  #thinnest(): string | undefined {
    const count = (zone: string) => this.live.filter((task) => task.zone === zone).length
    return [...this.zones].sort((a, b) => count(a) - count(b))[0]
  }

  #task(deployment: string, zone?: string): LiveTask {
    this.#made += 1
    return {
      arn: `arn:aws:ecs:us-east-1:111122223333:task/default/${this.#made}`,
      deployment,
      running: false,
      createdAt: this.now,
      checked: false,
      health: "UNKNOWN",
      draining: false,
      ...(zone !== undefined && { zone }),
    }
  }
}
