// From an access key to the caller that it stands for: what wire/ asks for every signed request.
import type { Caller, CallerSession } from "../gate/index.ts"
import { type AccessKeyRow, isOurToken, type State, type View } from "../state/index.ts"
import type { FindKey } from "../wire/index.ts"

/**
 * Looks keys up in the records. A key that is inactive or deleted, or whose user is gone, is as good as none, but is never
 * taken for a stranger's; so is one whose session has been forgotten, which its token tells.
 */
export const keyFinder =
  (state: State): FindKey =>
  (accessKeyId, sessionToken) =>
    state.view((view) => {
      const row = view.accessKeys.get(accessKeyId)
      if (!row) return sessionToken !== undefined && isOurToken(sessionToken) ? { refused: "expiredToken" } : undefined
      const caller = row.status === undefined || row.status === "Active" ? callerOf(view, row) : undefined
      if (!caller) return { refused: "unknownKey" }
      return { secret: row.secretAccessKey, ...temporary(row), caller }
    })

const temporary = (row: AccessKeyRow) => ({
  ...(row.sessionToken !== undefined && { sessionToken: row.sessionToken }),
  ...(row.expiresAt !== undefined && { expiresAt: row.expiresAt }),
})

/** Who a key stands for; undefined when that user is no more. */
export const callerOf = (view: View, row: AccessKeyRow): Caller | undefined => {
  const { account, accessKeyId, principal } = row
  const session = sessionOf(row)
  const common = { account, accessKeyId, ...(session && { session }) }
  switch (principal.kind) {
    case "root":
      return { ...common, kind: "root", arn: `arn:aws:iam::${account}:root`, principalId: account }
    case "user": {
      const { userId } = principal
      const user = view.iamUsers.first("id", userId)
      return user && { ...common, kind: "user", arn: user.arn, userId, principalId: userId }
    }
    case "federated": {
      const { userId, name } = principal
      if (userId !== undefined && !view.iamUsers.first("id", userId)) return undefined
      const arn = `arn:aws:sts::${account}:federated-user/${name}`
      const user = userId === undefined ? {} : { userId }
      return { ...common, kind: "federated", arn, ...user, principalId: `${account}:${name}` }
    }
    case "machine":
      return {
        ...common,
        kind: "machine",
        arn: `arn:aws:sts::${account}:assumed-role/RoadsteadHost/${principal.machineId}`,
        machineId: principal.machineId,
      }
    case "role": {
      const { roleArn, roleId, sessionName, taskArn, machineId } = principal
      const role = roleArn.slice(roleArn.lastIndexOf("/") + 1)
      return {
        ...common,
        kind: "role",
        arn: `arn:aws:sts::${account}:assumed-role/${role}/${sessionName}`,
        principalId: `${roleId ?? role}:${sessionName}`,
        roleArn,
        sessionName,
        ...(roleId !== undefined && { roleId }),
        ...(taskArn !== undefined && { taskArn }),
        ...(machineId !== undefined && { machineId }),
      }
    }
  }
}

/** What temporary credentials carry; a key for good has no session. */
const sessionOf = ({ sessionToken, createdAt, principal }: AccessKeyRow): CallerSession | undefined => {
  if (sessionToken === undefined) return undefined
  if (principal.kind !== "role" && principal.kind !== "federated") return { issuedAt: createdAt }
  const { policy, policyArns, tags, transitiveTagKeys } = principal
  return {
    issuedAt: createdAt,
    ...(policy !== undefined && { policy }),
    ...(policyArns && { policyArns }),
    ...(tags && { tags }),
    ...(transitiveTagKeys && { transitiveTagKeys }),
    ...(principal.kind === "role" && principal.chained && { chained: true }),
    ...(principal.kind === "role" &&
      principal.sourceIdentity !== undefined && { sourceIdentity: principal.sourceIdentity }),
  }
}
