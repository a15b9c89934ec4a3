// One target of one pool: what was configured, what was observed, and who wants to know when that ends.
import type { Cancel } from "../../kernel/index.ts"
import type { TargetConfiguration, TargetHealthState } from "../../protocol/index.ts"
import type { Target } from "./pool.ts"

/** Even one that has just become healthy gets something, else its start would never be over under little load. */
const leastWarmth = 0.02

export class TargetState implements Target {
  readonly id: string
  readonly address: string
  readonly port: number
  zone: string | undefined
  draining: boolean
  healthy: boolean
  active = 0
  state: TargetHealthState = "initial"
  /** Its slow start, in milliseconds of the wall clock. */
  #warming: { readonly from: number; readonly length: number } | undefined
  readonly #gone = new Set<() => void>()
  readonly #change = new Set<() => void>()
  #left = false

  constructor(configuration: TargetConfiguration, address: string, healthy: boolean) {
    this.id = configuration.id
    this.address = address
    this.port = configuration.port
    this.zone = configuration.zone
    this.draining = configuration.draining
    this.healthy = healthy
  }

  warmth(now: number): number {
    if (!this.#warming) return 1
    const share = (now - this.#warming.from) / this.#warming.length
    if (share < 1) return Math.max(leastWarmth, share)
    this.#warming = undefined
    return 1
  }

  startSlowly(from: number, length: number): void {
    this.#warming = { from, length }
  }

  startWhole(): void {
    this.#warming = undefined
  }

  onGone(listener: () => void): Cancel {
    // Its connection was begun before the target went: it has to hear it all the same.
    if (this.#left) {
      queueMicrotask(listener)
      return () => {}
    }
    return add(this.#gone, listener)
  }

  onChange(listener: () => void): Cancel {
    return add(this.#change, listener)
  }

  leave(): void {
    this.#left = true
    const listeners = [...this.#gone]
    this.#gone.clear()
    this.#change.clear()
    for (const listener of listeners) listener()
  }

  changed(): void {
    for (const listener of [...this.#change]) listener()
  }
}

const add = (set: Set<() => void>, listener: () => void): Cancel => {
  // One function may be handed in for several connections: each is heard.
  const own = () => listener()
  set.add(own)
  return () => set.delete(own)
}
