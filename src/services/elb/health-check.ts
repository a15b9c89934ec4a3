// The health check of a load balancer: its default, and ConfigureHealthCheck.
import type { HealthCheck } from "@aws-sdk/client-elastic-load-balancing"
import type { Op } from "../../gate/index.ts"
import type { ClassicHealthCheck } from "../../state/index.ts"
import { checkRange, invalid } from "./checks.ts"
import { balancerOf, keyOf } from "./find.ts"

/** What a load balancer begins with: its first listener's instance port opens. */
export const defaultHealthCheck = (instancePort: number): ClassicHealthCheck => ({
  target: `TCP:${instancePort}`,
  intervalSeconds: 30,
  timeoutSeconds: 5,
  unhealthyThreshold: 2,
  healthyThreshold: 10,
})

/** The first text is AWS's, as moto's tests have it; the second was seen on AWS's forum; the others are from memory. */
const checkTarget = (target: string): string => {
  const [, protocol = "", rest = ""] = /^([A-Za-z]+):?(.*)$/s.exec(target) ?? []
  const name = protocol.toUpperCase()
  if (!["HTTP", "TCP", "HTTPS", "SSL"].includes(name)) {
    throw invalid("HealthCheck Target must begin with one of HTTP, TCP, HTTPS, SSL")
  }
  const isHttp = name.startsWith("HTTP")
  const [, port, path = ""] = /^(\d+)(.*)$/s.exec(rest) ?? []
  if (port === undefined || Number(port) < 1 || Number(port) > 65_535) {
    throw invalid("HealthCheck Target must have a port between 1 and 65535")
  }
  if (isHttp && !/^\/[\x21-\x7e]*$/.test(path)) {
    throw invalid(
      `HealthCheck ${name} Target must specify a port followed by a path that begins with a slash. e.g. ${name}:80/ping/this/path`,
    )
  }
  if (!isHttp && path !== "")
    throw invalid(`HealthCheck ${name} Target must specify a port and no path. e.g. ${name}:80`)
  if (path.length > 1024) throw invalid("HealthCheck Target path must be 1024 characters or less")
  return `${name}:${Number(port)}${path}`
}

const checkedOf = (wire: HealthCheck): ClassicHealthCheck => {
  const { Interval = 0, Timeout = 0, UnhealthyThreshold = 0, HealthyThreshold = 0 } = wire
  checkRange("healthCheck.interval", Interval, 5, 300)
  checkRange("healthCheck.timeout", Timeout, 2, 60)
  checkRange("healthCheck.unhealthyThreshold", UnhealthyThreshold, 2, 10)
  checkRange("healthCheck.healthyThreshold", HealthyThreshold, 2, 10)
  if (Timeout >= Interval) throw invalid("HealthCheck timeout must be less than interval")
  return {
    target: checkTarget(wire.Target ?? ""),
    intervalSeconds: Interval,
    timeoutSeconds: Timeout,
    unhealthyThreshold: UnhealthyThreshold,
    healthyThreshold: HealthyThreshold,
  }
}

export const shownHealthCheck = (check: ClassicHealthCheck) => ({
  Target: check.target,
  Interval: check.intervalSeconds,
  Timeout: check.timeoutSeconds,
  UnhealthyThreshold: check.unhealthyThreshold,
  HealthyThreshold: check.healthyThreshold,
})

/** https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_ConfigureHealthCheck.html */
export const ConfigureHealthCheck: Op<"elb", "ConfigureHealthCheck"> = (cx, input) => {
  const row = balancerOf(cx, input.LoadBalancerName)
  const healthCheck = checkedOf({
    ...{ Target: "", Interval: 0, Timeout: 0, UnhealthyThreshold: 0, HealthyThreshold: 0 },
    ...input.HealthCheck,
  })
  cx.tx.classicLoadBalancers.patch(keyOf(row), { healthCheck })
  return { HealthCheck: shownHealthCheck(healthCheck) }
}
