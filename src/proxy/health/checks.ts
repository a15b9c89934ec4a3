// Checks the targets of all pools for as long as they are there: when, how many at once, and what came of it. How one check
// is done is probe.ts, what an outcome means verdict.ts.
import type { Cancel, Clock } from "../../kernel/index.ts"
import type { HealthReport, PoolConfiguration } from "../../protocol/index.ts"
import { CheckedTarget } from "./checked-target.ts"
import type { Probe } from "./probe-order.ts"

export interface HealthChecks {
  /** Checks the targets of these pools from now on, new ones at once; those that stay keep what is known of them. */
  apply(pools: readonly PoolConfiguration[]): void
  /** All that is known. */
  all(): readonly HealthReport[]
  /** A connection or request to it failed: it is checked now, and this counts as a failed check (passive checks). */
  suspect(pool: string, target: string): void
  close(): void
}

export interface HealthCheckParts {
  readonly clock: Clock
  /** From 0 up to, not including, 1: spreads checks over time. */
  readonly chance: () => number
  readonly probe: Probe
  /** What changed. */
  readonly report: (reports: readonly HealthReport[]) => void
}

/** Checks under way at a time: sockets and processor time of a thousand targets that hang stay bounded. */
const mostAtOnce = 256

export const newHealthChecks = ({ clock, chance, probe, report }: HealthCheckParts): HealthChecks => {
  const pools = new Map<string, Map<string, CheckedTarget>>()
  const waiting: (() => Promise<void>)[] = []
  let running = 0
  let changed: HealthReport[] = []
  let telling = false

  const tell = (one: HealthReport) => {
    changed.push(one)
    if (telling) return
    telling = true
    queueMicrotask(() => {
      const reports = changed
      changed = []
      telling = false
      report(reports)
    })
  }

  const next = () => {
    for (let run = waiting.shift(); run; run = running < mostAtOnce ? waiting.shift() : undefined) {
      running++
      void run().finally(() => {
        running--
        next()
      })
    }
  }
  const enqueue = (run: () => Promise<void>) => {
    waiting.push(run)
    if (running < mostAtOnce) next()
  }
  const parts = { clock, chance, probe, tell, enqueue }

  const apply = (configurations: readonly PoolConfiguration[]) => {
    const before = new Map(pools)
    pools.clear()
    for (const pool of configurations) {
      const known = before.get(pool.id) ?? new Map<string, CheckedTarget>()
      before.delete(pool.id)
      if (!pool.healthCheck) {
        endAll(known.values())
        continue
      }
      const now = new Map<string, CheckedTarget>()
      for (const target of pool.targets) {
        if (target.address === undefined) continue
        const old = known.get(target.id)
        const stays = old?.isAt(target) === true
        if (stays) known.delete(target.id)
        const one = stays ? old : new CheckedTarget(parts)
        now.set(target.id, one)
        one.configure(pool, pool.healthCheck, target)
      }
      endAll(known.values())
      pools.set(pool.id, now)
    }
    for (const gone of before.values()) endAll(gone.values())
  }

  return {
    apply,
    all: () => [...pools.values()].flatMap((targets) => [...targets.values()].map((target) => target.report())),
    suspect: (pool, target) => pools.get(pool)?.get(target)?.suspect(),
    close: () => {
      for (const targets of pools.values()) endAll(targets.values())
      pools.clear()
      waiting.length = 0
    },
  }
}

const endAll = (targets: Iterable<{ end: Cancel }>) => {
  for (const target of targets) target.end()
}
