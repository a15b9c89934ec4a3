// DescribeTargetGroupAttributes and ModifyTargetGroupAttributes.
import type { Op, ReadOp } from "../../../gate/index.ts"
import type { TargetGroupRow } from "../../../state/index.ts"
import { shownAttributes, withAttributes } from "../attributes/attributes.ts"
import { attributesOfGroup, isTargetGroupAttribute } from "../attributes/of-target-groups.ts"
import { invalid, misconfigured } from "../checks.ts"
import { targetGroupAt } from "../find.ts"

/** Text of one that others have: terraform-provider-aws issue 12726. */
const refuse = (key: string) =>
  isTargetGroupAttribute(key)
    ? misconfigured("The provided target group attribute is not supported")
    : invalid(`Target group attribute key '${key}' is not recognized`)

const isHttp = ({ protocol }: TargetGroupRow): boolean => protocol === "HTTP" || protocol === "HTTPS"

/** What of attributes depends on others, with the defaults filled in. */
const checkTogether = (row: TargetGroupRow): void => {
  const value = (key: string) =>
    row.attributes[key] ??
    attributesOfGroup(row)
      .find((one) => one.key === key)
      ?.standard(row) ??
    ""
  const type = value("stickiness.type")
  // Text of moto's tests.
  if (isHttp(row) ? type === "source_ip" : type !== "source_ip")
    throw misconfigured(
      `Stickiness type '${type}' is not supported for target groups with the ${row.protocol} protocol`,
    )
  if (isHttp(row)) checkHttp(value)
  else checkStream(row, value)
}

type Value = (key: string) => string

const checkHttp = (value: Value): void => {
  const algorithm = value("load_balancing.algorithm.type")
  const words: Readonly<Record<string, string>> = {
    // Text of a field report (aws-load-balancer-controller issue 3686); the other one after it.
    weighted_random: "You cannot enable both slow start and weighted random algorithm on a target group",
    least_outstanding_requests:
      "You cannot enable both slow start and least outstanding requests algorithm on a target group",
  }
  const both = words[algorithm]
  if (value("slow_start.duration_seconds") !== "0" && both !== undefined) throw misconfigured(both)
  // text from memory
  if (value("load_balancing.algorithm.anomaly_mitigation") === "on" && algorithm !== "weighted_random")
    throw misconfigured("You can enable anomaly mitigation only with the weighted random algorithm")
  // Text of a field report (terraform-aws-alb issue 242).
  const isApp = value("stickiness.type") === "app_cookie" && value("stickiness.enabled") === "true"
  if (isApp && value("stickiness.app_cookie.cookie_name") === "")
    throw misconfigured("You must set an application cookie name to enable stickiness of type 'app_cookie'")
}

/** Texts from memory. */
const checkStream = ({ protocol, targetType }: TargetGroupRow, value: Value): void => {
  const isUdp = protocol === "UDP" || protocol === "TCP_UDP"
  if (value("preserve_client_ip.enabled") === "false" && (isUdp || targetType === "alb"))
    throw misconfigured(
      `Client IP preservation cannot be disabled for ${isUdp ? `${protocol} target groups` : "target groups with target type 'alb'"}`,
    )
  const ends = value("target_health_state.unhealthy.connection_termination.enabled") === "true"
  if (ends && isUdp)
    throw misconfigured(`Connection termination for unhealthy targets cannot be enabled for ${protocol} target groups`)
  if (ends && value("target_health_state.unhealthy.draining_interval_seconds") !== "0")
    throw misconfigured(
      "An unhealthy draining interval can be set only while connection termination for unhealthy targets is disabled",
    )
  if (targetType === "alb" && value("stickiness.enabled") === "true")
    throw misconfigured("Stickiness is not supported for target groups with target type 'alb'")
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyTargetGroupAttributes.html */
export const ModifyTargetGroupAttributes: Op<"elbv2", "ModifyTargetGroupAttributes"> = (cx, input) => {
  const row = targetGroupAt(cx, input.TargetGroupArn)
  const all = attributesOfGroup(row)
  const attributes = withAttributes(all, row, input.Attributes, refuse)
  checkTogether({ ...row, attributes })
  return { Attributes: shownAttributes(all, cx.tx.targetGroups.patch(row.arn, { attributes })) }
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetGroupAttributes.html */
export const DescribeTargetGroupAttributes: ReadOp<"elbv2", "DescribeTargetGroupAttributes"> = (cx, input) => {
  const row = targetGroupAt(cx, input.TargetGroupArn)
  return { Attributes: shownAttributes(attributesOfGroup(row), row) }
}
