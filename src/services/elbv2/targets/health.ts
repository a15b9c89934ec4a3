// DescribeTargetHealth: of all registrations, or of those that are named.
import type { TargetHealthDescription } from "@aws-sdk/client-elastic-load-balancing-v2"
import type { ReadOp } from "../../../gate/index.ts"
import {
  notRegistered,
  type ShownTargetHealth,
  shownTargetHealth,
  type TargetGroupRow,
  type TargetRow,
  targetKey,
} from "../../../state/index.ts"
import { checkPort, oneOf } from "../checks.ts"
import { targetGroupAt } from "../find.ts"
import { checkId } from "./place.ts"

type Shown = Pick<TargetRow, "id" | "port" | "zone">

const described = (group: TargetGroupRow, { id, port, zone }: Shown, health: ShownTargetHealth) => {
  const checked = group.healthCheck.port
  return {
    Target: {
      Id: id,
      Port: port,
      // Of instances it is not shown.
      ...(group.targetType === "ip" && zone !== undefined && { AvailabilityZone: zone }),
    },
    HealthCheckPort: checked === "traffic-port" ? String(port) : checked,
    TargetHealth: {
      State: health.state,
      ...(health.reason !== undefined && { Reason: health.reason }),
      ...(health.description !== undefined && { Description: health.description }),
    } as TargetHealthDescription["TargetHealth"] & object,
  }
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetHealth.html */
export const DescribeTargetHealth: ReadOp<"elbv2", "DescribeTargetHealth"> = (cx, input) => {
  for (const [i, word] of (input.Include ?? []).entries())
    oneOf(`include.${i + 1}.member`, word, ["AnomalyDetection", "All"])
  const asked = input.Targets ?? []
  for (const [i, { Port }] of asked.entries()) checkPort(`targets.${i + 1}.member.port`, Port)
  const group = targetGroupAt(cx, input.TargetGroupArn)
  for (const { Id = "" } of asked) checkId(group, Id)
  const describe = (row: TargetRow) => described(group, row, shownTargetHealth(cx.tx, row))
  if (asked.length === 0) return { TargetHealthDescriptions: cx.tx.targets.by("group", group.arn).map(describe) }
  return {
    TargetHealthDescriptions: asked.map(({ Id: id = "", Port: port = group.port }) => {
      const row = cx.tx.targets.get(targetKey(group.arn, id, port))
      return row ? describe(row) : described(group, { id, port }, notRegistered)
    }),
  }
}
