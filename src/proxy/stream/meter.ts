// What is counted of flows, under the names of the kind of load balancer: a network load balancer's flows, resets and bytes,
// a classic one's connections.
import type { BalancerConfiguration } from "../../protocol/index.ts"
import type { BalancerCounters, Counters } from "../counters/counters.ts"
import type { Metric } from "../counters/metrics.ts"

export type Transport = "TCP" | "TLS" | "UDP"

/** Who broke a connection off. */
export type Resetter = "client" | "target" | "balancer"

export interface FlowMeter {
  begin(): void
  end(): void
  bytes(count: number): void
  reset(by: Resetter): void
  /** No target was there. */
  rejected(): void
  /** Sent to a target that is not healthy, since none is. */
  unhealthyRouting(): void
  clientTlsFailed(): void
  targetTlsFailed(): void
  /** A target did not take the connection. */
  targetFailed(): void
  /** How long a target took to take it, in seconds. */
  connected(seconds: number): void
  /** No port was left for a connection to a target. */
  portsUsedUp(): void
}

type Names = readonly Metric[]

const resets: Readonly<Record<Resetter, Metric>> = {
  client: "TCP_Client_Reset_Count",
  target: "TCP_Target_Reset_Count",
  balancer: "TCP_ELB_Reset_Count",
}

/** Meters of a front by zone, each made once. */
export const newMeters = (
  counters: Counters,
  balancer: BalancerConfiguration,
  transport: Transport,
): ((zone: string | undefined) => FlowMeter) => {
  const own = counters.of(balancer)
  const known = new Map<string | undefined, FlowMeter>()
  return (zone) => {
    const meter = known.get(zone) ?? (balancer.kind === "classic" ? classic(own, zone) : network(own, zone, transport))
    known.set(zone, meter)
    return meter
  }
}

const network = (own: BalancerCounters, zone: string | undefined, transport: Transport): FlowMeter => {
  const where = { zone }
  const all = (...names: Names) => names.map((name) => own.counter(name, where))
  const begun = all("NewFlowCount", `NewFlowCount_${transport}`)
  const active = [own.level("ActiveFlowCount", where), own.level(`ActiveFlowCount_${transport}`, where)]
  const bytes = all("ProcessedBytes", `ProcessedBytes_${transport}`)
  const rejected = all("RejectedFlowCount", ...(transport === "UDP" ? [] : (["RejectedFlowCount_TCP"] as const)))
  const one = (name: Metric) => () => own.counter(name, where).add(1)
  return {
    begin: () => {
      for (const counter of begun) counter.add(1)
      for (const level of active) level.add(1)
    },
    end: () => {
      for (const level of active) level.add(-1)
    },
    bytes: (count) => {
      for (const counter of bytes) counter.add(count)
    },
    reset: (by) => own.counter(resets[by], where).add(1),
    rejected: () => {
      for (const counter of rejected) counter.add(1)
    },
    unhealthyRouting: one("UnhealthyRoutingFlowCount"),
    clientTlsFailed: one("ClientTLSNegotiationErrorCount"),
    targetTlsFailed: one("TargetTLSNegotiationErrorCount"),
    targetFailed: () => {},
    connected: () => {},
    portsUsedUp: one("PortAllocationErrorCount"),
  }
}

/** Of TCP and SSL listeners: RequestCount counts connections, Latency is the time until an instance took one. */
const classic = (own: BalancerCounters, zone: string | undefined): FlowMeter => {
  const where = { zone }
  const requests = own.counter("RequestCount", where)
  const latency = own.counter("Latency", where)
  const begun = own.counter("EstimatedALBNewConnectionCount", where)
  const active = own.level("EstimatedALBActiveConnectionCount", where)
  const bytes = own.counter("EstimatedProcessedBytes", where)
  return {
    begin: () => {
      requests.add(1)
      begun.add(1)
      active.add(1)
    },
    end: () => active.add(-1),
    bytes: (count) => bytes.add(count),
    targetFailed: () => own.counter("BackendConnectionErrors", where).add(1),
    connected: (seconds) => latency.add(seconds),
    reset: () => {},
    rejected: () => {},
    unhealthyRouting: () => {},
    clientTlsFailed: () => {},
    targetTlsFailed: () => {},
    portsUsedUp: () => {},
  }
}
