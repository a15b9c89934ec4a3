// Target groups that load balancers of one proxy forward to, with those of their targets that can be used in the zones of
// these load balancers.
import type { PoolConfiguration, TargetConfiguration } from "../../../protocol/index.ts"
import type { TargetGroupRow, View } from "../../../state/index.ts"
import { healthCheckOf } from "./health-checks.ts"
import { type Kept, memoised } from "./kept.ts"
import { type TargetPorts, targetOf } from "./targets.ts"

/** `targetgroup/<name>/<id>`: as metrics and access logs call a group. */
const labelOf = (arn: string): string => arn.slice(arn.lastIndexOf(":") + 1)

const healthChecks = memoised(healthCheckOf)

/** A target in a zone that no load balancer is in gets nothing, and is not checked. One without a zone is in all. */
const isReached = ({ zone }: TargetConfiguration, zones: ReadonlySet<string>): boolean =>
  zone === undefined || zones.has(zone)

/** The pool of a target group that load balancers in these zones forward to. */
export const poolOf = (
  view: View,
  group: TargetGroupRow,
  zones: ReadonlySet<string>,
  kept: Kept,
  ports: TargetPorts,
): PoolConfiguration => {
  const targets = view.targets
    .by("group", group.arn)
    .map((row) => kept.keep(`target ${row.groupArn} ${row.id}:${row.port}`, targetOf(view, row, ports)))
    .filter((target) => isReached(target, zones))
  return kept.keep(`pool ${group.arn}`, {
    id: group.arn,
    label: labelOf(group.arn),
    protocol: group.protocol,
    protocolVersion: group.protocolVersion ?? "HTTP1",
    attributes: group.attributes,
    healthCheck: healthChecks(group),
    targets,
  })
}
