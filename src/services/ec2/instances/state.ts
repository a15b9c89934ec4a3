// The state of an instance as EC2 shows it: computed from what is wished and what was observed, so that it can never say
// more than is true. Pure.
import type { InstanceState, InstanceStateName, StateReason } from "@aws-sdk/client-ec2"
import type { InstanceRow } from "../../../state/index.ts"

export const stateCodes = {
  pending: 0,
  running: 16,
  "shutting-down": 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
} as const satisfies Record<InstanceStateName, number>

type Seen = Pick<InstanceRow, "desired" | "observed">

export const stateName = ({ desired, observed }: Seen): keyof typeof stateCodes => {
  if (observed.state === "terminated") return "terminated"
  switch (desired) {
    case "terminated":
      return "shutting-down"
    case "stopped":
      return observed.state === "stopped" ? "stopped" : "stopping"
    case "running":
      return observed.state === "running" ? "running" : "pending"
  }
}

export const describeState = (row: Seen): InstanceState => {
  const Name = stateName(row)
  return { Code: stateCodes[Name], Name }
}

/** Why it is in that state; while it comes up and runs there is none. */
export const describeReason = (row: InstanceRow): StateReason | undefined => {
  const reason = row.observed.reason ?? row.stateReason
  return reason && { Code: reason.code, Message: reason.message }
}

/** `User initiated (2024-01-01 00:00:00 GMT)`. */
export const userInitiated = (now: number): string =>
  `User initiated (${new Date(now).toISOString().slice(0, 19).replace("T", " ")} GMT)`

/** Of an instance that a user stops or terminates: API_StateReason. */
export const userShutdown = {
  code: "Client.UserInitiatedShutdown",
  message: "Client.UserInitiatedShutdown: User initiated shutdown",
}
