// The attributes of load balancers, in the model's words (LoadBalancerAttribute of the API reference).
import type { LoadBalancerRow } from "../../../state/index.ts"
import { type Attribute, among, attribute, between, text, truth } from "./attributes.ts"

type One = Attribute<LoadBalancerRow>
const one = attribute<LoadBalancerRow>

/** Logs in a bucket: whether, which bucket, and the beginning of the keys. */
const logs = (kind: string): readonly One[] => [
  one(`${kind}.s3.enabled`, "false", truth),
  one(`${kind}.s3.bucket`, "", text(63)),
  one(`${kind}.s3.prefix`, "", text(1024)),
]

const both: readonly One[] = [
  one("deletion_protection.enabled", "false", truth),
  // Of an application load balancer it is on; only its target groups can turn it off.
  one("load_balancing.cross_zone.enabled", ({ type }) => String(type === "application"), truth),
  ...logs("access_logs"),
  one("zonal_shift.config.enabled", "false", truth),
]

const application: readonly One[] = [
  ...both,
  one("idle_timeout.timeout_seconds", "60", between(1, 4000)),
  one("client_keep_alive.seconds", "3600", between(60, 604_800)),
  ...logs("connection_logs"),
  ...logs("health_check_logs"),
  one("routing.http.desync_mitigation_mode", "defensive", among("monitor", "defensive", "strictest")),
  one("routing.http.drop_invalid_header_fields.enabled", "false", truth),
  one("routing.http.preserve_host_header.enabled", "false", truth),
  one("routing.http.x_amzn_tls_version_and_cipher_suite.enabled", "false", truth),
  one("routing.http.xff_client_port.enabled", "false", truth),
  one("routing.http.xff_header_processing.mode", "append", among("append", "preserve", "remove")),
  one("routing.http2.enabled", "true", truth),
  one("waf.fail_open.enabled", "false", truth),
]

const network: readonly One[] = [
  ...both,
  one(
    "dns_record.client_routing_policy",
    "any_availability_zone",
    among("any_availability_zone", "availability_zone_affinity", "partial_availability_zone_affinity"),
  ),
  one("secondary_ips.auto_assigned.per_subnet", "0", between(0, 7)),
]

export const loadBalancerAttributes = { application, network } as const

/** AWS knows it; it is for load balancers with IPv6 addresses. */
export const onlyForIpv6 = "ipv6.deny_all_igw_traffic"

/** Whether some type of load balancer has an attribute of the key. */
export const isLoadBalancerAttribute = (key: string): boolean =>
  [...application, ...network].some((known) => known.key === key)
