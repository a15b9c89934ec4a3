// The sessions of roles that a task has: one of its task role, which its containers act as, one of its execution role, which
// its agent does. The keys themselves are in access-keys.ts.
import { defineTable } from "../table.ts"

export interface TaskCredentialsRow {
  readonly taskArn: string
  /** As the agent protocol calls them. */
  readonly use: "TaskApplication" | "TaskExecution"
  /** What containers ask for them by: the same for the task's life. */
  readonly credentialsId: string
  readonly roleArn: string
  /**
   * The keys, newest last. Older ones stay good until they expire, as somebody may have read them just now. Times are of
   * the wall clock.
   */
  readonly keys: readonly { readonly accessKeyId: string; readonly expiresAt: number }[]
}

export const taskCredentials = defineTable<TaskCredentialsRow>()({
  name: "taskCredentials",
  version: 1,
  key: (row) => `${row.taskArn} ${row.use}`,
  indexes: { task: (row) => row.taskArn },
})
