// What all fronts of a proxy share, put together: pools, health checks that feed them, TLS contexts and counters.
import { newIds } from "../kernel/index.ts"
import type { BalancerConfiguration, HealthReport, MetricReport, ProxyConfiguration } from "../protocol/index.ts"
import { newCounters } from "./counters/counters.ts"
import { readHosts } from "./counters/hosts.ts"
import type { FrontParts } from "./front.ts"
import { newHealthChecks } from "./health/checks.ts"
import { newProbe } from "./health/probe.ts"
import type { Probe } from "./health/probe-order.ts"
import { ProxyPools } from "./pools/pools.ts"
import { newSourcePorts } from "./stream/source-ports.ts"
import { newTlsContexts } from "./tls/contexts.ts"

export interface SharedParts {
  readonly parts: FrontParts
  /** Before the fronts are configured: they look their pools up by id. */
  apply(configuration: Pick<ProxyConfiguration, "balancers" | "pools">): void
  /** All that is known of the targets' health, for who asks anew. */
  health(): readonly HealthReport[]
  close(): void
}

export interface SharedPartsOptions extends Pick<FrontParts, "clock" | "random" | "log" | "secret" | "accessLog"> {
  /** Each change. */
  readonly reportHealth: (reports: readonly HealthReport[]) => void
  /** Each minute. */
  readonly reportMetrics: (reports: readonly MetricReport[]) => void
  /** How targets are checked; over the network when absent. */
  readonly probe?: Probe
}

const chances = 2 ** 24

export const newSharedParts = ({
  clock,
  random,
  log,
  secret,
  accessLog,
  ...options
}: SharedPartsOptions): SharedParts => {
  const pools = new ProxyPools(clock)
  const tls = newTlsContexts()
  const counters = newCounters(clock, options.reportMetrics)
  const ids = newIds(random)
  const checks = newHealthChecks({
    clock,
    chance: () => ids.below(chances) / chances,
    probe: options.probe ?? newProbe(() => tls.toTargets()),
    report: (reports) => {
      for (const report of reports) pools.observe(report)
      options.reportHealth(reports)
    },
  })
  let balancers: readonly BalancerConfiguration[] = []
  counters.beforeFlush(() => readHosts(balancers, pools, counters))
  return {
    parts: {
      clock,
      random,
      log,
      secret,
      ...(accessLog && { accessLog }),
      pools,
      tls,
      counters,
      sourcePorts: newSourcePorts(random),
      suspect: (pool, target) => checks.suspect(pool, target),
    },
    apply: (configuration) => {
      balancers = configuration.balancers
      counters.keep(balancers.map(({ id }) => id))
      pools.apply(configuration.pools)
      checks.apply(configuration.pools)
    },
    health: () => checks.all(),
    close: () => {
      checks.close()
      counters.close()
      pools.close()
    },
  }
}
