// The records of a task's role sessions, made, renewed and ended together with their keys. Whether a role may be assumed is
// decided by who calls.
import type { Ids } from "../kernel/index.ts"
import { newAccessKey, newSessionToken } from "./access-key.ts"
import type { Tx } from "./schema.ts"
import type { IamRoleRow } from "./tables/iam.ts"
import type { TaskCredentialsRow } from "./tables/task-credentials.ts"
import type { TaskRow } from "./tables/tasks.ts"

/** Credentials of tasks are good for six hours: aws-behaviour.md section 7. */
export const taskSessionLifetime = 6 * 60 * 60 * 1000

/** What sessions are made with: chance, and the time of the wall. */
export interface SessionMeans {
  readonly tx: Tx
  readonly ids: Ids
  readonly wallNow: number
}

type Task = Pick<TaskRow, "arn" | "id" | "account">
type Role = Pick<IamRoleRow, "arn" | "id">

/** A new session of the role for the task, with its first key. */
export const makeTaskSession = (
  means: SessionMeans,
  task: Task,
  use: TaskCredentialsRow["use"],
  role: Role,
): TaskCredentialsRow =>
  means.tx.taskCredentials.insert({
    taskArn: task.arn,
    use,
    credentialsId: means.ids.uuid(),
    roleArn: role.arn,
    keys: [makeKey(means, task, role)],
  })

/** A further key of the session. Those that have expired are gone with it. */
export const renewTaskSession = (means: SessionMeans, task: Task, row: TaskCredentialsRow, role: Role): void => {
  const { tx, wallNow } = means
  for (const key of row.keys) if (key.expiresAt <= wallNow) tx.accessKeys.delete(key.accessKeyId)
  const alive = row.keys.filter((key) => key.expiresAt > wallNow)
  tx.taskCredentials.patch(`${row.taskArn} ${row.use}`, { keys: [...alive, makeKey(means, task, role)] })
}

/** The sessions of a task, over at once: whoever still has a key of theirs is refused. */
export const dropTaskSessions = (tx: Tx, taskArn: string): void => {
  for (const row of [...tx.taskCredentials.by("task", taskArn)]) {
    for (const { accessKeyId } of row.keys) tx.accessKeys.delete(accessKeyId)
    tx.taskCredentials.delete(`${row.taskArn} ${row.use}`)
  }
}

const makeKey = ({ tx, ids, wallNow }: SessionMeans, task: Task, role: Role) => {
  const expiresAt = wallNow + taskSessionLifetime
  const { accessKeyId } = tx.accessKeys.insert({
    ...newAccessKey(ids, task.account, "temporary"),
    sessionToken: newSessionToken(ids),
    expiresAt,
    account: task.account,
    // The session is called as the task is: aws-behaviour.md section 7.
    principal: { kind: "role", roleArn: role.arn, roleId: role.id, sessionName: task.id, taskArn: task.arn },
    createdAt: wallNow,
  })
  return { accessKeyId, expiresAt }
}
