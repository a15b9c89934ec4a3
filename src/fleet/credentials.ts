// The port through which sessions get the credentials of tasks. Nothing is behind it until roles are.
import type { IamRoleCredentials } from "../protocol/index.ts"
import type { TaskRow } from "../state/index.ts"

/** What a task's containers act as, and what its pulls, secrets and logs do. */
export interface TaskCredentials {
  readonly task?: IamRoleCredentials
  readonly execution?: IamRoleCredentials
}

/** The credentials of a task now. An id must stay the same for the life of the task (ecs-agent-protocol.md section 6). */
export type CredentialsOf = (task: TaskRow) => TaskCredentials
