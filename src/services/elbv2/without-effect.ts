// Input members of Elastic Load Balancing that are taken and do nothing: listed in docs/parity.md.
const attribute = (operation: string, key: string): string => `${operation}.Attributes.Key=${key}`

export const withoutEffect: readonly string[] = [
  // No anomalies are looked for, so none is shown.
  "DescribeTargetHealth.Include",
  // Kept and described; there are no such logs, no AWS WAF, no zonal shift, no further addresses, and one answer for all zones.
  ...["connection_logs", "health_check_logs"].map((kind) =>
    attribute("ModifyLoadBalancerAttributes", `${kind}.s3.enabled`),
  ),
  attribute("ModifyLoadBalancerAttributes", "waf.fail_open.enabled"),
  attribute("ModifyLoadBalancerAttributes", "zonal_shift.config.enabled"),
  attribute("ModifyLoadBalancerAttributes", "secondary_ips.auto_assigned.per_subnet"),
  attribute("ModifyLoadBalancerAttributes", "dns_record.client_routing_policy"),
  attribute("ModifyTargetGroupAttributes", "load_balancing.algorithm.anomaly_mitigation"),
  // Connections end at the proxy and begin anew: docs/decisions/0023. A target that falls ill loses its connections at once.
  attribute("ModifyTargetGroupAttributes", "preserve_client_ip.enabled"),
  attribute("ModifyTargetGroupAttributes", "target_health_state.unhealthy.draining_interval_seconds"),
  // Rules of security groups are not enforced: docs/security.md.
  "SetSecurityGroups.EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic",
]
