// CloudWatch Logs as this agent's key may use it: how it is called, and what a group is called there.
import type { AwsCall } from "../../types.ts"
import type { Destination } from "./destination.ts"

/** The service of a destination's group. */
export interface GroupService {
  readonly logs: AwsCall<"logs">
  /** `logGroupName` in calls. */
  readonly group: string
}

export type LogService = (destination: Destination) => GroupService

/**
 * For the key of a machine. It runs tasks of many accounts and regions, so that a bare name would not say whose group it
 * is: machines name groups by ARN, which the logs service takes from them alone.
 */
export const machineService =
  (logs: AwsCall<"logs">): LogService =>
  ({ name, region, account }) => ({ logs, group: `arn:aws:logs:${region}:${account}:log-group:${name}` })

/**
 * For a key of the account that the host belongs to: as Docker's own driver calls. The service takes no notice of the
 * tokens of such a caller, so lines whose answer was lost are sent again, as Docker's driver sends them.
 */
export const accountService =
  (logsIn: (region: string) => AwsCall<"logs">): LogService =>
  ({ name, region }) => ({ logs: logsIn(region), group: name })
