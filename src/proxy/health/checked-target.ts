// One target that is checked: its timer, its check under way, and what is known of it.
import type { Cancel, Clock } from "../../kernel/index.ts"
import type {
  HealthCheckConfiguration,
  HealthReport,
  PoolConfiguration,
  TargetConfiguration,
} from "../../protocol/index.ts"
import type { Probe } from "./probe-order.ts"
import { afterCheck, disabled, type Outcome, unseen, type Verdict } from "./verdict.ts"

export interface CheckParts {
  readonly clock: Clock
  readonly chance: () => number
  readonly probe: Probe
  readonly tell: (report: HealthReport) => void
  /** Runs a check as soon as there are few enough under way. */
  readonly enqueue: (run: () => Promise<void>) => void
}

interface Configured {
  readonly pool: PoolConfiguration
  readonly check: HealthCheckConfiguration
  readonly target: TargetConfiguration
}

/**
 * A new target that fails is looked at again after this share of the interval. On AWS every node of the load balancer
 * checks by itself, so that a target which needs a moment to listen is seen sooner than after a whole interval.
 */
const initialShare = 0.1
const leastPause = 1000
/** For how long a connection is read out after the outcome is known. */
const lingering = 1000

export class CheckedTarget {
  readonly #parts: CheckParts
  #configured: Configured | undefined
  #verdict: Verdict = unseen
  #told: Verdict | undefined
  #cancel: Cancel = () => {}
  #abort: AbortController | undefined
  /** Closes what is left of a check's connection. */
  #close: Cancel = () => {}
  #queued = false
  #ended = false
  /** When a failure was counted last: those of a new target count once an interval. */
  #countedAt = Number.NEGATIVE_INFINITY
  #checks = 0

  constructor(parts: CheckParts) {
    this.#parts = parts
  }

  isAt({ address, port }: TargetConfiguration): boolean {
    return this.#configured?.target.address === address && this.#configured?.target.port === port
  }

  configure(pool: PoolConfiguration, check: HealthCheckConfiguration, target: TargetConfiguration): void {
    const before = this.#configured
    this.#configured = { pool, check, target }
    if (!check.enabled) {
      this.#stop()
      this.#become(disabled)
      return
    }
    if (this.#verdict === disabled) this.#verdict = unseen
    if (target.draining) {
      this.#stop()
      return
    }
    this.#become(this.#verdict)
    const same = before && !before.target.draining && JSON.stringify(before.check) === JSON.stringify(check)
    if (!same) this.#checkNow()
  }

  report(): HealthReport {
    return reportOf(this.#configured, this.#verdict)
  }

  suspect(): void {
    if (this.#ended || this.#verdict.state !== "healthy") return
    this.#count({ ok: false, why: "failed" })
    this.#checkNow()
  }

  end(): void {
    this.#ended = true
    this.#stop()
  }

  #stop(): void {
    this.#cancel()
    this.#close()
    this.#abort?.abort()
    this.#abort = undefined
    this.#queued = false
  }

  #checkNow(): void {
    if (this.#queued || this.#abort) return
    this.#cancel()
    this.#queued = true
    this.#parts.enqueue(() => this.#run())
  }

  async #run(): Promise<void> {
    const configured = this.#configured
    if (!this.#queued || !configured) return
    this.#queued = false
    const { pool, check, target } = configured
    const { clock, probe } = this.#parts
    const abort = new AbortController()
    this.#abort = abort
    const cancel = clock.at(clock.now() + check.timeoutSeconds * 1000, () => abort.abort())
    const order = { check, pool, address: target.address ?? "", port: check.port ?? target.port }
    const outcome = await probe(order, abort.signal)
    cancel()
    this.#closeSoon(abort)
    // It was stopped meanwhile: what came of it is nobody's.
    if (this.#abort !== abort) return
    this.#abort = undefined
    this.#count(outcome)
    this.#arm(check, outcome)
  }

  /** After the outcome the connection ends by itself, or else soon. */
  #closeSoon(abort: AbortController): void {
    const { clock } = this.#parts
    const cancel = clock.at(clock.now() + lingering, () => abort.abort())
    this.#close()
    this.#close = () => {
      cancel()
      abort.abort()
    }
    if (this.#ended) this.#close()
  }

  #arm({ intervalSeconds }: HealthCheckConfiguration, outcome: Outcome): void {
    const { clock, chance } = this.#parts
    const interval = intervalSeconds * 1000
    const early = this.#verdict.state === "initial" && !outcome.ok
    // The second check comes after a part of an interval by chance, and so those after it are spread.
    const first = this.#checks++ === 0
    const pause = early
      ? Math.max(leastPause, interval * initialShare)
      : first
        ? interval * (0.5 + chance() / 2)
        : interval
    this.#cancel = clock.at(clock.now() + pause, () => this.#checkNow())
  }

  #count(outcome: Outcome): void {
    const configured = this.#configured
    if (!configured) return
    const { check, pool } = configured
    const now = this.#parts.clock.now()
    if (!outcome.ok) {
      const within = now - this.#countedAt < check.intervalSeconds * 1000
      if (this.#verdict.state === "initial" && within) return
      this.#countedAt = now
    }
    this.#become(afterCheck(this.#verdict, outcome, check, isNetwork(pool)))
  }

  #become(verdict: Verdict): void {
    this.#verdict = verdict
    const told = this.#told
    if (told && told.state === verdict.state && told.description === verdict.description) return
    this.#told = verdict
    this.#parts.tell(reportOf(this.#configured, verdict))
  }
}

const reportOf = (configured: Configured | undefined, { state, reason, description }: Verdict): HealthReport => ({
  pool: configured?.pool.id ?? "",
  target: configured?.target.id ?? "",
  state,
  ...(reason !== undefined && { reason }),
  ...(description !== undefined && { description }),
})

const isNetwork = ({ protocol }: PoolConfiguration): boolean => protocol !== "HTTP" && protocol !== "HTTPS"
