// AttachTaskNetworkInterfacesMessage: interfaces that a task here will use. On this agent's hosts an interface comes into
// being with the container that holds the task's network, so there is nothing to wait for: it is said to be there at once.
// (Instances of our own control plane are sent no such message.)
import type { AttachTaskNetworkInterfacesMessage } from "../../../protocol/index.ts"
import { responder } from "./responder.ts"

export const attachTaskNetworkInterfaces = responder<AttachTaskNetworkInterfacesMessage>(
  "AttachTaskNetworkInterfacesMessage",
  ["clusterArn", "containerInstanceArn", "messageId", "taskArn", "waitTimeoutMs", "elasticNetworkInterfaces"],
  async ({ clusterArn, messageId, taskArn, elasticNetworkInterfaces }, cx) => {
    cx.send({
      type: "AckRequest",
      message: { cluster: clusterArn, containerInstance: cx.containerInstanceArn, messageId },
    })
    const attachments = elasticNetworkInterfaces.flatMap(({ attachmentArn }) =>
      attachmentArn === undefined ? [] : [{ attachmentArn, status: "ATTACHED" }],
    )
    if (attachments.length === 0) return
    try {
      await cx.ecs("SubmitTaskStateChange", { cluster: cx.cluster, task: taskArn, attachments })
    } catch (error) {
      // The task waits for it: on a new connection the message comes again.
      cx.renew("The interface of a task could not be reported")
      throw error
    }
  },
)
