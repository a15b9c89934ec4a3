// What the HTTP half counts, under the names that AWS has for it: those of Application Load Balancers, or of classic ones.
import type { BalancerConfiguration } from "../../protocol/index.ts"
import type { Counters } from "../counters/counters.ts"

/** What happened once a request is over. */
export interface Finished {
  readonly zone: string
  /** `targetgroup/<name>/<id>`; absent when no target group was chosen. */
  readonly group: string | undefined
  readonly status: number
  /** Of the target; absent when it did not answer. */
  readonly targetStatus: number | undefined
  /** From the request's end to the first byte of the answer; absent when no target answered. */
  readonly targetMs: number | undefined
  readonly bytes: number
  readonly evaluated: number
  readonly grpc: boolean
  readonly action: "forward" | "redirect" | "fixed-response" | undefined
  /** It went to a target of a group with stickiness and had no cookie for one. */
  readonly unsticky: boolean
  readonly classified: boolean
}

export interface Counted {
  connected(zone: string): void
  disconnected(zone: string): void
  tlsFailed(zone: string): void
  targetFailed(zone: string, group: string, tls: boolean): void
  finished(what: Finished): void
}

export const countsOf = (counters: Counters, balancer: BalancerConfiguration): Counted =>
  balancer.kind === "classic" ? classicCounts(counters, balancer) : applicationCounts(counters, balancer)

const classes = ["2XX", "3XX", "4XX", "5XX"] as const
const classOf = (status: number) => classes[Math.floor(status / 100) - 2]

const applicationCounts = (counters: Counters, balancer: BalancerConfiguration): Counted => {
  const own = counters.of(balancer)
  const active = own.level("ActiveConnectionCount")
  const evaluations = own.counter("RuleEvaluations")
  const inZone = perKey((zone: string) => ({
    connections: own.counter("NewConnectionCount", { zone }),
    bytes: own.counter("ProcessedBytes", { zone }),
    requests: own.counter("RequestCount", { zone }),
  }))
  const inGroup = perKey((key: string) => {
    const [zone = "", group = ""] = key.split(" ")
    const where = { zone, group }
    return {
      requests: own.counter("RequestCount", where),
      perTarget: own.counter("RequestCountPerTarget", where),
      time: own.counter("TargetResponseTime", where),
    }
  })
  return {
    connected: (zone) => {
      active.add(1)
      inZone(zone).connections.add(1)
    },
    disconnected: () => active.add(-1),
    tlsFailed: (zone) => own.counter("ClientTLSNegotiationErrorCount", { zone }).add(1),
    targetFailed: (zone, group, tls) =>
      own.counter(tls ? "TargetTLSNegotiationErrorCount" : "TargetConnectionErrorCount", { zone, group }).add(1),
    finished: (what) => {
      const { zone, group, status, targetStatus } = what
      const counts = inZone(zone)
      counts.bytes.add(what.bytes)
      if (what.evaluated > 0) evaluations.add(what.evaluated)
      if (what.classified) own.counter("DesyncMitigationMode_NonCompliant_Request_Count", { zone }).add(1)
      if (what.action === "redirect") own.counter("HTTP_Redirect_Count", { zone }).add(1)
      if (what.action === "fixed-response") own.counter("HTTP_Fixed_Response_Count", { zone }).add(1)
      if (targetStatus !== undefined && group !== undefined) {
        // AWS counts requests for which a target was chosen.
        const grouped = inGroup(`${zone} ${group}`)
        grouped.requests.add(1)
        grouped.perTarget.add(1)
        if (what.targetMs !== undefined) grouped.time.add(what.targetMs / 1000)
        const kind = classOf(targetStatus)
        if (kind) own.counter(`HTTPCode_Target_${kind}_Count`, { zone, group }).add(1)
        if (what.grpc) own.counter("GrpcRequestCount", { zone, group }).add(1)
        if (what.unsticky) own.counter("NonStickyRequestCount", { zone }).add(1)
        return
      }
      if (group !== undefined) counts.requests.add(1)
      countOwn(status, zone, what.action)
    },
  }

  function countOwn(status: number, zone: string, action: Finished["action"]): void {
    const kind = classOf(status)
    if (action === "fixed-response" || kind === undefined || kind === "2XX") return
    own.counter(`HTTPCode_ELB_${kind}_Count`, { zone }).add(1)
    if (status === 500 || status === 502 || status === 503 || status === 504)
      own.counter(`HTTPCode_ELB_${status}_Count`, { zone }).add(1)
  }
}

const classicCounts = (counters: Counters, balancer: BalancerConfiguration): Counted => {
  const own = counters.of(balancer)
  const active = own.level("EstimatedALBActiveConnectionCount")
  return {
    connected: () => {
      active.add(1)
      own.counter("EstimatedALBNewConnectionCount").add(1)
    },
    disconnected: () => active.add(-1),
    tlsFailed: () => {},
    targetFailed: (zone) => own.counter("BackendConnectionErrors", { zone }).add(1),
    finished: ({ zone, status, targetStatus, targetMs, bytes }) => {
      own.counter("EstimatedProcessedBytes").add(bytes)
      own.counter("RequestCount", { zone }).add(1)
      if (targetStatus !== undefined) {
        if (targetMs !== undefined) own.counter("Latency", { zone }).add(targetMs / 1000)
        const kind = classOf(targetStatus)
        if (kind) own.counter(`HTTPCode_Backend_${kind}`, { zone }).add(1)
        return
      }
      if (status >= 500) own.counter("HTTPCode_ELB_5XX", { zone }).add(1)
      else if (status >= 400) own.counter("HTTPCode_ELB_4XX", { zone }).add(1)
    },
  }
}

/** Looks each key up once. */
const perKey = <V>(make: (key: string) => V): ((key: string) => V) => {
  const known = new Map<string, V>()
  return (key) => {
    const found = known.get(key) ?? make(key)
    known.set(key, found)
    return found
  }
}
