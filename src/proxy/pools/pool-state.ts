// One pool: its targets over reconfigurations, which of them are available, and their slow start.
import type { HealthReport, PoolConfiguration } from "../../protocol/index.ts"
import type { Pool } from "./pool.ts"
import { TargetState } from "./target.ts"

/** Whether nobody checks its targets: then all of them count as healthy. */
const isUnchecked = (pool: PoolConfiguration) =>
  pool.healthOf === undefined && (pool.healthCheck === undefined || !pool.healthCheck.enabled)

export class PoolState implements Pool {
  configuration: PoolConfiguration
  targets: readonly TargetState[] = []
  #targets = new Map<string, TargetState>()
  #available = new Map<string | undefined, readonly TargetState[]>()
  /** What was handed out before something changed: handed out again where it came out the same. */
  #before = new Map<string | undefined, readonly TargetState[]>()
  readonly #now: () => number

  constructor(configuration: PoolConfiguration, now: () => number) {
    this.configuration = configuration
    this.#now = now
    this.apply(configuration)
  }

  get id(): string {
    return this.configuration.id
  }

  target(id: string): TargetState | undefined {
    return this.#targets.get(id)
  }

  available(zone: string | undefined, crossZone = true): readonly TargetState[] {
    const own = this.configuration.attributes["load_balancing.cross_zone.enabled"]
    const from = own === "true" || (own !== "false" && crossZone) ? undefined : zone
    const known = this.#available.get(from)
    if (known) return known
    const found = same(this.#before.get(from), this.#choose(from))
    this.#available.set(from, found)
    return found
  }

  apply(configuration: PoolConfiguration): void {
    const unchecked = isUnchecked(configuration)
    this.configuration = configuration
    const before = this.#targets
    this.#targets = new Map()
    const changed: TargetState[] = []
    for (const one of configuration.targets) {
      if (one.address === undefined) continue
      const known = before.get(one.id)
      if (known?.address !== one.address || known.port !== one.port) {
        this.#targets.set(one.id, new TargetState(one, one.address, unchecked))
        continue
      }
      before.delete(one.id)
      if (known.draining !== one.draining) changed.push(known)
      known.zone = one.zone
      known.draining = one.draining
      if (unchecked) known.healthy = true
      this.#targets.set(one.id, known)
    }
    this.targets = [...this.#targets.values()]
    this.#forget()
    for (const target of before.values()) target.leave()
    for (const target of changed) target.changed()
  }

  /** Takes over what was observed; of a pool that follows another one, by the target's id without its port. */
  observe(target: TargetState, state: HealthReport["state"]): void {
    const healthy = state === "healthy" || state === "unavailable"
    target.state = state
    if (target.healthy === healthy) return
    if (healthy) this.#begin(target)
    target.healthy = healthy
    this.#forget()
    target.changed()
  }

  /** All of them leave: the pool itself is gone. */
  leave(): void {
    const all = this.targets
    this.#targets.clear()
    this.targets = []
    this.#forget()
    for (const target of all) target.leave()
  }

  /**
   * AWS: a target starts slowly when it becomes healthy beside at least one healthy target that does not (so the first
   * ones never do), and anew when it becomes healthy again.
   */
  #begin(target: TargetState): void {
    const seconds = Number(this.configuration.attributes["slow_start.duration_seconds"] ?? 0)
    const now = this.#now()
    const isBeside = (other: TargetState) =>
      other !== target && other.healthy && !other.draining && other.warmth(now) === 1
    if (seconds > 0 && this.targets.some(isBeside)) target.startSlowly(now, seconds * 1000)
    else target.startWhole()
  }

  #choose(zone: string | undefined): readonly TargetState[] {
    const there = this.targets.filter((t) => !t.draining && (zone === undefined || (t.zone ?? zone) === zone))
    const healthy = there.filter((t) => t.healthy)
    return healthy.length < this.#fewest(there.length) ? there : healthy
  }

  /** With fewer healthy ones than this the traffic goes to all (fail-open). */
  #fewest(registered: number): number {
    const { attributes } = this.configuration
    const count = Number(attributes["target_group_health.unhealthy_state_routing.minimum_healthy_targets.count"] ?? 1)
    const percentage = attributes["target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage"]
    const share = percentage === undefined || percentage === "off" ? 0 : (Number(percentage) * registered) / 100
    return Math.max(count, share)
  }

  #forget(): void {
    for (const [zone, targets] of this.#available) this.#before.set(zone, targets)
    this.#available.clear()
  }
}

const same = (before: readonly TargetState[] | undefined, now: readonly TargetState[]): readonly TargetState[] =>
  before?.length === now.length && now.every((target, i) => before[i] === target) ? before : now
