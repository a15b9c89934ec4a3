// The credentials of a task's roles as agents are told of them, from the records of its sessions.
import type { IamRoleCredentials } from "../protocol/index.ts"
import type { TaskRow, View } from "../state/index.ts"

/** What a task's containers act as, and what its pulls, secrets and logs do. */
export interface TaskCredentials {
  readonly task?: IamRoleCredentials
  readonly execution?: IamRoleCredentials
}

/** The credentials of a task now. An id stays the same for the life of the task (ecs-agent-protocol.md section 6). */
export type CredentialsOf = (task: TaskRow) => TaskCredentials

/** The newest key of each of the task's sessions. */
export const credentialsFrom = (view: View, { arn }: Pick<TaskRow, "arn">): TaskCredentials => {
  const of = (use: "TaskApplication" | "TaskExecution"): IamRoleCredentials | undefined => {
    const row = view.taskCredentials.get(`${arn} ${use}`)
    const newest = row && view.accessKeys.get(row.keys.at(-1)?.accessKeyId ?? "")
    if (!row || newest?.expiresAt === undefined) return undefined
    return {
      credentialsId: row.credentialsId,
      roleArn: row.roleArn,
      accessKeyId: newest.accessKeyId,
      secretAccessKey: newest.secretAccessKey,
      sessionToken: newest.sessionToken ?? "",
      // Whole seconds, as ECS writes it.
      expiration: `${new Date(newest.expiresAt).toISOString().slice(0, 19)}Z`,
    }
  }
  const [task, execution] = [of("TaskApplication"), of("TaskExecution")]
  return { ...(task && { task }), ...(execution && { execution }) }
}
