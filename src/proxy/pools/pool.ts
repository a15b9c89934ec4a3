// The target groups of a proxy as its front halves (http, stream) see them: which targets get new connections and requests
// now. Who chooses among those is theirs; who finds out about health is health/.
import type { Cancel } from "../../kernel/index.ts"
import type { HealthReport, PoolConfiguration } from "../../protocol/index.ts"

/** A target in one pool. The same object for as long as it stays in the configuration with its address. */
export interface Target {
  /** Unique in its pool: `<target id>:<port>`. */
  readonly id: string
  readonly address: string
  readonly port: number
  /** Absent: in every zone. */
  readonly zone: string | undefined
  /** It gets nothing new; what is under way goes on. */
  readonly draining: boolean
  readonly healthy: boolean
  /** Connections or requests under way: counted by the front halves. */
  active: number
  /** The share, above 0 up to 1, of its part that it should get while it starts slowly; 1 otherwise. */
  warmth(now: number): number
  /** It left the configuration (deregistration is over): what is under way must end. */
  onGone(listener: () => void): Cancel
  /** It failed its checks or began to drain: those attributes of a network load balancer that end connections then. */
  onChange(listener: () => void): Cancel
}

export interface Pool {
  readonly id: string
  readonly configuration: PoolConfiguration
  /**
   * Those that get new work from a node in a zone (undefined: from anywhere): the healthy ones, all when too few are
   * (fail-open), never draining ones. `crossZone` is the load balancer's own setting, on unless said, which the group's
   * attribute goes before. The array is the same one until something changes: callers may remember by it.
   */
  available(zone: string | undefined, crossZone?: boolean): readonly Target[]
  /** Also one that drains: who is stuck to it may still be served with what is under way. */
  target(id: string): Target | undefined
  /** All of them, draining ones and sick ones too. */
  readonly targets: readonly Target[]
}

export interface Pools {
  /** Makes the pools those of a configuration. Targets that stay are the same objects as before. */
  apply(pools: readonly PoolConfiguration[]): void
  get(id: string): Pool | undefined
  readonly all: Iterable<Pool>
  /** What health/ observed of a target; pools with `healthOf` follow the pool that they name. */
  observe(report: HealthReport): void
}
