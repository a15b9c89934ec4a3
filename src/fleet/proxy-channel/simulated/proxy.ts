// A proxy that is simulated: it applies every configuration at once, says that all ways are open, and checks targets by what the
// records say of tasks. It carries nothing.
import type { Cancel, Clock } from "../../../kernel/index.ts"
import type {
  FromProxy,
  HealthCheckConfiguration,
  HealthReport,
  PoolConfiguration,
  ProxyConfiguration,
  TargetConfiguration,
} from "../../../protocol/index.ts"
import type { ProxyPeer } from "../session.ts"
import type { Finding } from "./answering.ts"

/** What is found of a target of a pool at this port. */
export type Check = (pool: string, target: TargetConfiguration, port: number) => Finding

interface Checked {
  readonly pool: string
  target: TargetConfiguration
  check: HealthCheckConfiguration
  shown: Finding
  /** How often in a row the last checks found the other thing. */
  against: number
  cancel: Cancel
}

const initial: Finding = {
  state: "initial",
  reason: "Elb.InitialHealthChecking",
  description: "Initial health checks in progress",
}

/** See the head of the file. */
export class SimulatedProxy implements ProxyPeer {
  readonly #clock: Clock
  readonly #find: Check
  readonly #say: (message: FromProxy) => void
  readonly #targets = new Map<string, Checked>()
  #closed = false

  constructor(options: { clock: Clock; find: Check; say: (message: FromProxy) => void }) {
    this.#clock = options.clock
    this.#find = options.find
    this.#say = options.say
  }

  say(configuration: ProxyConfiguration): void {
    // As over a socket: never within the call.
    queueMicrotask(() => {
      if (!this.#closed) this.#apply(configuration)
    })
  }

  close(): void {
    this.#closed = true
    for (const { cancel } of this.#targets.values()) cancel()
    this.#targets.clear()
  }

  #apply({ version, epoch, balancers, pools }: ProxyConfiguration): void {
    this.#say({ type: "applied", version, epoch })
    this.#say({
      type: "listening",
      reports: balancers.flatMap(({ id: balancer, listeners }) =>
        listeners.flatMap(({ id: listener }) =>
          (["address", "localhost"] as const).map((way) => ({ balancer, listener, way, status: "open" as const })),
        ),
      ),
    })
    const reports = pools.flatMap((pool) => this.#configure(pool))
    const checked = pools.filter(({ healthCheck }) => healthCheck?.enabled)
    const wanted = new Set(checked.flatMap((pool) => pool.targets.map((target) => `${pool.id} ${target.id}`)))
    for (const [key, { cancel }] of this.#targets) {
      if (wanted.has(key)) continue
      cancel()
      this.#targets.delete(key)
    }
    if (reports.length > 0) this.#say({ type: "health", reports })
  }

  /** Targets that are new are checked at once; what is to be said of them. */
  #configure({ id: pool, healthCheck: check, targets }: PoolConfiguration): HealthReport[] {
    if (!check?.enabled) return []
    return targets.flatMap((target) => {
      const key = `${pool} ${target.id}`
      const known = this.#targets.get(key)
      if (known) {
        // Registered anew while it was draining: it begins as any other.
        const begins = known.target.draining && !target.draining
        Object.assign(known, { target, check })
        if (!begins) return []
        known.cancel()
      }
      const checked: Checked = { pool, target, check, shown: initial, against: 0, cancel: () => {} }
      this.#targets.set(key, checked)
      this.#look(checked)
      return [{ pool, target: target.id, ...checked.shown }]
    })
  }

  /** One check, and the next when its interval is over. */
  #look(checked: Checked): boolean {
    const { pool, target, check, shown } = checked
    checked.cancel = this.#clock.at(this.#clock.now() + check.intervalSeconds * 1000, () => {
      if (this.#look(checked)) {
        this.#say({ type: "health", reports: [{ pool, target: checked.target.id, ...checked.shown }] })
      }
    })
    const found = this.#find(pool, target, check.port ?? target.port)
    if (found.state === shown.state) {
      checked.against = 0
      const isSame = found.reason === shown.reason && found.description === shown.description
      if (!isSame) checked.shown = found
      return !isSame
    }
    checked.against += 1
    // AWS: one success is enough for a target that was never checked before.
    const upTo =
      found.state === "healthy" ? (shown.state === "initial" ? 1 : check.healthyThreshold) : check.unhealthyThreshold
    if (checked.against < upTo) return false
    checked.against = 0
    checked.shown = found
    return true
  }
}
