// All pools of a proxy, kept over reconfigurations: what is under way is never disturbed by a target that stays.
import type { HealthReport, PoolConfiguration } from "../../protocol/index.ts"
import type { Pools } from "./pool.ts"
import { PoolState } from "./pool-state.ts"

/** An `<id>:<port>` without its port: two pools have one machine on several ports. */
const machineOf = (target: string) => target.slice(0, target.lastIndexOf(":"))

export class ProxyPools implements Pools {
  readonly #pools = new Map<string, PoolState>()
  /** Which pools follow the health of which. */
  readonly #followers = new Map<string, Set<string>>()
  /** What was observed last, of targets that are there: a follower that comes later learns it. */
  readonly #observed = new Map<string, Map<string, HealthReport>>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
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
      const known = this.#pools.get(one.id)
      if (known) known.apply(one)
      else this.#pools.set(one.id, new PoolState(one, this.#now))
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

  #remove(id: string): void {
    const pool = this.#pools.get(id)
    this.#pools.delete(id)
    this.#observed.delete(id)
    pool?.leave()
  }

  #forget(): void {
    for (const [id, observed] of this.#observed)
      for (const target of observed.keys()) if (!this.#pools.get(id)?.target(target)) observed.delete(target)
  }
}
