// The credentials endpoint: the keys of a task's role, for the task itself. Pure.
import type { CredentialsStore, TaskEngine } from "../types.ts"
import { type Answer, ok } from "./answer.ts"
import { mayAsk } from "./lookup.ts"

/** Answers for the id of a set of credentials; `version` names the endpoint in texts. */
export const credentialsAnswer = (
  {
    credentials,
    engine,
  }: { readonly credentials: CredentialsStore; readonly engine: Pick<TaskEngine, "task" | "tasks"> },
  id: string,
  source: string,
  version: 1 | 2,
): Answer => {
  const prefix = `CredentialsV${version}Request`
  if (id === "") return refusal(400, "NoIdInRequest", `${prefix}: No Credential ID in the request`)
  const found = credentials.byId(id)
  const task = found ? engine.task(found.taskArn) : engine.tasks().find((t) => t.credentialsId === id)
  // Another task's id is answered as one that does not exist.
  if (!task || !mayAsk(task, source)) return refusal(400, "InvalidIdInRequest", `${prefix}: Credentials not found`)
  // After a restart of the agent, until the control plane has sent them again.
  if (!found) return refusal(503, "CredentialsUninitialized", `${prefix}: Credentials uninitialized for ID`)
  const set = found.credentials
  return ok({
    RoleArn: set.roleArn,
    AccessKeyId: set.accessKeyId,
    SecretAccessKey: set.secretAccessKey,
    Token: set.sessionToken,
    Expiration: set.expiration,
  })
}

const refusal = (status: number, code: string, message: string): Answer => ({
  status,
  body: { code, message, HTTPErrorCode: status },
})
