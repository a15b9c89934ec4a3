// The health check of a target group: what may be asked for, and AWS's defaults by protocol and type of target.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
// https://docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-health-checks.html
import type { Matcher } from "@aws-sdk/client-elastic-load-balancing-v2"
import type { TargetGroupHealthCheck, TargetGroupRow } from "../../../state/index.ts"
import { checkLength, checkRange, invalid, misconfigured, oneOf, protocols } from "../checks.ts"

type Group = Pick<TargetGroupRow, "targetType" | "protocol" | "protocolVersion">

/** The members of CreateTargetGroup and ModifyTargetGroup that are about the check. */
export interface AskedCheck {
  readonly HealthCheckProtocol?: string | undefined
  readonly HealthCheckPort?: string | undefined
  readonly HealthCheckEnabled?: boolean | undefined
  readonly HealthCheckPath?: string | undefined
  readonly HealthCheckIntervalSeconds?: number | undefined
  readonly HealthCheckTimeoutSeconds?: number | undefined
  readonly HealthyThresholdCount?: number | undefined
  readonly UnhealthyThresholdCount?: number | undefined
  readonly Matcher?: Matcher | undefined
}

const isHttp = (protocol: string): boolean => protocol === "HTTP" || protocol === "HTTPS"

/** Whether it is for an application load balancer. */
const isOfApplication = ({ protocol }: Group): boolean => isHttp(protocol)

/** Constraints of the model, before anything else is looked at. */
export const checkForm = (asked: AskedCheck): void => {
  oneOf("healthCheckProtocol", asked.HealthCheckProtocol, protocols)
  checkLength("healthCheckPath", asked.HealthCheckPath, 1024, 1)
  checkRange("healthCheckIntervalSeconds", asked.HealthCheckIntervalSeconds, 5, 300)
  checkRange("healthCheckTimeoutSeconds", asked.HealthCheckTimeoutSeconds, 2, 120)
  checkRange("healthyThresholdCount", asked.HealthyThresholdCount, 2, 10)
  checkRange("unhealthyThresholdCount", asked.UnhealthyThresholdCount, 2, 10)
}

/** The check that a group gets. `old`: what it has, where it is only changed. */
export const healthCheckFor = (
  group: Group,
  asked: AskedCheck,
  old?: TargetGroupHealthCheck,
): TargetGroupHealthCheck => {
  // AWS: "If the target type is instance, ip, or alb, health checks are always enabled and can't be disabled."
  if (asked.HealthCheckEnabled === false)
    throw misconfigured(`Health check enabled must be true for target groups with target type '${group.targetType}'`) // text from memory
  const protocol = protocolFor(group, asked.HealthCheckProtocol, old?.protocol)
  const kept = old?.protocol === protocol ? old : undefined
  const http = isHttp(protocol)
  const check: TargetGroupHealthCheck = {
    enabled: true,
    protocol,
    port: portFor(asked.HealthCheckPort) ?? old?.port ?? "traffic-port",
    intervalSeconds: asked.HealthCheckIntervalSeconds ?? old?.intervalSeconds ?? 30,
    timeoutSeconds: asked.HealthCheckTimeoutSeconds ?? old?.timeoutSeconds ?? defaultTimeout(group, protocol),
    healthyThreshold: asked.HealthyThresholdCount ?? old?.healthyThreshold ?? 5,
    unhealthyThreshold: asked.UnhealthyThresholdCount ?? old?.unhealthyThreshold ?? 2,
    ...(http && { path: pathFor(group, asked.HealthCheckPath) ?? kept?.path ?? defaultPath(group) }),
    ...(http && { matcher: matcherFor(group, asked.Matcher) ?? kept?.matcher ?? defaultMatcher(group) }),
  }
  // Text of a field report (aws-cloudformation-user-guide pull request 186), and one after it.
  if (!http && asked.Matcher !== undefined)
    throw misconfigured("Health check matchers are not supported for TCP health checks")
  if (!http && asked.HealthCheckPath !== undefined)
    throw misconfigured("Health check paths are not supported for TCP health checks")
  checkTimes(group, check)
  return check
}

const protocolFor = (
  group: Group,
  asked: string | undefined,
  old: TargetGroupHealthCheck["protocol"] | undefined,
): TargetGroupHealthCheck["protocol"] => {
  if (asked === undefined) return old ?? defaultProtocol(group)
  const allowed = isOfApplication(group) || group.targetType === "alb" ? ["HTTP", "HTTPS"] : ["HTTP", "HTTPS", "TCP"]
  // text from memory
  if (!allowed.includes(asked))
    throw invalid(
      `Health check protocol '${asked}' must be one of '${allowed.join(", ")}' for target groups with the ${group.protocol} protocol`,
    )
  return asked as TargetGroupHealthCheck["protocol"]
}

const defaultProtocol = (group: Group): TargetGroupHealthCheck["protocol"] =>
  isOfApplication(group) || group.targetType === "alb" ? "HTTP" : "TCP"

const defaultTimeout = (group: Group, protocol: string): number => {
  if (isOfApplication(group)) return 5
  return protocol === "HTTP" ? 6 : 10
}

/** Of gRPC: model of CreateTargetGroup. */
const defaultPath = (group: Group): string => (group.protocolVersion === "GRPC" ? "/AWS.ALB/healthcheck" : "/")

const defaultMatcher = (group: Group): Matcher => {
  if (group.protocolVersion === "GRPC") return { GrpcCode: "12" }
  return { HttpCode: isOfApplication(group) ? "200" : "200-399" }
}

const portFor = (asked: string | undefined): string | undefined => {
  if (asked === undefined || asked === "traffic-port") return asked
  const port = Number(asked)
  // Text of the Terraform provider's tests.
  if (!/^\d+$/.test(asked) || port < 1 || port > 65535)
    throw invalid(`Health check port '${asked}' must be one of '[traffic-port]' or be a number between '1' and '65535'`) // text from memory
  return asked
}

const pathFor = (group: Group, asked: string | undefined): string | undefined => {
  // text from memory
  if (asked !== undefined && !asked.startsWith("/"))
    throw invalid(`Health check path '${asked}' must begin with a '/' character, and can contain only valid characters`)
  // text from memory
  if (asked !== undefined && group.protocolVersion === "GRPC" && !/^\/[^/]+\/[^/]+$/.test(asked))
    throw invalid(`Health check path '${asked}' must have the format '/package.service/method'`)
  return asked
}

const matcherFor = (group: Group, asked: Matcher | undefined): Matcher | undefined => {
  if (!asked) return undefined
  const isGrpc = group.protocolVersion === "GRPC"
  const code = isGrpc ? asked.GrpcCode : asked.HttpCode
  const other = isGrpc ? asked.HttpCode : asked.GrpcCode
  // Text of field reports (terraform-provider-aws issue 2351).
  if (!code) throw invalid(`Health check matcher ${isGrpc ? "GRPC" : "HTTP"} code cannot be empty`)
  // Texts from memory.
  if (other !== undefined)
    throw invalid(`Health check matcher ${isGrpc ? "HTTP" : "GRPC"} code is not supported for this protocol version`)
  const [least, most] = isGrpc ? [0, 99] : [200, isOfApplication(group) ? 499 : 599]
  if (!isCodeList(code, least, most))
    throw invalid(
      `Health check matcher ${isGrpc ? "GRPC" : "HTTP"} code '${code}' must be within '${least}-${most}' inclusive`,
    )
  return isGrpc ? { GrpcCode: code } : { HttpCode: code }
}

/** `200,202` and `200-299` of codes within bounds. */
const isCodeList = (text: string, least: number, most: number): boolean =>
  text.split(",").every((part) => {
    const [from = "", to = from, ...more] = part.trim().split("-")
    if (more.length > 0 || !/^\d{1,3}$/.test(from) || !/^\d{1,3}$/.test(to)) return false
    return Number(from) >= least && Number(to) <= most && Number(from) <= Number(to)
  })

/** Texts of moto's tests. */
const checkTimes = (
  group: Group,
  { intervalSeconds: interval, timeoutSeconds: timeout }: TargetGroupHealthCheck,
): void => {
  if (isOfApplication(group) ? timeout < interval : timeout <= interval) return
  const bound = isOfApplication(group) ? "smaller than" : "smaller than or equal to"
  throw invalid(`Health check timeout '${timeout}' must be ${bound} the interval '${interval}'`)
}
