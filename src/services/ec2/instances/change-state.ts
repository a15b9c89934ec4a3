// TerminateInstances, StopInstances, StartInstances, RebootInstances: wishes, which controllers/instance pursues. All of a
// request happens or nothing does.
import type { InstanceStateChange } from "@aws-sdk/client-ec2"
import type { Cx, Op } from "../../../gate/index.ts"
import { fault } from "../../../kernel/index.ts"
import type { InstanceRow } from "../../../state/index.ts"
import { checkForm, keyOf, missing, namedRows } from "../lookups.ts"
import { missingParameter, unsupported } from "../refusals.ts"
import { describeState, stateName, userInitiated, userShutdown } from "./state.ts"

/** The named instances; EC2 wants at least one. */
const asked = (cx: Cx, ids: readonly string[] | undefined): readonly InstanceRow[] => {
  if (!ids || ids.length === 0) throw missingParameter("InstanceId")
  checkForm(ids, "i", "InvalidInstanceID.Malformed")
  return namedRows(cx.tx.instances, cx.scope, ids, missing.instance)
}

type Patch = Parameters<Cx["tx"]["instances"]["patch"]>[1]

/** Patches an instance, unless there is nothing to change; answers the change as EC2 says it. */
const change = (cx: Cx, row: InstanceRow, patch: Patch | undefined): InstanceStateChange => {
  const now = patch ? cx.tx.instances.patch(keyOf(cx.scope, row.id), patch) : row
  return { InstanceId: row.id, CurrentState: describeState(now), PreviousState: describeState(row) }
}

const incorrectState = (message: string) => fault("IncorrectInstanceState", message)

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TerminateInstances.html */
export const TerminateInstances: Op<"ec2", "TerminateInstances"> = (cx, input) => {
  const rows = asked(cx, input.InstanceIds)
  for (const { id, disableApiTermination } of rows) {
    if (!disableApiTermination) continue
    throw fault(
      "OperationNotPermitted",
      `The instance '${id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
    )
  }
  const terminated = {
    desired: "terminated",
    transitionReason: userInitiated(cx.now),
    stateReason: userShutdown,
  } as const
  const isOver = (row: InstanceRow) => row.desired === "terminated" || row.observed.state === "terminated"
  return { TerminatingInstances: rows.map((row) => change(cx, row, isOver(row) ? undefined : terminated)) }
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StopInstances.html */
export const StopInstances: Op<"ec2", "StopInstances"> = (cx, input) => {
  if (input.Hibernate) throw unsupported("hibernation (Hibernate)")
  const rows = asked(cx, input.InstanceIds)
  for (const row of rows) {
    const state = stateName(row)
    if (state === "shutting-down" || state === "terminated") {
      throw incorrectState(`This instance '${row.id}' is not in a state from which it can be stopped.`)
    }
    if (row.observed.state === "none") {
      throw incorrectState(`Instance '${row.id}' cannot be stopped as it has never reached the 'running' state.`)
    }
    if (row.disableApiStop && state !== "stopped" && state !== "stopping") {
      throw fault(
        "OperationNotPermitted",
        `The instance '${row.id}' may not be stopped. Modify its 'disableApiStop' instance attribute and try again.`,
      )
    }
  }
  const stopped = { desired: "stopped", transitionReason: userInitiated(cx.now), stateReason: userShutdown } as const
  return {
    StoppingInstances: rows.map((row) => change(cx, row, row.desired === "stopped" ? undefined : stopped)),
  }
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StartInstances.html */
export const StartInstances: Op<"ec2", "StartInstances"> = (cx, input) => {
  const rows = asked(cx, input.InstanceIds)
  for (const row of rows) {
    const state = stateName(row)
    if (state === "stopped" || state === "running" || state === "pending") continue
    throw incorrectState(`The instance '${row.id}' is not in a state from which it can be started.`)
  }
  return {
    StartingInstances: rows.map((row) =>
      change(
        cx,
        row,
        row.desired === "running"
          ? undefined
          : {
              desired: "running",
              boots: row.boots + 1,
              launchedAt: cx.now,
              transitionReason: "",
              stateReason: undefined,
            },
      ),
    ),
  }
}

/** Everything on it is stopped and started again: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RebootInstances.html */
export const RebootInstances: Op<"ec2", "RebootInstances"> = (cx, input) => {
  const rows = asked(cx, input.InstanceIds)
  for (const row of rows) {
    if (stateName(row) === "running") continue
    // text from memory
    throw incorrectState(`The instance '${row.id}' is not in a state from which it can be rebooted.`)
  }
  for (const row of rows) cx.tx.instances.patch(keyOf(cx.scope, row.id), { boots: row.boots + 1 })
  return {}
}
