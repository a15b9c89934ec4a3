// From an access key to the caller that it stands for: what wire/ asks for every signed request.
import type { Caller } from "../gate/index.ts"
import type { AccessKeyRow, State } from "../state/index.ts"
import type { KnownKey } from "../wire/index.ts"

/** Looks keys up in the records. */
export const keyFinder =
  (state: State) =>
  (accessKeyId: string): KnownKey | undefined => {
    const row = state.view((view) => view.accessKeys.get(accessKeyId))
    return row && { secret: row.secretAccessKey, ...temporary(row), caller: callerOf(row) }
  }

const temporary = (row: AccessKeyRow) => ({
  ...(row.sessionToken !== undefined && { sessionToken: row.sessionToken }),
  ...(row.expiresAt !== undefined && { expiresAt: row.expiresAt }),
})

const callerOf = ({ account, accessKeyId, principal }: AccessKeyRow): Caller => {
  switch (principal.kind) {
    case "root":
      return { account, accessKeyId, kind: "root", arn: `arn:aws:iam::${account}:root` }
    case "machine":
      return {
        account,
        accessKeyId,
        kind: "machine",
        arn: `arn:aws:sts::${account}:assumed-role/RoadsteadHost/${principal.machineId}`,
        machineId: principal.machineId,
      }
    case "role": {
      const role = principal.roleArn.slice(principal.roleArn.lastIndexOf("/") + 1)
      return {
        account,
        accessKeyId,
        kind: "role",
        arn: `arn:aws:sts::${account}:assumed-role/${role}/${principal.sessionName}`,
        ...(principal.taskArn !== undefined && { taskArn: principal.taskArn }),
      }
    }
  }
}
