// AWS's metrics of load balancers that a proxy counts: their units, and the combinations of dimensions under which each is
// published. Learned from the pages "CloudWatch metrics for your … Load Balancer" of the three guides.

/** Where something was counted. A way in that is no node of the load balancer has no zone. */
export interface Where {
  readonly zone?: string | undefined
  /** `targetgroup/<name>/<id>`. */
  readonly group?: string | undefined
}

/**
 * `balancer`: per load balancer, and with its zone. `whole`: per load balancer alone. `group`: per target group, and with
 * the zone. `both`: `balancer` and `group`.
 */
type Spread = "balancer" | "whole" | "group" | "both"
type Metrics = Readonly<Record<string, readonly [unit: string, spread: Spread]>>

const count = (spread: Spread) => ["Count", spread] as const

const application = {
  ActiveConnectionCount: count("whole"),
  ClientTLSNegotiationErrorCount: count("balancer"),
  DesyncMitigationMode_NonCompliant_Request_Count: count("balancer"),
  DroppedInvalidHeaderRequestCount: count("balancer"),
  ForwardedInvalidHeaderRequestCount: count("balancer"),
  GrpcRequestCount: count("both"),
  HTTP_Fixed_Response_Count: count("balancer"),
  HTTP_Redirect_Count: count("balancer"),
  HTTP_Redirect_Url_Limit_Exceeded_Count: count("balancer"),
  HTTPCode_ELB_3XX_Count: count("balancer"),
  HTTPCode_ELB_4XX_Count: count("balancer"),
  HTTPCode_ELB_5XX_Count: count("balancer"),
  HTTPCode_ELB_500_Count: count("balancer"),
  HTTPCode_ELB_502_Count: count("balancer"),
  HTTPCode_ELB_503_Count: count("balancer"),
  HTTPCode_ELB_504_Count: count("balancer"),
  HTTPCode_Target_2XX_Count: count("both"),
  HTTPCode_Target_3XX_Count: count("both"),
  HTTPCode_Target_4XX_Count: count("both"),
  HTTPCode_Target_5XX_Count: count("both"),
  HealthyHostCount: count("group"),
  NewConnectionCount: count("balancer"),
  NonStickyRequestCount: count("balancer"),
  ProcessedBytes: ["Bytes", "balancer"],
  RejectedConnectionCount: count("balancer"),
  RequestCount: count("both"),
  RequestCountPerTarget: count("group"),
  RuleEvaluations: count("whole"),
  TargetConnectionErrorCount: count("both"),
  TargetResponseTime: ["Seconds", "both"],
  TargetTLSNegotiationErrorCount: count("both"),
  UnHealthyHostCount: count("group"),
  UnhealthyRoutingRequestCount: count("group"),
} satisfies Metrics

const network = {
  ActiveFlowCount: count("balancer"),
  ActiveFlowCount_TCP: count("balancer"),
  ActiveFlowCount_TLS: count("balancer"),
  ActiveFlowCount_UDP: count("balancer"),
  ClientTLSNegotiationErrorCount: count("balancer"),
  HealthyHostCount: count("group"),
  NewFlowCount: count("balancer"),
  NewFlowCount_TCP: count("balancer"),
  NewFlowCount_TLS: count("balancer"),
  NewFlowCount_UDP: count("balancer"),
  PortAllocationErrorCount: count("balancer"),
  ProcessedBytes: ["Bytes", "balancer"],
  ProcessedBytes_TCP: ["Bytes", "balancer"],
  ProcessedBytes_TLS: ["Bytes", "balancer"],
  ProcessedBytes_UDP: ["Bytes", "balancer"],
  RejectedFlowCount: count("balancer"),
  RejectedFlowCount_TCP: count("balancer"),
  TargetTLSNegotiationErrorCount: count("balancer"),
  TCP_Client_Reset_Count: count("balancer"),
  TCP_ELB_Reset_Count: count("balancer"),
  TCP_Target_Reset_Count: count("balancer"),
  UnHealthyHostCount: count("group"),
  UnhealthyRoutingFlowCount: count("balancer"),
} satisfies Metrics

/** SurgeQueueLength and SpilloverCount are absent: nothing queues here. */
const classic = {
  BackendConnectionErrors: count("balancer"),
  DesyncMitigationMode_NonCompliant_Request_Count: count("balancer"),
  EstimatedALBActiveConnectionCount: count("whole"),
  EstimatedALBNewConnectionCount: count("whole"),
  EstimatedProcessedBytes: ["Bytes", "whole"],
  HealthyHostCount: count("balancer"),
  HTTPCode_Backend_2XX: count("balancer"),
  HTTPCode_Backend_3XX: count("balancer"),
  HTTPCode_Backend_4XX: count("balancer"),
  HTTPCode_Backend_5XX: count("balancer"),
  HTTPCode_ELB_4XX: count("balancer"),
  HTTPCode_ELB_5XX: count("balancer"),
  Latency: ["Seconds", "balancer"],
  RequestCount: count("balancer"),
  UnHealthyHostCount: count("balancer"),
} satisfies Metrics

export type Metric = keyof typeof application | keyof typeof network | keyof typeof classic
export type Namespace = "AWS/ApplicationELB" | "AWS/NetworkELB" | "AWS/ELB"

const namespaces: Readonly<Record<Namespace, Metrics>> = {
  "AWS/ApplicationELB": application,
  "AWS/NetworkELB": network,
  "AWS/ELB": classic,
}

export const unitOf = (namespace: Namespace, metric: Metric): string => namespaces[namespace][metric]?.[0] ?? "Count"

type Dimensions = Readonly<Record<string, string>>

/** The sets of dimensions under which a value counts; none when the namespace has no such metric. */
export const dimensionsOf = (
  namespace: Namespace,
  label: string,
  metric: Metric,
  { zone, group }: Where,
): readonly Dimensions[] => {
  const spread = namespaces[namespace][metric]?.[1]
  if (spread === undefined) return []
  const balancer: Dimensions = namespace === "AWS/ELB" ? { LoadBalancerName: label } : { LoadBalancer: label }
  const inZone = (dimensions: Dimensions): readonly Dimensions[] =>
    zone === undefined ? [dimensions] : [dimensions, { ...dimensions, AvailabilityZone: zone }]
  if (spread === "whole") return [balancer]
  const grouped = group === undefined ? [] : inZone({ TargetGroup: group, ...balancer })
  if (spread === "group") return grouped
  return [...inZone(balancer), ...(spread === "both" ? grouped : [])]
}
