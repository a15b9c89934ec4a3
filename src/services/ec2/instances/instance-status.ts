// DescribeInstanceStatus: the two checks of EC2. Both pass while the instance runs, because `running` means that its
// engine was seen to answer.
import type { InstanceStatus, InstanceStatusSummary } from "@aws-sdk/client-ec2"
import type { ReadOp } from "../../../gate/index.ts"
import { fault } from "../../../kernel/index.ts"
import { type InstanceRow, zonesOf } from "../../../state/index.ts"
import { applyFilters, type FilterTable, nothing } from "../filters.ts"
import { checkForm, missing, namedRows } from "../lookups.ts"
import { pageOf } from "../pages.ts"
import { describeState, stateCodes, stateName } from "./state.ts"

type Health = "ok" | "not-applicable" | "initializing"

const healthOf = (row: InstanceRow): Health => {
  const state = stateName(row)
  if (state === "running") return "ok"
  return state === "pending" ? "initializing" : "not-applicable"
}

const checks = { ok: "passed", initializing: "initializing", "not-applicable": undefined } as const

const filters: FilterTable<InstanceRow> = {
  "availability-zone": (i) => [i.availabilityZone],
  "availability-zone-id": (i) => zonesOf(i.region).flatMap((z) => (z.name === i.availabilityZone ? [z.id] : [])),
  "event.code": nothing,
  "event.description": nothing,
  "instance-state-code": (i) => [String(stateCodes[stateName(i)])],
  "instance-state-name": (i) => [stateName(i)],
  "instance-status.reachability": (i) => [checks[healthOf(i)] ?? "not-applicable"],
  "instance-status.status": (i) => [healthOf(i)],
  "system-status.reachability": (i) => [checks[healthOf(i)] ?? "not-applicable"],
  "system-status.status": (i) => [healthOf(i)],
}

const summary = (health: Health): InstanceStatusSummary => {
  const Status = checks[health]
  return { Status: health, ...(Status && { Details: [{ Name: "reachability", Status }] }) }
}

const describe = (row: InstanceRow): InstanceStatus => ({
  InstanceId: row.id,
  AvailabilityZone: row.availabilityZone,
  InstanceState: describeState(row),
  InstanceStatus: summary(healthOf(row)),
  SystemStatus: summary(healthOf(row)),
})

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceStatus.html */
export const DescribeInstanceStatus: ReadOp<"ec2", "DescribeInstanceStatus"> = (cx, input) => {
  if (input.InstanceIds?.length && input.MaxResults !== undefined) {
    throw fault(
      "InvalidParameterCombination",
      "The parameter instancesSet cannot be used with the parameter maxResults",
    )
  }
  checkForm(input.InstanceIds, "i", "InvalidInstanceID.Malformed")
  const named = namedRows(cx.tx.instances, cx.scope, input.InstanceIds, missing.instance)
  const rows = input.IncludeAllInstances ? named : named.filter((row) => stateName(row) === "running")
  const page = pageOf(applyFilters(rows, input.Filters, filters), (i) => i.id, input)
  return { InstanceStatuses: page.rows.map(describe), NextToken: page.NextToken }
}
