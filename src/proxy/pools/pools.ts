// All pools of a proxy, kept over reconfigurations: what is under way is never disturbed by a target that stays.
import type { Cancel, Clock } from "../../kernel/index.ts"
import type { HealthReport, PoolConfiguration } from "../../protocol/index.ts"
import type { Pools } from "./pool.ts"
import { PoolState } from "./pool-state.ts"

/** How often it is seen whether anything is still under way in a pool that nothing leads to any more. */
const lookEvery = 1_000

/** An `<id>:<port>` without its port: two pools have one machine on several ports. */
const machineOf = (target: string) => target.slice(0, target.lastIndexOf(":"))

export class ProxyPools implements Pools {
  readonly #pools = new Map<string, PoolState>()
  /** Which pools follow the health of which. */
  readonly #followers = new Map<string, Set<string>>()
  /** What was observed last, of targets that are there: a follower that comes later learns it. */
  readonly #observed = new Map<string, Map<string, HealthReport>>()
  /** Those that nothing leads to any more, and in which something is under way. */
  readonly #leaving = new Map<string, { readonly pool: PoolState; readonly cancel: Cancel }>()
  readonly #clock: Pick<Clock, "now" | "at">

  constructor(clock: Pick<Clock, "now" | "at">) {
    this.#clock = clock
  }

  get all(): Iterable<PoolState> {
    return this.#pools.values()
  }

  get(id: string): PoolState | undefined {
    return this.#pools.get(id)
  }

  apply(configurations: readonly PoolConfiguration[]): void {
    const gone = new Set(this.#pools.keys())
    this.#followers.clear()
    for (const one of configurations) {
      gone.delete(one.id)
      const known = this.#pools.get(one.id) ?? this.#comeBack(one.id)
      if (known) known.apply(one)
      else this.#pools.set(one.id, new PoolState(one, () => this.#clock.now()))
      if (one.healthOf === undefined) continue
      const followers = this.#followers.get(one.healthOf) ?? new Set()
      this.#followers.set(one.healthOf, followers.add(one.id))
    }
    for (const id of gone) this.#remove(id)
    for (const [leader, followers] of this.#followers) this.#catchUp(leader, followers)
    this.#forget()
  }

  observe(report: HealthReport): void {
    const pool = this.#pools.get(report.pool)
    const target = pool?.target(report.target)
    if (!pool || !target) return
    const observed = this.#observed.get(report.pool) ?? new Map<string, HealthReport>()
    this.#observed.set(report.pool, observed.set(report.target, report))
    pool.observe(target, report.state)
    for (const follower of this.#followers.get(report.pool) ?? []) this.#follow(follower, report)
  }

  #follow(pool: string, report: HealthReport): void {
    const follower = this.#pools.get(pool)
    const machine = machineOf(report.target)
    for (const target of follower?.targets ?? [])
      if (machineOf(target.id) === machine) follower?.observe(target, report.state)
  }

  #catchUp(leader: string, followers: Iterable<string>): void {
    for (const report of this.#observed.get(leader)?.values() ?? [])
      for (const follower of followers) this.#follow(follower, report)
  }

  close(): void {
    for (const { cancel } of this.#leaving.values()) cancel()
    this.#leaving.clear()
  }

  /**
   * A listener that forwards to another group from now on fails no request: what is under way to the former one goes on, for
   * as long as it would if its targets were deregistered.
   */
  #remove(id: string): void {
    const pool = this.#pools.get(id)
    this.#pools.delete(id)
    this.#observed.delete(id)
    if (!pool) return
    const seconds = Number(pool.configuration.attributes["deregistration_delay.timeout_seconds"] ?? 300)
    const until = this.#clock.now() + seconds * 1000
    const look = () => {
      this.#leaving.delete(id)
      const now = this.#clock.now()
      if (now >= until || pool.targets.every(({ active }) => active === 0)) return pool.leave()
      this.#leaving.set(id, { pool, cancel: this.#clock.at(Math.min(until, now + lookEvery), look) })
    }
    look()
  }

  #comeBack(id: string): PoolState | undefined {
    const known = this.#leaving.get(id)
    if (!known) return undefined
    known.cancel()
    this.#leaving.delete(id)
    this.#pools.set(id, known.pool)
    return known.pool
  }

  #forget(): void {
    for (const [id, observed] of this.#observed)
      for (const target of observed.keys()) if (!this.#pools.get(id)?.target(target)) observed.delete(target)
  }
}
