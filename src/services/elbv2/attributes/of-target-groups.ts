// The attributes of target groups by protocol, in the model's words (TargetGroupAttribute of the API reference).
import type { TargetGroupRow } from "../../../state/index.ts"
import { invalid } from "../checks.ts"
import { type Attribute, among, attribute, between, text, truth } from "./attributes.ts"

type One = Attribute<TargetGroupRow>
const one = attribute<TargetGroupRow>

const day = "86400"
const week = 604_800

/** AWS: "the maximum number of targets", which is that of a load balancer. */
const mostTargets = 3000

const everywhere: readonly One[] = [
  one("deregistration_delay.timeout_seconds", "300", between(0, 3600)),
  one("stickiness.enabled", "false", truth),
  one(
    "load_balancing.cross_zone.enabled",
    "use_load_balancer_configuration",
    among("true", "false", "use_load_balancer_configuration"),
  ),
  one("target_group_health.dns_failover.minimum_healthy_targets.count", "1", between(1, mostTargets, ["off"])),
  one("target_group_health.dns_failover.minimum_healthy_targets.percentage", "off", between(1, 100, ["off"])),
  one("target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", "1", between(1, mostTargets)),
  one(
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage",
    "off",
    between(1, 100, ["off"]),
  ),
]

/** Prefixes of cookies that are the load balancer's own. Text from memory. */
const cookieName = (value: string, key: string): void => {
  text(256)(value, key)
  if (/^AWSALB(APP|TG)?/.test(value)) throw invalid(`'${key}' value '${value}' cannot begin with a reserved prefix`)
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]*$/.test(value)) throw invalid(`'${key}' value '${value}' is not valid`)
}

/** Text of moto's tests. */
const stickinessType = (value: string): void => {
  if (!["app_cookie", "lb_cookie", "source_ip"].includes(value))
    throw invalid("'Stickiness type' must be one of [app_cookie, lb_cookie, source_ip]")
}

const http: readonly One[] = [
  ...everywhere,
  one("stickiness.type", "lb_cookie", stickinessType),
  one("stickiness.lb_cookie.duration_seconds", day, between(1, week)),
  one("stickiness.app_cookie.cookie_name", "", cookieName),
  one("stickiness.app_cookie.duration_seconds", day, between(1, week)),
  one("slow_start.duration_seconds", "0", between(30, 900, ["0"])),
  one(
    "load_balancing.algorithm.type",
    "round_robin",
    among("round_robin", "least_outstanding_requests", "weighted_random"),
  ),
  one("load_balancing.algorithm.anomaly_mitigation", "off", among("on", "off")),
]

const isUdp = ({ protocol }: TargetGroupRow): boolean => protocol === "UDP" || protocol === "TCP_UDP"
/** AWS: "disabled if the target group type is IP address and the target group protocol is TCP or TLS". */
const keepsClient = (group: TargetGroupRow): boolean => isUdp(group) || group.targetType !== "ip"

const stream: readonly One[] = [
  ...everywhere,
  one("stickiness.type", "source_ip", stickinessType),
  one("deregistration_delay.connection_termination.enabled", (group) => String(isUdp(group)), truth),
  one("preserve_client_ip.enabled", (group) => String(keepsClient(group)), truth),
  one("proxy_protocol_v2.enabled", "false", truth),
  one("target_health_state.unhealthy.connection_termination.enabled", (group) => String(!isUdp(group)), truth),
  one("target_health_state.unhealthy.draining_interval_seconds", "0", between(0, 360_000)),
]

const isHttp = ({ protocol }: TargetGroupRow): boolean => protocol === "HTTP" || protocol === "HTTPS"

export const attributesOfGroup = (group: TargetGroupRow): readonly One[] => (isHttp(group) ? http : stream)

/** Whether some target group has an attribute of the key. */
export const isTargetGroupAttribute = (key: string): boolean => [...http, ...stream].some((known) => known.key === key)
