// PayloadMessage: tasks to run and to stop. Acknowledged when the engine has stored all of them; a message with a bad
// task gets no ack (that task is reported STOPPED), and the good ones in it run all the same.
import type { PayloadMessage } from "../../../protocol/index.ts"
import { type ResponderContext, raiseSequence, responder } from "./responder.ts"

export const payload = responder<PayloadMessage>(
  "PayloadMessage",
  ["clusterArn", "containerInstanceArn", "messageId"],
  async ({ clusterArn, messageId, seqNum, tasks = [] }, cx) => {
    const named = tasks.filter((task) => typeof task?.arn === "string" && task.arn !== "")
    const sets = named.flatMap((task) => [
      ...(task.roleCredentials?.credentialsId
        ? [{ task, role: "TaskApplication" as const, credentials: task.roleCredentials }]
        : []),
      ...(task.executionRoleCredentials?.credentialsId
        ? [{ task, role: "TaskExecution" as const, credentials: task.executionRoleCredentials }]
        : []),
    ])
    // Before the tasks: a container may ask for them as soon as it runs.
    for (const { task, role, credentials } of sets) cx.credentials.set(task.arn, role, credentials)
    const { rejected } = await stored(cx, async () => {
      raiseSequence(cx, seqNum)
      return cx.engine.accept(named)
    })
    if (rejected.length > 0 || named.length < tasks.length) {
      cx.log.warn("A payload was not taken as a whole and is not acknowledged", { messageId, rejected })
      return
    }
    await stored(cx, () => cx.checkpoint.durable())
    cx.send({
      type: "AckRequest",
      message: { cluster: clusterArn, containerInstance: cx.containerInstanceArn, messageId },
    })
    for (const { credentials } of sets)
      cx.send({
        type: "IAMRoleCredentialsAckRequest",
        message: { credentialsId: credentials.credentialsId, expiration: credentials.expiration, messageId },
      })
  },
)

/** A full disk may have room again, but the control plane sends a payload once per connection: it has to be a new one. */
const stored = async <T>(cx: ResponderContext, work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    cx.renew("A payload could not be stored")
    throw error
  }
}
