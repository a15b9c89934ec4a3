// IAMRoleCredentialsMessage: fresh keys for a role of a task. For a task that is not here there is no ack.
import type { IamRoleCredentialsMessage } from "../../../protocol/index.ts"
import { responder } from "./responder.ts"

export const roleCredentials = responder<IamRoleCredentialsMessage>(
  "IAMRoleCredentialsMessage",
  ["messageId", "taskArn", "roleType", "roleCredentials"],
  ({ messageId, taskArn, roleType, roleCredentials: credentials }, cx) => {
    if (!cx.engine.task(taskArn)) return cx.log.debug("Credentials for a task that is not here", { task: taskArn })
    if (roleType !== "TaskApplication" && roleType !== "TaskExecution")
      return cx.log.warn("Credentials of an unknown role type", { task: taskArn, roleType })
    if (!credentials.credentialsId) return cx.log.warn("Credentials without an id", { task: taskArn })
    cx.credentials.set(taskArn, roleType, credentials)
    cx.send({
      type: "IAMRoleCredentialsAckRequest",
      message: { credentialsId: credentials.credentialsId, expiration: credentials.expiration, messageId },
    })
  },
)
