// All flows of one front: those of a target that goes or falls ill are ended where its target group says so, those in which
// nothing moves after a time, and all of them when the front closes.
import type { Cancel, Clock } from "../../kernel/index.ts"
import type { Pool, Target } from "../pools/pool.ts"
import type { Flow } from "./flow.ts"
import { endsWithHealth, endsWithTarget } from "./termination.ts"

export interface FlowsOptions {
  readonly clock: Clock
  /** How long nothing may move, in milliseconds; may change. */
  readonly idle: () => number
  /** Whether this is a classic load balancer's, which closes where a network load balancer resets. */
  readonly classic: () => boolean
}

interface OfTarget {
  readonly flows: Set<Flow>
  readonly cancels: readonly Cancel[]
}

/** A front that closes waits so long for flows in which something moves. */
const patience = 5_000
const second = 1_000

export class Flows {
  readonly #options: FlowsOptions
  readonly #flows = new Set<Flow>()
  readonly #targets = new Map<Target, OfTarget>()
  #cancelSweep: Cancel | undefined
  #drained: (() => void) | undefined

  constructor(options: FlowsOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#flows.size
  }

  add(flow: Flow): void {
    this.#flows.add(flow)
    const { target, pool } = flow.choice
    const known = this.#targets.get(target)
    if (known) known.flows.add(flow)
    else {
      const flows = new Set([flow])
      const cancels = [
        target.onGone(() => this.#gone(pool, flows)),
        target.onChange(() => this.#changed(pool, target, flows)),
      ]
      this.#targets.set(target, { flows, cancels })
    }
    if (!this.#cancelSweep) this.#armSweep()
  }

  remove(flow: Flow): void {
    this.#flows.delete(flow)
    const { target } = flow.choice
    const of = this.#targets.get(target)
    of?.flows.delete(flow)
    if (of?.flows.size === 0) {
      for (const cancel of of.cancels) cancel()
      this.#targets.delete(target)
    }
    if (this.#flows.size > 0) return
    this.#cancelSweep?.()
    this.#cancelSweep = undefined
    this.#drained?.()
  }

  count(): void {
    for (const flow of this.#flows) flow.count()
  }

  /** Ends those in which nothing moves now, and the others when that is so, or after a bound. */
  async close(): Promise<void> {
    if (this.#flows.size === 0) return
    const { clock } = this.#options
    const until = clock.now() + patience
    const drained = new Promise<void>((resolve) => {
      this.#drained = resolve
    })
    this.#cancelSweep?.()
    const look = () => {
      const over = clock.now() >= until
      for (const flow of [...this.#flows]) if (over || flow.idle(clock.now()) >= second) flow.end(this.#how())
      if (!over) this.#cancelSweep = clock.at(clock.now() + second / 4, look)
    }
    look()
    await drained
  }

  #how(): "reset" | "close" {
    return this.#options.classic() ? "close" : "reset"
  }

  #gone(pool: Pool, flows: ReadonlySet<Flow>): void {
    // AWS: without this attribute connections of a network load balancer outlive the deregistration of their target.
    const ends = endsWithTarget(pool.configuration)
    if (ends || this.#options.classic()) for (const flow of [...flows]) flow.end(this.#how())
  }

  /** Connections to a target that falls ill are ended, but for where it is chosen all the same: fail-open. */
  #changed(pool: Pool, target: Target, flows: ReadonlySet<Flow>): void {
    if (target.healthy || target.draining || this.#options.classic()) return
    if (!endsWithHealth(pool.configuration)) return
    const chosen = pool.available(undefined).includes(target) || pool.available(target.zone, false).includes(target)
    if (!chosen) for (const flow of [...flows]) flow.end("reset")
  }

  /** Looks at all of them many times within the idle time, rather than at each of them when something moves. */
  #armSweep(): void {
    const { clock, idle } = this.#options
    const pause = Math.max(second, idle() / 60)
    this.#cancelSweep = clock.at(clock.now() + pause, () => {
      const now = clock.now()
      for (const flow of [...this.#flows]) if (flow.idle(now) >= idle()) flow.end(this.#how())
      this.#cancelSweep = undefined
      if (this.#flows.size > 0) this.#armSweep()
    })
  }
}
