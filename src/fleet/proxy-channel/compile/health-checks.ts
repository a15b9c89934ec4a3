// How targets are checked: of a target group by its members, of a classic load balancer by its one text.
import type { HealthCheckConfiguration } from "../../../protocol/index.ts"
import type { ClassicHealthCheck, TargetGroupRow } from "../../../state/index.ts"

/** gRPC's UNIMPLEMENTED, as AWS has it by default: any server answers it for a method that it does not know. */
const defaultGrpcMatcher = "12"
const defaultGrpcPath = "/AWS.ALB/healthcheck"

/** A group is checked like one of an application load balancer when it speaks HTTP, like one of a network one else. */
const defaultMatcher = (group: TargetGroupRow): string => (group.protocolVersion === undefined ? "200-399" : "200")

/** Of a target group: aws-behaviour.md section 5.2. */
export const healthCheckOf = (group: TargetGroupRow): HealthCheckConfiguration => {
  const check = group.healthCheck
  const grpc = group.protocolVersion === "GRPC"
  const codes = grpc ? (check.matcher?.GrpcCode ?? defaultGrpcMatcher) : check.matcher?.HttpCode
  return {
    enabled: check.enabled,
    protocol: check.protocol,
    ...(check.port !== "traffic-port" && { port: Number(check.port) }),
    path: check.path ?? (grpc ? defaultGrpcPath : "/"),
    intervalSeconds: check.intervalSeconds,
    timeoutSeconds: check.timeoutSeconds,
    healthyThreshold: check.healthyThreshold,
    unhealthyThreshold: check.unhealthyThreshold,
    matcher: codes ?? defaultMatcher(group),
    ...(grpc && { grpc: true as const }),
    userAgent: "ELB-HealthChecker/2.0",
  }
}

/** `HTTP:80/index.html`, `TCP:22`: the port is always named. */
const classicTarget = /^(HTTP|HTTPS|TCP|SSL):(\d+)(\/.*)?$/i

/** Of a classic load balancer. Undefined: its text is none, which services/elb lets nobody write. */
export const classicHealthCheckOf = (
  check: ClassicHealthCheck,
): (HealthCheckConfiguration & { readonly port: number }) | undefined => {
  const [, protocol = "", port = "", path = "/"] = classicTarget.exec(check.target) ?? []
  if (protocol === "") return undefined
  return {
    enabled: true,
    protocol: protocol.toUpperCase() as HealthCheckConfiguration["protocol"],
    port: Number(port),
    path,
    intervalSeconds: check.intervalSeconds,
    timeoutSeconds: check.timeoutSeconds,
    healthyThreshold: check.healthyThreshold,
    unhealthyThreshold: check.unhealthyThreshold,
    // https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-healthchecks.html: anything but 200 is a failure.
    matcher: "200",
    userAgent: "ELB-HealthChecker/1.0",
  }
}
