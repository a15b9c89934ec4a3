// The counters of a proxy's load balancers. A front half asks once for what it counts and adds to it; each minute of the
// wall clock all that was counted goes to the control plane as sets of AWS's metrics.
import type { Cancel, Clock } from "../../kernel/index.ts"
import type { BalancerConfiguration, MetricReport } from "../../protocol/index.ts"
import { Counter, Level, Reading, type ValueSet } from "./accumulator.ts"
import { dimensionsOf, type Metric, type Namespace, unitOf, type Where } from "./metrics.ts"

/** Those of one load balancer. The same place gives the same counter: it may be asked for again. */
export interface BalancerCounters {
  counter(metric: Metric, where?: Where): Counter
  level(metric: Metric, where?: Where): Level
  reading(metric: Metric, where?: Where): Reading
}

export interface Counters {
  of(balancer: Pick<BalancerConfiguration, "id" | "kind" | "label" | "account" | "region">): BalancerCounters
  /** Called before each minute's report: adds what is read rather than counted, as how many hosts are healthy. */
  beforeFlush(look: () => void): Cancel
  /** Forgets load balancers that are gone, once their last minute was reported. */
  keep(balancers: Iterable<string>): void
  /** Reports what there is, as at the end of a minute. */
  flush(): void
  close(): void
}

const minute = 60_000

const namespaceOf = (kind: BalancerConfiguration["kind"]): Namespace | undefined => {
  if (kind === "application") return "AWS/ApplicationELB"
  if (kind === "network") return "AWS/NetworkELB"
  // What an interface endpoint carries is counted by the load balancer behind it alone.
  return kind === "classic" ? "AWS/ELB" : undefined
}

interface Owner {
  readonly namespace: Namespace | undefined
  readonly label: string
  readonly account: string
  readonly region: string
  readonly places: Map<string, Place>
  gone: boolean
}

interface Place {
  readonly metric: Metric
  readonly where: Where
  readonly values: Counter | Level | Reading
}

export const newCounters = (clock: Clock, report: (reports: readonly MetricReport[]) => void): Counters => {
  const owners = new Map<string, Owner>()
  const looks = new Set<() => void>()
  let from = clock.now() - (clock.now() % minute)
  let cancel: Cancel = () => {}

  const arm = () => {
    cancel = clock.at(from + minute, () => {
      flush()
      from = clock.now() - (clock.now() % minute)
      arm()
    })
  }

  const flush = () => {
    for (const look of looks) look()
    const reports = new Map<string, MetricReport & ValueSet>()
    for (const [id, owner] of owners) {
      collect(owner, from, reports)
      if (owner.gone) owners.delete(id)
    }
    if (reports.size > 0) report([...reports.values()])
  }

  const of: Counters["of"] = ({ id, kind, label, account, region }) => {
    let owner = owners.get(id)
    if (!owner) {
      owner = { namespace: namespaceOf(kind), label, account, region, places: new Map(), gone: false }
      owners.set(id, owner)
    }
    const { places } = owner
    const at = <V extends Counter | Level | Reading>(metric: Metric, where: Where, make: () => V): V => {
      const key = `${metric} ${where.zone ?? ""} ${where.group ?? ""}`
      const known = places.get(key)
      if (known) return known.values as V
      const values = make()
      places.set(key, { metric, where, values })
      return values
    }
    return {
      counter: (metric, where = {}) => at(metric, where, () => new Counter()),
      level: (metric, where = {}) => at(metric, where, () => new Level(() => clock.now())),
      reading: (metric, where = {}) => at(metric, where, () => new Reading()),
    }
  }

  arm()
  return {
    of,
    flush,
    beforeFlush: (look) => {
      looks.add(look)
      return () => looks.delete(look)
    },
    keep: (balancers) => {
      const kept = new Set(balancers)
      for (const [id, owner] of owners) owner.gone = !kept.has(id)
    },
    close: () => cancel(),
  }
}

/** Adds what an owner counted to the reports: several places may meet under the same dimensions. */
const collect = (owner: Owner, at: number, reports: Map<string, MetricReport & ValueSet>): void => {
  const { namespace, account, region, label, places } = owner
  for (const { metric, where, values } of places.values()) {
    const set = values.take()
    if (!set || namespace === undefined) continue
    for (const dimensions of dimensionsOf(namespace, label, metric, where)) {
      const key = JSON.stringify([namespace, account, region, metric, dimensions])
      const known = reports.get(key)
      if (known) merge(known, set, !(values instanceof Counter))
      else
        reports.set(key, {
          namespace,
          account,
          region,
          metric,
          dimensions,
          at,
          unit: unitOf(namespace, metric),
          ...set,
        })
    }
  }
}

/** Sets of events are put together; of what there is at a time in several zones the whole is the sum. */
const merge = (into: ValueSet, set: ValueSet, atATime: boolean): void => {
  into.sum += set.sum
  if (atATime) {
    into.minimum += set.minimum
    into.maximum += set.maximum
    return
  }
  into.count += set.count
  into.minimum = Math.min(into.minimum, set.minimum)
  into.maximum = Math.max(into.maximum, set.maximum)
}
