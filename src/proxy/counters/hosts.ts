// What a minute's report says of target groups: how many of their hosts are healthy and not, by zone, and how many requests
// each healthy one had. Read off the pools just before the report.
import type { ActionConfiguration, BalancerConfiguration } from "../../protocol/index.ts"
import type { Pool, Pools, Target } from "../pools/pool.ts"
import type { BalancerCounters, Counters } from "./counters.ts"

export const readHosts = (balancers: readonly BalancerConfiguration[], pools: Pools, counters: Counters): void => {
  for (const balancer of balancers) {
    if (balancer.kind === "endpoint") continue
    const own = counters.of(balancer)
    const zones = [...new Set(balancer.nodes.map(({ zone }) => zone))]
    for (const pool of poolsOf(balancer, pools)) {
      readPool(own, pool, zones, balancer.kind === "classic" ? undefined : pool.configuration.label)
      if (balancer.kind === "application") shareRequests(own, pool, zones)
    }
  }
}

/** Those that it forwards to. Of a classic one the pool that is checked stands for those of all its ports. */
const poolsOf = (balancer: BalancerConfiguration, pools: Pools): readonly Pool[] => {
  const actions = balancer.listeners.flatMap((listener) => listener.rules.map(({ action }) => action))
  const used = actions.flatMap(poolIdsOf)
  const ids = balancer.kind === "classic" ? used.map((id) => pools.get(id)?.configuration.healthOf ?? id) : used
  return [...new Set(ids)].flatMap((id) => pools.get(id) ?? [])
}

const poolIdsOf = (action: ActionConfiguration): readonly string[] =>
  action.type === "forward" ? action.pools.map(({ pool }) => pool) : []

const readPool = (own: BalancerCounters, pool: Pool, zones: readonly string[], group: string | undefined): void => {
  const registered = pool.targets.filter(({ draining }) => !draining)
  // AWS has host counts for groups with registered targets; a group that lost its last one says so with 0 once.
  const places = [...zones, ...(registered.some(({ zone }) => zone === undefined) ? [undefined] : [])]
  for (const zone of places) {
    const there = registered.filter((target) => target.zone === zone)
    const healthy = there.filter((target) => target.healthy).length
    own.reading("HealthyHostCount", { zone, group }).set(healthy)
    own.reading("UnHealthyHostCount", { zone, group }).set(there.length - healthy)
  }
}

const shareRequests = (own: BalancerCounters, pool: Pool, zones: readonly string[]): void => {
  const group = pool.configuration.label
  const healthy = pool.targets.filter((target: Target) => target.healthy && !target.draining).length
  for (const zone of [undefined, ...zones]) {
    const { sum } = own.counter("RequestCount", { zone, group })
    if (sum > 0 && healthy > 0) own.counter("RequestCountPerTarget", { zone, group }).add(sum / healthy)
  }
}
