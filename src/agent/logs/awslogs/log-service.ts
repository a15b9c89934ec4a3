// CloudWatch Logs as whoever delivers may use it: how it is called, and what a group is called there.
import type { IamRoleCredentials } from "../../../protocol/index.ts"
import type { AwsCall, CredentialsStore } from "../../types.ts"
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

/**
 * For tasks with an execution role: as that role, with the keys of the moment. `own` is for all others. Without keys a call
 * fails as if the control plane were away: an agent that was started again gets them with its first session.
 */
export const roleService =
  (
    own: LogService,
    credentials: Pick<CredentialsStore, "forTask">,
    logsAs: (region: string, keys: () => IamRoleCredentials) => AwsCall<"logs">,
  ): LogService =>
  (destination) => {
    const { taskArn, asExecutionRole, region, name } = destination
    if (!asExecutionRole) return own(destination)
    const keys = () => {
      const found = credentials.forTask(taskArn, "TaskExecution")
      if (!found) throw new Error("the credentials of the execution role are not here yet")
      return found
    }
    return { logs: logsAs(region, keys), group: name }
  }
